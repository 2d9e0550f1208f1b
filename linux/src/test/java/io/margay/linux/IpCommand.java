package io.margay.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

/// The program `ip`, as the hand from outside.
final class IpCommand {

  private IpCommand() {}

  /// @param arguments separated by single blanks: `link set lo up`
  /// @return what it printed
  static String run(String arguments) {
    List<String> command = new ArrayList<>(List.of("ip"));
    command.addAll(List.of(arguments.split(" ")));
    Programs.Result result = new Programs().run(command, "");
    assertThat(result.stderr()).as("ip %s", arguments).isEmpty();
    assertThat(result.exitCode()).as("ip %s", arguments).isZero();
    return result.stdout();
  }
}
