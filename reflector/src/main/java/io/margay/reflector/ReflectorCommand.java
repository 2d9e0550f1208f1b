package io.margay.reflector;

import io.margay.net.AsNumber;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import io.margay.net.Ipv4Address;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
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
      "  margay reflector status --status-socket /run/reflector"
    })
public final class ReflectorCommand implements Callable<Integer> {

  private static final Logger log = LoggerFactory.getLogger(ReflectorCommand.class);

  private static final int BGP_PORT = 179;

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
          "id of the cluster (default: the router id). Reflectors may share one only if every client"
              + " has a session with each of them.")
  @Nullable String clusterId;

  @Option(
      names = "--accept-clients",
      paramLabel = "CIDR",
      description = "accept clients from this range. May be repeated.")
  List<String> clients = new ArrayList<>();

  @Option(
      names = "--hold-time",
      paramLabel = "SECONDS",
      description = "how long a client may be silent, 0 for ever (default: ${DEFAULT-VALUE})",
      defaultValue = "90")
  int holdTimeSeconds = 90;

  @Option(
      names = "--status-socket",
      paramLabel = "PATH",
      description = "answer 'margay reflector status' on this unix socket (default: none)")
  @Nullable Path statusSocket;

  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    ReflectorConfig config = config();
    CountDownLatch stop = new CountDownLatch(1);
    CountDownLatch stopped = new CountDownLatch(1);
    AtomicInteger exitCode = new AtomicInteger();
    Reflector reflector;
    try {
      reflector =
          new Reflector(
              config,
              failure -> {
                log.error("The reflector cannot go on and stops. This is a bug.", failure);
                exitCode.set(1);
                stop.countDown();
              });
    } catch (UncheckedIOException e) {
      Throwable reason = e.getCause() == null ? e : e.getCause();
      System.err.println("margay reflector: " + reason.getMessage());
      return 1;
    }
    Thread hook =
        new Thread(
            () -> {
              stop.countDown();
              try {
                stopped.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "stop");
    Runtime.getRuntime().addShutdownHook(hook);
    System.out.printf(
        "ready: reflector %s of AS %s listens on %s%n",
        config.routerId(),
        config.as(),
        String.join(", ", listen.isEmpty() ? List.of("0.0.0.0") : listen));
    System.out.flush();
    try {
      stop.await();
      reflector.stop("reflector " + config.routerId() + " stops");
    } finally {
      stopped.countDown();
    }
    return exitCode.get();
  }

  private ReflectorConfig config() {
    Ipv4Address id = parsed("--router-id", required("--router-id", routerId), Ipv4Address::parse);
    List<InetSocketAddress> addresses = new ArrayList<>();
    for (String each : listen.isEmpty() ? List.of("0.0.0.0") : listen) {
      addresses.add(parsed("--listen", each, ReflectorCommand::socketAddress));
    }
    List<IpPrefix> ranges = new ArrayList<>();
    for (String each : clients) {
      ranges.add(parsed("--accept-clients", each, IpPrefix::parse));
    }
    if (ranges.isEmpty()) {
      required("--accept-clients", null);
    }
    return new ReflectorConfig(
        addresses,
        parsed("--as", required("--as", as), AsNumber::parse),
        id,
        clusterId == null ? id : parsed("--cluster-id", clusterId, Ipv4Address::parse),
        ranges,
        parsed("--hold-time", String.valueOf(holdTimeSeconds), ReflectorCommand::holdTime),
        statusSocket);
  }

  /// `address`, `address:port`, or `[address]:port`.
  static InetSocketAddress socketAddress(String text) {
    int colon = text.lastIndexOf(':');
    boolean bracketed = text.startsWith("[");
    boolean bareIpv6 = !bracketed && text.indexOf(':') != colon;
    if (colon < 0 || bareIpv6) {
      return new InetSocketAddress(IpAddress.parse(text).toInetAddress(), BGP_PORT);
    }
    if (bracketed && text.charAt(colon - 1) != ']') {
      throw new IllegalArgumentException(
          "'" + text + "' is no address with a port, expected for example [2001:db8::1]:179");
    }
    String address = bracketed ? text.substring(1, colon - 1) : text.substring(0, colon);
    String port = text.substring(colon + 1);
    if (!port.matches("[0-9]{1,5}") || Integer.parseInt(port) > 0xffff) {
      throw new IllegalArgumentException("'" + port + "' is no port, expected 0-65535");
    }
    return new InetSocketAddress(IpAddress.parse(address).toInetAddress(), Integer.parseInt(port));
  }

  private static Duration holdTime(String text) {
    int seconds = Integer.parseInt(text);
    if (seconds != 0 && (seconds < 3 || seconds > 0xffff)) {
      throw new IllegalArgumentException(seconds + " s, expected 0 or 3-65535 s (RFC 4271 §4.2)");
    }
    return Duration.ofSeconds(seconds);
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
