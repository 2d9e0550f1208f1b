package io.margay.reflector;

import io.margay.datastore.DatastoreException;
import io.margay.loop.StopRequest;
import io.margay.net.Ipv4Address;
import io.margay.reflector.ReflectorConfig.ClientRange;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `margay reflector`: a route reflector in the foreground, until it is told to stop.
@Command(
    name = "reflector",
    description = {
      "Run a BGP route reflector in the foreground.",
      "",
      "Whoever connects from a client range and is in the AS is a client: no further configuration."
          + " IPv4 and IPv6 unicast. Everything that a client tells is passed on to all others.",
      "Other peers, passwords and limits are set in a YAML file (--config), which SIGHUP has read"
          + " again; or the nodes of a datastore that name this reflector as their peer are its"
          + " clients (--datastore).",
      "Stops on SIGTERM or SIGINT and tells its clients so."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    subcommands = StatusCommand.class,
    footer = {
      "",
      "Example:",
      "  margay reflector --listen 192.168.40.2 --as 64512 --router-id 192.168.40.2 \\",
      "      --accept-clients 192.168.40.0/24 --status-socket /run/reflector",
      "  margay reflector status --status-socket /run/reflector",
      "  margay reflector --config /etc/margay/reflector.yaml"
    })
public final class ReflectorCommand implements Callable<Integer> {

  private static final Logger log = LoggerFactory.getLogger(ReflectorCommand.class);

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "everything from a YAML file instead of options")
  @Nullable Path configFile;

  @Option(
      names = "--listen",
      paramLabel = "ADDRESS[:PORT]",
      description =
          "where clients connect, port 179 unless given; an IPv6 address with a port in brackets."
              + " May be repeated. (default: 0.0.0.0)")
  List<String> listen = new ArrayList<>();

  @Option(
      names = "--as",
      paramLabel = "NUMBER",
      description = "AS of the reflector and its clients")
  @Nullable String as;

  @Option(
      names = "--router-id",
      paramLabel = "ADDRESS",
      description = "BGP identifier, an IPv4 address of this host")
  @Nullable String routerId;

  @Option(
      names = "--cluster-id",
      paramLabel = "ADDRESS",
      description =
          "id of the cluster (default: the router id). Reflectors may share one only if every"
              + " client has a session with each of them.")
  @Nullable String clusterId;

  @Option(
      names = "--accept-clients",
      paramLabel = "CIDR",
      description = "accept clients from this range. May be repeated.")
  List<String> clients = new ArrayList<>();

  @Option(
      names = "--datastore",
      paramLabel = "FILE",
      description =
          "a connection file as calicoctl has it (default there: /etc/calico/calicoctl.cfg): the"
              + " nodes that peer with this reflector according to that datastore are its clients")
  @Nullable Path datastore;

  @Option(
      names = "--hold-time",
      paramLabel = "SECONDS",
      description = "how long a client may be silent, 0 for ever (default: ${DEFAULT-VALUE})",
      defaultValue = "90")
  String holdTime = "90";

  @Option(
      names = "--status-socket",
      paramLabel = "PATH",
      description =
          "answer 'margay reflector status' and 'margay bgp show' on this unix socket (default:"
              + " none)")
  @Nullable Path statusSocket;

  @Option(
      names = "--metrics",
      paramLabel = "ADDRESS:PORT",
      description = "serve Prometheus metrics at http://ADDRESS:PORT/metrics (default: not)")
  @Nullable String metrics;

  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    ReflectorConfig config = config();
    StopRequest stop = new StopRequest();
    Reflector reflector;
    try {
      reflector =
          new Reflector(
              config,
              failure -> {
                log.error("The reflector cannot go on and stops. This is a bug.", failure);
                stop.fail();
              });
    } catch (UncheckedIOException e) {
      Throwable reason = e.getCause() == null ? e : e.getCause();
      System.err.println("margay reflector: " + reason.getMessage());
      return 1;
    } catch (DatastoreException e) {
      System.err.println("margay reflector: %s [%s]".formatted(e.getMessage(), e.error()));
      return 1;
    }
    if (configFile != null) {
      Path file = configFile;
      HangUp.handle(() -> reread(file, reflector));
    }
    stop.followSignals();
    System.out.printf(
        "ready: reflector %s of AS %s listens on %s%n",
        config.routerId(),
        config.as(),
        String.join(", ", config.listen().stream().map(ReflectorCommand::text).toList()));
    System.out.flush();
    try (stop) {
      stop.await();
      reflector.stop("reflector " + config.routerId() + " stops");
    }
    return stop.exitCode();
  }

  private static String text(InetSocketAddress address) {
    String host = address.getAddress().getHostAddress();
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
  }

  /// A slip of the pen leaves everything as it was.
  private static void reread(Path file, Reflector reflector) {
    try {
      List<String> restart = reflector.reconfigure(ReflectorFile.read(file));
      log.info("{} is in force", file);
      if (!restart.isEmpty()) {
        log.warn("what changed of {} takes a restart and stays as it was", restart);
      }
    } catch (IllegalArgumentException | UncheckedIOException e) {
      log.error("{} The configuration stays as it was.", e.getMessage());
    }
  }

  private ReflectorConfig config() {
    if (configFile != null) {
      onlyConfigFile();
      try {
        return ReflectorFile.read(configFile);
      } catch (IllegalArgumentException e) {
        throw failure("--config: " + e.getMessage(), e);
      }
    }
    Ipv4Address id = parsed("--router-id", required("--router-id", routerId), Words::identifier);
    List<InetSocketAddress> addresses = new ArrayList<>();
    for (String each : listen.isEmpty() ? List.of("0.0.0.0") : listen) {
      addresses.add(parsed("--listen", each, Words::socketAddress));
    }
    List<ClientRange> ranges = new ArrayList<>();
    for (String each : clients) {
      ranges.add(new ClientRange(parsed("--accept-clients", each, Words::range)));
    }
    if (ranges.isEmpty() && datastore == null) {
      required("--accept-clients", null);
    }
    return new ReflectorConfig(
        addresses,
        parsed("--as", required("--as", as), Words::as),
        id,
        clusterId == null ? id : parsed("--cluster-id", clusterId, Words::identifier),
        ranges,
        List.of(),
        parsed("--hold-time", holdTime, Words::holdTime),
        statusSocket,
        metrics == null ? null : parsed("--metrics", metrics, Words::addressAndPort),
        datastore);
  }

  private void onlyConfigFile() {
    if (spec == null) {
      return;
    }
    for (OptionSpec option : spec.commandLine().getParseResult().matchedOptions()) {
      if (!option.longestName().equals("--config")) {
        throw failure(option.longestName() + ": with --config, say it in the file instead", null);
      }
    }
  }

  private String required(String option, @Nullable String value) {
    if (value == null) {
      throw failure(option + " is missing; try: margay reflector --help", null);
    }
    return value;
  }

  private <T> T parsed(String option, String text, Function<String, T> parser) {
    try {
      return parser.apply(text);
    } catch (IllegalArgumentException e) {
      throw failure(option + ": " + e.getMessage(), e);
    }
  }

  private RuntimeException failure(String message, @Nullable Throwable cause) {
    return spec == null
        ? new IllegalArgumentException(message, cause)
        : new ParameterException(spec.commandLine(), message, cause);
  }
}
