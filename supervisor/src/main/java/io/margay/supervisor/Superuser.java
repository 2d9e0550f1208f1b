package io.margay.supervisor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Whether this process may change the host.
final class Superuser {

  private Superuser() {}

  /// @throws NotRootException if it may not
  static void require() {
    if (!isRoot()) {
      throw new NotRootException();
    }
  }

  /// The effective user, which has the third place in its line (proc(5)).
  private static boolean isRoot() {
    try {
      List<String> status = Files.readAllLines(Path.of("/proc/self/status"));
      return status.stream()
          .filter(line -> line.startsWith("Uid:"))
          .anyMatch(line -> line.split("\\s+", -1)[2].equals("0"));
    } catch (IOException e) {
      return false;
    }
  }

  static final class NotRootException extends RuntimeException {
    private static final long serialVersionUID = 1;

    NotRootException() {
      super("Need super user privileges: Operation not permitted");
    }
  }
}
