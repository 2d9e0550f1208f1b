package io.margay.cni;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/// Puts the plugins where runtimes look for them.
public final class PluginInstallation {

  /// The names under which runtimes know the plugins.
  public static final List<String> PLUGINS = List.of("calico", "calico-ipam");

  private PluginInstallation() {}

  /// Makes a link to each plugin; what is there under its name is replaced in one step, so that a
  /// runtime always finds one.
  ///
  /// @param programs where the plugins are
  /// @param directory where the links go, usually `/opt/cni/bin`
  /// @throws IOException if one cannot be made
  public static void install(Path programs, Path directory) throws IOException {
    Files.createDirectories(directory);
    for (String plugin : PLUGINS) {
      Path target = directory.resolve(plugin);
      if (Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
        throw new IOException(target + " is a directory");
      }
      Path fresh = directory.resolve("." + plugin + ".new");
      Files.deleteIfExists(fresh);
      Files.createSymbolicLink(fresh, programs.resolve(plugin).toAbsolutePath());
      Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
    }
  }
}
