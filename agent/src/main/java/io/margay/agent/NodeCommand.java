package io.margay.agent;

import io.margay.agent.show.ShowCommand;
import io.margay.dataplane.config.FelixConfig;
import io.margay.datastore.DatastoreConfig;
import io.margay.net.AsNumber;
import io.margay.net.IpPrefix;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `margay node`: the agent in the foreground, until it is told to stop.
@Command(
    name = "node",
    subcommands = {ShowCommand.class, CleanupCommand.class},
    description = {
      "Run the agent of a node in the foreground: policy, routes and BGP.",
      "",
      "Stops on SIGTERM or SIGINT and leaves forwarding in place. Needs root, or CAP_NET_ADMIN and"
          + " CAP_NET_RAW in the network namespace it serves."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Example:",
      "  margay node --name slave1 --ip 192.168.40.11/24",
      "",
      "Felix's settings come from the environment (FELIX_...), --felix-config and the datastore."
    })
public final class NodeCommand implements Callable<Integer> {

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description =
          "name of this node (default: $NODENAME, else FelixHostname of Felix's settings, else the"
              + " host name)")
  @Nullable String name;

  @Option(
      names = "--ip",
      paramLabel = "ADDRESS/LENGTH",
      description = "IPv4 address for BGP, with its network (default: what is stored)")
  @Nullable String ipv4;

  @Option(
      names = "--ip6",
      paramLabel = "ADDRESS/LENGTH",
      description = "IPv6 address for BGP, with its network (default: what is stored)")
  @Nullable String ipv6;

  @Option(
      names = "--as",
      paramLabel = "NUMBER",
      description = "AS number (default: what is stored, else the global one)")
  @Nullable String as;

  @Option(
      names = "--backend",
      paramLabel = "BACKEND",
      description = "native: BGP by this agent; none: no BGP (default: ${DEFAULT-VALUE})",
      defaultValue = "native")
  String backend = "native";

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "which datastore (default: ${DEFAULT-VALUE})",
      defaultValue = "/etc/calico/calicoctl.cfg")
  Path config = DatastoreConfig.DEFAULT_FILE;

  @Option(
      names = "--felix-config",
      paramLabel = "FILE",
      description = "Felix's settings (default: ${DEFAULT-VALUE})",
      defaultValue = "/etc/calico/felix.cfg")
  Path felixConfig = Path.of("/etc/calico/felix.cfg");

  @Option(
      names = "--log-dir",
      paramLabel = "DIR",
      description = "log to a file in this directory too (default: ${DEFAULT-VALUE})",
      defaultValue = "/var/log/calico")
  Path logDirectory = Path.of("/var/log/calico");

  @Option(
      names = "--run-dir",
      paramLabel = "DIR",
      description = "lock, ready file and socket (default: ${DEFAULT-VALUE})",
      defaultValue = "/var/run/calico")
  Path runDirectory = Path.of("/var/run/calico");

  @Option(
      names = "--cni-socket",
      paramLabel = "FILE",
      description = "where CNI plugins ask (default: cni.sock in the run directory)")
  @Nullable Path cniSocket;

  @Option(
      names = {"-q", "--quiet"},
      description = "log to the file alone")
  boolean quiet;

  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    try {
      Privileges.require();
      NodeOptions options = options();
      AgentLog.toFile(logDirectory, ownSettings().logging());
      if (quiet) {
        AgentLog.notToScreen();
      }
      return NodeAgent.run(options);
    } catch (StartException e) {
      System.err.println("margay node: %s [%s]".formatted(e.getMessage(), e.error()));
      return 1;
    }
  }

  private NodeOptions options() {
    return new NodeOptions(
        name != null && !name.isEmpty() ? name : defaultName(),
        parsed("--ip", ipv4, text -> address("IPv4", 4, text)),
        parsed("--ip6", ipv6, text -> address("IPv6", 6, text)),
        parsed("--as", as, AsNumber::parse),
        Boolean.TRUE.equals(parsed("--backend", backend, NodeCommand::speaksBgp)),
        config,
        felixConfig,
        runDirectory,
        cniSocket == null ? runDirectory.resolve("cni.sock") : cniSocket);
  }

  private static boolean speaksBgp(String backend) {
    return switch (backend) {
      case "native" -> true;
      case "none" -> false;
      default ->
          throw new IllegalArgumentException(
              "unknown backend '" + backend + "', expected native or none");
    };
  }

  private static IpPrefix address(String family, int version, String text) {
    IpPrefix prefix = IpPrefix.parse(text);
    if (prefix.family().version() != version) {
      throw new IllegalArgumentException("not an " + family + " address: '" + text + "'");
    }
    return prefix;
  }

  private <T> @Nullable T parsed(String option, @Nullable String text, Function<String, T> parser) {
    if (text == null) {
      return null;
    }
    try {
      return parser.apply(text);
    } catch (IllegalArgumentException e) {
      if (spec == null) {
        throw e;
      }
      throw new ParameterException(spec.commandLine(), option + ": " + e.getMessage(), e);
    }
  }

  /// What this host says of itself, before the datastore is known.
  private FelixConfig ownSettings() {
    return new FelixSettingsSource("", System.getenv(), felixConfig).resolve();
  }

  private String defaultName() {
    String name = System.getenv("NODENAME");
    if (name != null && !name.isEmpty()) {
      return name;
    }
    Optional<String> felix = ownSettings().hostname();
    if (felix.isPresent()) {
      return felix.get();
    }
    try {
      return HostName.read();
    } catch (IOException e) {
      throw new StartException(
          "this host does not know its name (%s). Give it one: --name.".formatted(e.getMessage()),
          e);
    }
  }
}
