package io.margay.linux;

import io.margay.kernel.Conntrack;
import io.margay.kernel.KernelException;
import io.margay.linux.Programs.Result;
import io.margay.net.IpAddress;
import java.util.ArrayList;
import java.util.List;

/// The program `conntrack`. Any thread may call.
public final class CommandConntrack implements Conntrack {

  private static final List<String> DIRECTIONS =
      List.of("--orig-src", "--orig-dst", "--reply-src", "--reply-dst");

  /// The first and three more, as Felix 2.1: the program fails when its dump of the table was
  /// interrupted.
  private static final int TRIES = 4;

  private final Programs programs;

  public CommandConntrack() {
    this(new Programs());
  }

  public CommandConntrack(Programs programs) {
    this.programs = programs;
  }

  /// Every direction is tried, even after one that failed.
  ///
  /// @throws KernelException if one could not be cleared
  @Override
  public void delete(IpAddress address) {
    List<String> failures = new ArrayList<>();
    for (String direction : DIRECTIONS) {
      List<String> command =
          List.of(
              "conntrack",
              "--family",
              "ipv" + address.family().version(),
              "--delete",
              direction,
              address.toString());
      Result result = programs.run(command, "");
      for (int attempt = 1; attempt < TRIES && !isDone(result); attempt++) {
        result = programs.run(command, "");
      }
      if (!isDone(result)) {
        failures.add("%s: %s".formatted(direction, result.stderr().strip()));
      }
    }
    if (!failures.isEmpty()) {
      throw new KernelException(
          "'conntrack --delete' of %s failed %d times (%s). Connections that began before a change may go on; run it by hand as root to see why."
              .formatted(address, TRIES, String.join("; ", failures)));
    }
  }

  /// Without a match the program says "0 flow entries have been deleted" and exits with 1.
  private static boolean isDone(Result result) {
    return result.succeeded()
        || result.stderr().contains("0 flow entries")
        || result.stdout().contains("0 flow entries");
  }
}
