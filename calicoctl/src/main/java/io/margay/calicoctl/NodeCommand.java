package io.margay.calicoctl;

import io.margay.calicoctl.CommandLine.DoesNotFitException;
import io.margay.calicoctl.NodeProgram.Action;
import java.util.Optional;
import java.util.ServiceLoader;

/// `node run`, `node status` and so on: reads the options and hands over to a [NodeProgram].
record NodeCommand(Action action) implements Command {

  @Override
  public String name() {
    return "node " + action;
  }

  @Override
  public CommandSyntax syntax() {
    return switch (action) {
      case RUN ->
          CommandSyntax.of(
              CommandSyntax.valued(null, "ip"),
              CommandSyntax.valued(null, "ip6"),
              CommandSyntax.valued(null, "as"),
              CommandSyntax.valued(null, "name"),
              detection("ip-autodetection-method"),
              detection("ip6-autodetection-method"),
              CommandSyntax.oneOf(null, "backend", "native", "none"),
              CommandSyntax.flag(null, "no-default-ippools"),
              CommandSyntax.file("log-dir"),
              CommandSyntax.file("run-dir"),
              CommandSyntax.file("felix-config"),
              CommandSyntax.flag(null, "foreground"),
              CommandSyntax.flag(null, "prepare"),
              CommandSyntax.flag(null, "dryrun"),
              CommandSyntax.flag(null, "init-system"),
              CommandSyntax.valued(null, "node-image"),
              CommandSyntax.flag(null, "disable-docker-networking"),
              CommandSyntax.valued(null, "docker-networking-ifprefix"),
              CommandSyntax.flag(null, "use-docker-networking-container-labels"),
              CommandSyntax.CONFIG);
      case STATUS, STOP -> CommandSyntax.of(CommandSyntax.file("run-dir"));
      case DIAGS ->
          CommandSyntax.of(
              CommandSyntax.file("log-dir"), CommandSyntax.file("run-dir"), CommandSyntax.CONFIG);
      case CHECKSYSTEM -> CommandSyntax.of();
    };
  }

  private static CommandSyntax.Option detection(String name) {
    return CommandSyntax.oneOf(null, name, "first-found", "can-reach=", "interface=");
  }

  @Override
  public boolean run(CommandLine line, Terminal terminal) throws DoesNotFitException {
    line.requirePositionals(0, 0, "no further words");
    Optional<NodeProgram> program = ServiceLoader.load(NodeProgram.class).findFirst();
    if (program.isEmpty()) {
      terminal.fail(
          "Error executing command: this calicoctl came without the program for nodes, and nothing"
              + " was done. Use the one beside 'margay'.");
      return false;
    }
    return program.get().perform(action, line, terminal);
  }
}
