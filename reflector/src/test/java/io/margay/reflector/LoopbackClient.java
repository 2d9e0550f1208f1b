package io.margay.reflector;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A node on 127.2.0.`number` that announces one prefix of each family to a reflector on 127.0.0.1,
/// and keeps what it hears.
final class LoopbackClient implements RouteListener, AutoCloseable {

  static final AsNumber AS = new AsNumber(64512);
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final NettyEventLoop loop;
  private final BgpSpeaker speaker;
  private final Map<IpPrefix, BestRoute> routes = new ConcurrentSkipListMap<>();

  LoopbackClient(int number, int port, Consumer<Throwable> onFailure) {
    this(number, port, null, onFailure);
  }

  LoopbackClient(int number, int port, @Nullable String password, Consumer<Throwable> onFailure) {
    loop = new NettyEventLoop("client", onFailure);
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
              .password(password)
              .build(),
          PeerPolicy.ACCEPT_ALL);
      speaker.start();
    });
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      return socket.getLocalPort();
    }
  }

  static void await(BooleanSupplier condition, String what) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("still waiting until " + what).isLessThan(deadline);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
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

  Map<IpPrefix, BestRoute> routes() {
    return routes;
  }

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
