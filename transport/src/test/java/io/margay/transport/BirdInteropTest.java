package io.margay.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.margay.bgp.BgpSpeaker;
import io.margay.bgp.PeerPolicy;
import io.margay.bgp.PeerStatus;
import io.margay.bgp.RouteListener;
import io.margay.bgp.SpeakerConfig;
import io.margay.bgp.message.NotificationError.Cease;
import io.margay.bgp.rib.BestRoute;
import io.margay.bgp.session.PeerConfig;
import io.margay.bgp.session.SessionState;
import io.margay.net.AsNumber;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import io.margay.net.Ipv4Address;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Our speaker on 127.0.0.2 against BIRD 2 on 127.0.0.1, over TCP.
class BirdInteropTest {

  private static final IpAddress BIRD = IpAddress.parse("127.0.0.1");
  private static final IpAddress OURS = IpAddress.parse("127.0.0.2");
  private static final AsNumber AS = new AsNumber(64512);

  @TempDir Path directory;

  private int birdPort;
  private int ourPort;
  private final List<AutoCloseable> open = new ArrayList<>();

  @BeforeEach
  void birdIsHere() throws Exception {
    assumeThat(Bird.isInstalled())
        .as("BIRD 2 is at /usr/sbin/bird and birdc; install the package bird2 to run this test")
        .isTrue();
    birdPort = freePort(BIRD);
    ourPort = freePort(OURS);
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable closeable : open.reversed()) {
      closeable.close();
    }
  }

  private static int freePort(IpAddress address) throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, address.toInetAddress())) {
      return socket.getLocalPort();
    }
  }

  private Bird bird(AsNumber as, AsNumber ourAs, String passive) throws Exception {
    Bird bird =
        new Bird(
            directory,
            Bird.config(
                "/bird.conf",
                "birdPort",
                String.valueOf(birdPort),
                "birdAs",
                as.toString(),
                "ourPort",
                String.valueOf(ourPort),
                "ourAs",
                ourAs.toString(),
                "passive",
                passive));
    open.add(bird);
    return bird;
  }

  private Bird bird() throws Exception {
    return bird(AS, AS, "passive;");
  }

  /// A process of ours: a loop, a speaker, and its routes.
  private final class Ours implements RouteListener, AutoCloseable {
    final LoopThread thread = new LoopThread();
    final BgpSpeaker speaker;
    final Map<IpPrefix, BestRoute> routes = new TreeMap<>();
    final List<String> events = new ArrayList<>();
    boolean fed;

    Ours(boolean restarting, AsNumber as, AsNumber birdAs, String... prefixes) throws Exception {
      open.add(this);
      speaker =
          new BgpSpeaker(
              new SpeakerConfig(
                  (Ipv4Address) OURS,
                  List.of(new InetSocketAddress(OURS.toInetAddress(), ourPort)),
                  restarting,
                  SpeakerConfig.DEFAULT_SELECTION_DEFERRAL,
                  1),
              thread.loop,
              new NettyTransport(thread.loop),
              this);
      PeerConfig peer =
          PeerConfig.builder(BIRD, birdAs, as)
              .remotePort(birdPort)
              .localAddress(OURS)
              .families(EnumSet.allOf(IpFamily.class))
              .nextHop(IpAddress.parse("fd00::2"))
              .connectRetryTime(Duration.ofSeconds(1))
              .build();
      thread.run(() -> {
        speaker.addPeer(peer, PeerPolicy.ACCEPT_ALL);
        for (String prefix : prefixes) {
          speaker.announce(IpPrefix.parse(prefix));
        }
        speaker.start();
      });
    }

    @Override
    public void bestPathChanged(IpPrefix prefix, @Nullable BestRoute best) {
      if (best == null) {
        routes.remove(prefix);
        events.add("lost " + prefix);
      } else {
        routes.put(prefix, best);
        events.add(prefix.toString());
      }
    }

    @Override
    public void initialFeedComplete() {
      fed = true;
    }

    List<String> routes() {
      return routes.entrySet().stream()
          .map(entry -> entry.getKey() + " via " + entry.getValue().nextHops().getFirst())
          .toList();
    }

    PeerStatus status() {
      return speaker.peers().getFirst();
    }

    void awaitRoutes(String... expected) throws Exception {
      thread.await(
          () -> routes().equals(List.of(expected)),
          () -> "routes are %s, the peer is %s".formatted(routes(), status()));
    }

    /// The process dies: the kernel closes its sockets, and nobody says a word.
    @Override
    public void close() throws Exception {
      thread.close();
    }
  }

  private Ours ours(boolean restarting, String... prefixes) throws Exception {
    return new Ours(restarting, AS, AS, prefixes);
  }

  private static final String[] BIRDS_ROUTES = {
    "10.1.0.0/24 via 127.0.0.1", "10.1.1.0/24 via 127.0.0.1", "fd80:1::/64 via fd00::1"
  };

  @Test
  void routesOfBothFamiliesGoBothWaysAndAreWithdrawn() throws Exception {
    Bird bird = bird();
    Ours ours = ours(false, "172.16.2.0/26", "172.16.2.1/32", "fd80:2::/122");
    ours.awaitRoutes(BIRDS_ROUTES);
    bird.awaitRoutes(
        "172.16.2.0/26 via 127.0.0.2", "172.16.2.1/32 via 127.0.0.2", "fd80:2::/122 via fd00::2");
    bird.await("show route all 172.16.2.0/26", answer -> answer.contains("BGP.local_pref: 100"));

    ours.thread.run(() -> ours.speaker.withdraw(IpPrefix.parse("172.16.2.1/32")));
    ours.thread.run(() -> ours.speaker.withdraw(IpPrefix.parse("fd80:2::/122")));
    bird.awaitRoutes("172.16.2.0/26 via 127.0.0.2");
    bird.ask("disable static6");
    ours.awaitRoutes("10.1.0.0/24 via 127.0.0.1", "10.1.1.0/24 via 127.0.0.1");
    bird.ask("enable static6");
    ours.awaitRoutes(BIRDS_ROUTES);
  }

  @Test
  void birdGetsManyRoutesAndAsksForThemAgain() throws Exception {
    Bird bird = bird();
    String[] prefixes = new String[3000];
    for (int i = 0; i < prefixes.length; i++) {
      prefixes[i] = "172.%d.%d.%d/32".formatted(16 + i / 65536, i / 256 % 256, i % 256);
    }
    ours(false, prefixes);
    bird.await("show route count protocol margay", answer -> answer.contains("Total: 3000 of "));
    bird.ask("reload in margay");
    bird.await(
        "show protocols all margay",
        answer -> answer.lines().anyMatch(l -> l.matches("\\s+Import updates:\\s+6000\\s.*")));
    bird.await("show route count protocol margay", answer -> answer.contains("Total: 3000 of "));
  }

  @Test
  void whenBothConnectOneSessionIsLeft() throws Exception {
    Bird bird = bird(AS, AS, "");
    Ours ours = ours(false, "172.16.2.0/26");
    ours.awaitRoutes(BIRDS_ROUTES);
    bird.awaitRoutes("172.16.2.0/26 via 127.0.0.2");
    assertThat(ours.thread.call(ours::status).state()).isEqualTo(SessionState.ESTABLISHED);
  }

  @Test
  void externalSessionsUseFourOctetAsNumbers() throws Exception {
    AsNumber birdAs = new AsNumber(4200000001L);
    AsNumber ourAs = new AsNumber(4200000002L);
    Bird bird = bird(birdAs, ourAs, "passive;");
    Ours ours = new Ours(false, ourAs, birdAs, "172.16.2.0/26");
    ours.awaitRoutes(BIRDS_ROUTES);
    bird.await(
        "show route all 172.16.2.0/26", answer -> answer.contains("BGP.as_path: 4200000002"));
    BestRoute best = ours.thread.call(() -> ours.routes.get(IpPrefix.parse("10.1.0.0/24")));
    assertThat(best.best().attributes().asPath()).hasToString("4200000001");
  }

  @Test
  void birdKeepsOurRoutesWhileWeRestart() throws Exception {
    Bird bird = bird();
    Ours first = ours(false, "172.16.2.0/26", "172.16.2.64/26", "fd80:2::/122");
    bird.awaitRoutes(
        "172.16.2.0/26 via 127.0.0.2", "172.16.2.64/26 via 127.0.0.2", "fd80:2::/122 via fd00::2");
    first.close();
    bird.await(
        "show protocols all margay", answer -> answer.contains("Neighbor graceful restart active"));
    bird.awaitRoutes(
        "172.16.2.0/26 via 127.0.0.2", "172.16.2.64/26 via 127.0.0.2", "fd80:2::/122 via fd00::2");

    Ours second = ours(true, "172.16.2.64/26", "172.16.2.128/26", "fd80:2::/122");
    bird.awaitRoutes(
        "172.16.2.128/26 via 127.0.0.2",
        "172.16.2.64/26 via 127.0.0.2",
        "fd80:2::/122 via fd00::2");
    second.awaitRoutes(BIRDS_ROUTES);
    second.thread.await(() -> second.fed, () -> "BIRD's End-of-RIB has not come");
  }

  @Test
  void weKeepBirdsRoutesWhileItRestarts() throws Exception {
    Bird bird = bird();
    Ours ours = ours(false, "172.16.2.0/26");
    ours.awaitRoutes(BIRDS_ROUTES);
    bird.kill();
    ours.thread.await(() -> ours.status().stale() == 3, () -> ours.status().toString());
    ours.thread.run(ours.events::clear);

    bird.restart();
    ours.thread.await(
        () -> ours.status().state() == SessionState.ESTABLISHED && ours.status().stale() == 0,
        () -> ours.status().toString());
    assertThat(ours.thread.call(() -> List.copyOf(ours.events))).isEmpty();
    assertThat(ours.thread.call(ours::routes)).containsExactly(BIRDS_ROUTES);
    bird.awaitRoutes("172.16.2.0/26 via 127.0.0.2");
  }

  @Test
  void anOrderlyStopTakesTheRoutesAlong() throws Exception {
    Bird bird = bird();
    Ours ours = ours(false, "172.16.2.0/26");
    bird.awaitRoutes("172.16.2.0/26 via 127.0.0.2");
    ours.thread.run(() -> ours.speaker.stop(Cease.ADMINISTRATIVE_SHUTDOWN, "Grüße"));
    bird.awaitRoutes();
    bird.await(
        "show protocols all margay",
        answer -> answer.contains("Administrative shutdown") && answer.contains("Grüße"));
  }

  @Test
  void birdsShutdownTakesItsRoutesAlong() throws Exception {
    Bird bird = bird();
    Ours ours = ours(false);
    ours.awaitRoutes(BIRDS_ROUTES);
    bird.ask("disable margay \"maintenance\"");
    ours.awaitRoutes();
    assertThat(ours.thread.call(ours::status).lastError())
        .startsWith("received NOTIFICATION: cease, administrative shutdown");
  }
}
