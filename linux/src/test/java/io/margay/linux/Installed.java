package io.margay.linux;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/// Skips a test, with the reason, where a program it needs is not installed.
final class Installed {

  private Installed() {}

  static void assume(String program) {
    Assumptions.assumeTrue(
        Programs.find(program).isPresent(),
        () ->
            "skipped: %s is not installed (Debian package %s)"
                .formatted(program, Programs.debianPackage(program)));
  }

  /// For the legacy iptables, which take a lock file besides.
  static void assumeLegacyIptables() {
    assume("iptables-legacy-restore");
    Assumptions.assumeTrue(
        Files.isWritable(Path.of("/run")) || System.getenv("XTABLES_LOCKFILE") != null,
        "skipped: iptables-legacy cannot write its lock /run/xtables.lock; name another one by the"
            + " environment variable XTABLES_LOCKFILE");
  }
}
