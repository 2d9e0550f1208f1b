package io.margay.reflector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.bgp.BgpSpeaker;
import io.margay.bgp.PeerPolicy;
import io.margay.bgp.RouteListener;
import io.margay.bgp.SpeakerConfig;
import io.margay.bgp.rib.BestRoute;
import io.margay.bgp.session.PeerConfig;
import io.margay.net.AsNumber;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import io.margay.net.Ipv4Address;
import io.margay.transport.NettyEventLoop;
import io.margay.transport.NettyTransport;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// A reflector on loopback addresses, with clients on sockets of their own.
class ReflectorTest {

  private static final AsNumber AS = new AsNumber(64512);
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      return socket.getLocalPort();
    }
  }

  private static ReflectorConfig config(int port, @Nullable Path statusSocket) {
    return new ReflectorConfig(
        List.of(new InetSocketAddress("127.0.0.1", port)),
        AS,
        Ipv4Address.parse("10.0.0.9"),
        Ipv4Address.parse("10.0.0.9"),
        List.of(IpPrefix.parse("127.2.0.0/16")),
        Duration.ofSeconds(90),
        statusSocket);
  }

  /// A node that announces one prefix and keeps what it hears.
  private final class Client implements RouteListener, AutoCloseable {
    final NettyEventLoop loop = new NettyEventLoop("client", failures::add);
    final Map<IpPrefix, BestRoute> routes = new ConcurrentSkipListMap<>();
    final BgpSpeaker speaker;

    Client(int number, int port) {
      IpAddress address = IpAddress.parse("127.2.0." + number);
      speaker =
          new BgpSpeaker(
              new SpeakerConfig(
                  (Ipv4Address) address,
                  List.of(),
                  false,
                  SpeakerConfig.DEFAULT_SELECTION_DEFERRAL,
                  number),
              loop,
              new NettyTransport(loop),
              this);
      loop.execute(() -> {
        speaker.announce(IpPrefix.parse("172.16.%d.0/26".formatted(number)));
        speaker.announce(IpPrefix.parse("fd80::%d00/122".formatted(number)));
        speaker.addPeer(
            PeerConfig.builder(IpAddress.parse("127.0.0.1"), AS, AS)
                .remotePort(port)
                .localAddress(address)
                .nextHop(IpAddress.parse("fd00::" + number))
                .families(EnumSet.allOf(IpFamily.class))
                .connectRetryTime(Duration.ofMillis(200))
                .build(),
            PeerPolicy.ACCEPT_ALL);
        speaker.start();
      });
    }

    @Override
    public void bestPathChanged(IpPrefix prefix, @Nullable BestRoute best) {
      if (best == null) {
        routes.remove(prefix);
      } else {
        routes.put(prefix, best);
      }
    }

    @Override
    public void initialFeedComplete() {}

    List<String> table() {
      return routes.entrySet().stream()
          .map(route -> route.getKey() + " via " + route.getValue().nextHops())
          .toList();
    }

    String lastError() {
      CompletableFuture<String> answer = new CompletableFuture<>();
      loop.execute(() -> answer.complete(speaker.peers().getFirst().lastError()));
      return answer.join();
    }

    @Override
    public void close() {
      loop.close();
    }
  }

  private static void await(BooleanSupplier condition, String what) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("still waiting until " + what).isLessThan(deadline);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }

  private static String status(Path socket) {
    StringWriter out = new StringWriter();
    int exitCode =
        new CommandLine(new ReflectorCommand())
            .setOut(new PrintWriter(out))
            .execute("status", "--status-socket", socket.toString());
    assertThat(exitCode).isZero();
    return out.toString();
  }

  @Test
  void clientsFromTheRangeLearnEachOthersRoutesAndLoseThemWithTheReflector(@TempDir Path directory)
      throws Exception {
    int port = freePort();
    Path socket = directory.resolve("status");
    Reflector reflector = new Reflector(config(port, socket), failures::add);
    try (Client one = new Client(1, port);
        Client two = new Client(2, port)) {
      await(() -> one.routes.size() == 2 && two.routes.size() == 2, "both have two routes");
      assertThat(one.table())
          .containsExactly("172.16.2.0/26 via [127.2.0.2]", "fd80::200/122 via [fd00::2]");
      assertThat(status(socket))
          .startsWith(
              "Reflector 10.0.0.9, AS 64512, cluster 10.0.0.9: 2 of 2 sessions established,"
                  + " 4 prefixes\n")
          .contains("\n127.2.0.1 ")
          .contains("\n127.2.0.2 ");
      reflector.stop("maintenance");
      await(() -> one.routes.isEmpty() && two.routes.isEmpty(), "the routes are gone");
      await(() -> one.lastError().contains("maintenance"), "the client's operator can read why");
      assertThat(socket).doesNotExist();
      assertThat(failures).isEmpty();
    }
  }

  @Test
  void addressesToListenOnHaveAPortOrBgpsOwn() {
    assertThat(ReflectorCommand.socketAddress("192.0.2.1"))
        .isEqualTo(new InetSocketAddress("192.0.2.1", 179));
    assertThat(ReflectorCommand.socketAddress("192.0.2.1:1179"))
        .isEqualTo(new InetSocketAddress("192.0.2.1", 1179));
    assertThat(ReflectorCommand.socketAddress("2001:db8::1"))
        .isEqualTo(new InetSocketAddress("2001:db8::1", 179));
    assertThat(ReflectorCommand.socketAddress("[2001:db8::1]:1179"))
        .isEqualTo(new InetSocketAddress("2001:db8::1", 1179));
    assertThatThrownBy(() -> ReflectorCommand.socketAddress("192.0.2.1:99999"))
        .hasMessageContaining("no port");
  }
}
