package io.margay;

import io.margay.cni.PluginInstallation;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `margay cni`: the plugins for container runtimes. (Started by a runtime, it is the plugin
/// `calico` itself: `bin/margay` sees to that.)
@Command(
    name = "cni",
    description = {
      "Connect containers by the container network interface (CNI).",
      "",
      "Without a command, and as calico and calico-ipam, this is a plugin: container runtimes start it"
          + " with CNI_COMMAND set and a network's configuration on standard input."
    },
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    footer = {"", "Example:", "  margay cni install /opt/cni/bin"})
final class CniCommand {

  @Command(
      name = "install",
      description = "Link the plugins calico and calico-ipam into a directory of CNI plugins.",
      mixinStandardHelpOptions = true)
  int install(
      @Parameters(
              paramLabel = "DIR",
              defaultValue = "/opt/cni/bin",
              description = "where runtimes look for plugins (default: ${DEFAULT-VALUE})")
          Path directory) {
    String home = System.getenv("MARGAY_HOME");
    if (home == null) {
      System.err.println("margay cni install: MARGAY_HOME is not set. Start it by bin/margay.");
      return 1;
    }
    try {
      PluginInstallation.install(Path.of(home, "bin"), directory);
    } catch (IOException e) {
      System.err.printf(
          "margay cni install: the plugins cannot be linked into %s: %s. Run as root, or name another directory.%n",
          directory, e.getMessage());
      return 1;
    }
    System.out.printf("%s: %s%n", directory, String.join(", ", PluginInstallation.PLUGINS));
    return 0;
  }
}
