package io.margay;

import io.margay.agent.NodeCommand;
import io.margay.kubernetes.KubeControllersCommand;
import io.margay.lab.LabCommand;
import io.margay.libnetwork.LibnetworkCommand;
import io.margay.lookingglass.BgpCommand;
import io.margay.reflector.ReflectorCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// `margay`: everything that runs or serves. (`calicoctl` is a program of its own.)
@Command(
    name = "margay",
    description = "Routed layer-3 networking with label-selected policy.",
    mixinStandardHelpOptions = true,
    version = "margay 0.1.0",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      NodeCommand.class,
      ReflectorCommand.class,
      BgpCommand.class,
      KubeControllersCommand.class,
      CniCommand.class,
      LibnetworkCommand.class,
      LabCommand.class
    },
    footer = {
      "",
      "Examples:",
      "  margay node --name slave1 --ip 192.168.40.11/24",
      "  margay lab up seed"
    })
public final class Margay {

  private Margay() {}

  public static void main(String[] arguments) {
    CommandLine commandLine = new CommandLine(new Margay());
    commandLine.setExecutionExceptionHandler((thrown, command, _) -> {
      command.getErr().println("margay: " + thrown);
      thrown.printStackTrace(command.getErr());
      return 1;
    });
    LabCommand.configure(commandLine);
    System.exit(commandLine.execute(arguments));
  }
}
