package io.margay.datastore;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// Where the embedded store lies if nobody says.
final class EmbeddedPath {

  private EmbeddedPath() {}

  /// `/var/lib/margay` for root; for others the directory of the XDG Base Directory Specification
  /// for state that should outlive a restart.
  static Path defaultPath(Map<String, String> environment, boolean root) {
    return stateDirectory(environment, root).resolve("margay/datastore.db");
  }

  private static Path stateDirectory(Map<String, String> environment, boolean root) {
    if (root) {
      return Path.of("/var/lib");
    }
    String state = environment.getOrDefault("XDG_STATE_HOME", "");
    // "All paths must be absolute. If an implementation encounters a relative path [...] it should
    // consider the path invalid and ignore it."
    if (state.startsWith("/")) {
      return Path.of(state);
    }
    String home = environment.getOrDefault("HOME", System.getProperty("user.home"));
    return Path.of(home, ".local/state");
  }

  /// Whether this process runs as root: its own entry in proc(5) belongs to its effective user.
  static boolean isRoot() {
    try {
      return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    } catch (IOException | UnsupportedOperationException e) {
      return "root".equals(System.getProperty("user.name"));
    }
  }
}
