package io.margay.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// What the kernel lets this process do (capabilities(7)), as far as the agent needs it.
final class Privileges {

  private static final int CAP_NET_BIND_SERVICE = 10;
  private static final int CAP_NET_ADMIN = 12;
  private static final String EFFECTIVE = "CapEff:";

  private Privileges() {}

  /// @throws StartException if the process may not change the network
  static void require() {
    Optional<Long> effective = effective(Path.of("/proc/self/status"));
    if (effective.isPresent()
        && (lacks(effective.get(), CAP_NET_ADMIN)
            || lacks(effective.get(), CAP_NET_BIND_SERVICE))) {
      throw new StartException(
          "Need super user privileges: Operation not permitted. Run as root, or with CAP_NET_ADMIN,"
              + " CAP_NET_RAW and CAP_NET_BIND_SERVICE in the network namespace it serves.");
    }
  }

  private static boolean lacks(long capabilities, int capability) {
    return (capabilities >>> capability & 1) == 0;
  }

  /// The effective capabilities, one bit each; empty where the kernel does not tell.
  static Optional<Long> effective(Path status) {
    try {
      return Files.readAllLines(status).stream()
          .filter(line -> line.startsWith(EFFECTIVE))
          .map(line -> Long.parseUnsignedLong(line.substring(EFFECTIVE.length()).strip(), 16))
          .findFirst();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
