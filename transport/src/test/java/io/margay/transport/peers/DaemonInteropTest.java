package io.margay.transport.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.margay.bgp.BgpSpeaker;
import io.margay.bgp.PeerPolicy;
import io.margay.bgp.PeerStatus;
import io.margay.bgp.RouteListener;
import io.margay.bgp.SpeakerConfig;
import io.margay.bgp.message.BgpMessage.Open;
import io.margay.bgp.message.NextHop;
import io.margay.bgp.message.NotificationError.Cease;
import io.margay.bgp.message.PathAttributes;
import io.margay.bgp.rib.BestRoute;
import io.margay.bgp.session.PeerConfig;
import io.margay.bgp.session.SessionState;
import io.margay.net.AsNumber;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import io.margay.net.Ipv4Address;
import io.margay.transport.LoopThread;
import io.margay.transport.NettyTransport;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Our speaker on 127.0.0.2 against each [Daemon] on 127.0.0.1; tables are compared on both ends.
///
/// Next hops lie in 10.9.0.0/24, as FRR takes none of 127.0.0.0/8.
@ExtendWith(InteropResults.class)
class DaemonInteropTest {

  private static final IpAddress THEIRS = IpAddress.parse("127.0.0.1");
  private static final IpAddress OURS = IpAddress.parse("127.0.0.2");
  private static final AsNumber AS = new AsNumber(64512);

  @TempDir Path directory;

  private int port;
  private final List<AutoCloseable> open = new ArrayList<>();

  static Stream<Named<Supplier<Daemon>>> daemons() {
    return Stream.of(
        Named.of("BIRD 2", AnyBird.Bird2::new),
        Named.of("BIRD 1.6", AnyBird.Bird16::new),
        Named.of("FRR", Frr::new),
        Named.of("GoBGP", Gobgp::new),
        Named.of("OpenBGPD", OpenBgpd::new));
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable closeable : open.reversed()) {
      closeable.close();
    }
  }

  private Daemon start(Supplier<Daemon> kind, @Nullable String password) throws Exception {
    Daemon started = kind.get();
    assumeThat(started.absence()).as("%s is there", started).isEmpty();
    try (ServerSocket socket = new ServerSocket(0, 1, THEIRS.toInetAddress())) {
      port = socket.getLocalPort();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    open.add(started);
    started.start(directory, port, password);
    return started;
  }

  /// Skips the test with what the daemon has to say for itself.
  static void assumeNot(Optional<String> objection) {
    assumeTrue(objection.isEmpty(), () -> objection.orElse(""));
  }

  private static List<String> routesOf(Daemon daemon) {
    List<String> ipv4 = List.of("10.1.0.0/24 via 10.9.0.1", "10.1.1.0/24 via 10.9.0.1");
    return daemon.speaksIpv6()
        ? List.of(ipv4.get(0), ipv4.get(1), "fd80:1::/64 via fd00::1")
        : ipv4;
  }

  /// A process of ours: a loop, a speaker, and its routes.
  private final class Ours implements RouteListener, AutoCloseable {
    final LoopThread thread = new LoopThread();
    final Wiretap wire = new Wiretap(new NettyTransport(thread.loop));
    final BgpSpeaker speaker;
    final Map<IpPrefix, BestRoute> routes = new TreeMap<>();
    final List<String> events = new ArrayList<>();
    final boolean ipv6;

    Ours(
        Daemon peer,
        boolean restarting,
        UnaryOperator<PeerConfig.Builder> settings,
        String... prefixes)
        throws Exception {
      open.add(this);
      ipv6 = peer.speaksIpv6();
      speaker =
          new BgpSpeaker(
              new SpeakerConfig(
                  (Ipv4Address) OURS,
                  List.of(),
                  restarting,
                  SpeakerConfig.DEFAULT_SELECTION_DEFERRAL,
                  1),
              thread.loop,
              wire,
              this);
      PeerConfig.Builder config =
          PeerConfig.builder(THEIRS, AS, AS)
              .remotePort(port)
              .localAddress(OURS)
              .families(EnumSet.allOf(IpFamily.class))
              .nextHop(IpAddress.parse("fd00::2"))
              .connectRetryTime(Duration.ofSeconds(1));
      thread.run(() -> {
        speaker.addPeer(settings.apply(config).build(), PeerPolicy.ACCEPT_ALL);
        for (String prefix : prefixes) {
          announce(prefix);
        }
        speaker.start();
      });
    }

    void announce(String text) {
      IpPrefix prefix = IpPrefix.parse(text);
      String nextHop = prefix.family() == IpFamily.IPV4 ? "10.9.0.2" : "fd00::2";
      speaker.announce(
          prefix, PathAttributes.builder().nextHop(NextHop.of(IpAddress.parse(nextHop))).build());
    }

    @Override
    public void bestPathChanged(IpPrefix prefix, @Nullable BestRoute best) {
      events.add(best == null ? "lost " + prefix : prefix.toString());
      if (best == null) {
        routes.remove(prefix);
      } else {
        routes.put(prefix, best);
      }
    }

    @Override
    public void initialFeedComplete() {}

    private List<String> table() {
      return routes.entrySet().stream()
          .map(entry -> entry.getKey() + " via " + entry.getValue().nextHops().getFirst())
          .toList();
    }

    PeerStatus status() {
      return speaker.peers().getFirst();
    }

    void awaitTable(List<String> expected) throws Exception {
      thread.await(
          () -> table().equals(expected),
          () -> "routes are %s, the peer is %s".formatted(table(), status()));
    }

    /// What we announce and the daemon can take.
    List<String> expected(String... routes) {
      return Stream.of(routes).filter(route -> ipv6 || !route.startsWith("fd")).toList();
    }

    /// The process dies: the kernel closes its sockets, and nobody says a word.
    @Override
    public void close() throws Exception {
      thread.close();
    }
  }

  private Ours ours(Daemon peer, String... prefixes) throws Exception {
    return new Ours(peer, false, settings -> settings, prefixes);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("daemons")
  void tablesAreTheSameOnBothEndsAndFollowWithdrawals(Supplier<Daemon> kind) throws Exception {
    Daemon theirs = start(kind, null);
    Ours ours = ours(theirs, "172.16.2.0/26", "172.16.2.1/32", "fd80:2::/122");
    ours.awaitTable(routesOf(theirs));
    theirs.awaitLearned(
        ours.expected(
            "172.16.2.0/26 via 10.9.0.2",
            "172.16.2.1/32 via 10.9.0.2",
            "fd80:2::/122 via fd00::2"));

    ours.thread.run(() -> {
      ours.speaker.withdraw(IpPrefix.parse("172.16.2.1/32"));
      ours.speaker.withdraw(IpPrefix.parse("fd80:2::/122"));
    });
    theirs.awaitLearned(List.of("172.16.2.0/26 via 10.9.0.2"));
    theirs.withdraw();
    ours.awaitTable(withoutTheSecond(theirs));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("daemons")
  void theDaemonIsToldOnceMoreWhatItAsksFor(Supplier<Daemon> kind) throws Exception {
    Daemon theirs = start(kind, null);
    Ours ours = ours(theirs, "172.16.2.0/26");
    ours.awaitTable(routesOf(theirs));
    theirs.awaitLearned(List.of("172.16.2.0/26 via 10.9.0.2"));
    int before = ours.thread.call(() -> ours.wire.sentCount(Wiretap.UPDATE));
    assumeNot(theirs.askForRefresh());
    ours.thread.await(
        () ->
            ours.wire.receivedCount(Wiretap.ROUTE_REFRESH) > 0
                && ours.wire.sentCount(Wiretap.UPDATE) > before,
        () -> "no answer to a refresh; the peer is " + ours.status());
    theirs.awaitLearned(List.of("172.16.2.0/26 via 10.9.0.2"));
    assertThat(ours.thread.call(ours::status).state()).isEqualTo(SessionState.ESTABLISHED);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("daemons")
  void weAreToldOnceMoreWhatWeAskFor(Supplier<Daemon> kind) throws Exception {
    Daemon theirs = start(kind, null);
    assumeNot(theirs.answersNoRefresh());
    Ours ours = ours(theirs, "172.16.2.0/26");
    ours.awaitTable(routesOf(theirs));
    int before = ours.thread.call(() -> ours.wire.receivedCount(Wiretap.UPDATE));
    ours.thread.run(() -> {
      ours.events.clear();
      ours.speaker.refresh(THEIRS, IpFamily.IPV4);
    });
    ours.thread.await(
        () -> ours.wire.receivedCount(Wiretap.UPDATE) > before && ours.status().stale() == 0,
        () -> "no answer to a refresh; the peer is " + ours.status());
    assertThat(ours.thread.call(() -> List.copyOf(ours.events))).isEmpty();
    assertThat(ours.thread.call(ours::table)).isEqualTo(routesOf(theirs));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("daemons")
  void theDaemonKeepsOurRoutesWhileWeRestart(Supplier<Daemon> kind) throws Exception {
    Daemon theirs = start(kind, null);
    Ours first = ours(theirs, "172.16.2.0/26", "172.16.2.64/26", "fd80:2::/122");
    List<String> before =
        first.expected(
            "172.16.2.0/26 via 10.9.0.2",
            "172.16.2.64/26 via 10.9.0.2",
            "fd80:2::/122 via fd00::2");
    theirs.awaitLearned(before);
    first.awaitTable(routesOf(theirs));
    first.close();
    // It hears of the end at once; what it would drop is gone by the second look or the third.
    for (int look = 0; look < 20; look++) {
      assertThat(theirs.learned()).as("look %d", look).containsExactlyInAnyOrderElementsOf(before);
    }

    Ours second =
        new Ours(
            theirs,
            true,
            settings -> settings,
            "172.16.2.64/26",
            "172.16.2.128/26",
            "fd80:2::/122");
    theirs.awaitLearned(
        second.expected(
            "172.16.2.64/26 via 10.9.0.2",
            "172.16.2.128/26 via 10.9.0.2",
            "fd80:2::/122 via fd00::2"));
    second.awaitTable(routesOf(theirs));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("daemons")
  void weKeepItsRoutesWhileTheDaemonRestarts(Supplier<Daemon> kind) throws Exception {
    Daemon theirs = start(kind, null);
    assumeNot(theirs.restartsWithoutGrace());
    restart(theirs, true);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("daemons")
  void aDaemonThatPromisesNothingMayRestartToo(Supplier<Daemon> kind) throws Exception {
    Daemon theirs = start(kind, null);
    assumeThat(theirs.restartsWithoutGrace()).isPresent();
    restart(theirs, false);
  }

  private void restart(Daemon theirs, boolean graceful) throws Exception {
    Ours ours = ours(theirs, "172.16.2.0/26");
    ours.awaitTable(routesOf(theirs));
    theirs.kill();
    ours.thread.await(
        () -> ours.status().state() != SessionState.ESTABLISHED, () -> ours.status().toString());
    int known = routesOf(theirs).size();
    ours.thread.await(
        () -> !graceful || ours.status().stale() == known, () -> ours.status().toString());
    ours.thread.run(ours.events::clear);
    theirs.startAgain(port);
    ours.thread.await(
        () -> ours.status().state() == SessionState.ESTABLISHED && ours.status().stale() == 0,
        () -> ours.status().toString());
    if (graceful) {
      assertThat(ours.thread.call(() -> List.copyOf(ours.events))).as("no route moved").isEmpty();
    }
    ours.awaitTable(routesOf(theirs));
    theirs.awaitLearned(List.of("172.16.2.0/26 via 10.9.0.2"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("daemons")
  void aPasswordSignsTheSession(Supplier<Daemon> kind) throws Exception {
    Daemon theirs = start(kind, "between-us");
    assumeNot(theirs.signsNothing());
    Ours wrong =
        new Ours(theirs, false, settings -> settings.password("among-others"), "172.16.9.0/26");
    Ours ours =
        new Ours(theirs, false, settings -> settings.password("between-us"), "172.16.2.0/26");
    ours.awaitTable(routesOf(theirs));
    theirs.awaitLearned(List.of("172.16.2.0/26 via 10.9.0.2"));
    assertThat(wrong.thread.call(wrong::status).state()).isNotEqualTo(SessionState.ESTABLISHED);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("daemons")
  void prefixesGoBothWaysWithPathIdentifiers(Supplier<Daemon> kind) throws Exception {
    Daemon theirs = start(kind, null);
    Ours ours =
        new Ours(
            theirs,
            false,
            settings -> settings.addPathSend(true).addPathReceive(true),
            "172.16.2.0/26",
            "fd80:2::/122");
    theirs.awaitLearned(ours.expected("172.16.2.0/26 via 10.9.0.2", "fd80:2::/122 via fd00::2"));
    ours.awaitTable(routesOf(theirs));
    Open open = ours.thread.call(ours.wire::receivedOpen);
    assertThat(open.receivesPaths()).contains(IpFamily.IPV4);
    assertThat(open.sendsPaths()).contains(IpFamily.IPV4);
    ours.thread.run(() -> ours.speaker.withdraw(IpPrefix.parse("172.16.2.0/26")));
    theirs.awaitLearned(ours.expected("fd80:2::/122 via fd00::2"));
    theirs.withdraw();
    ours.awaitTable(withoutTheSecond(theirs));
  }

  private static List<String> withoutTheSecond(Daemon daemon) {
    return routesOf(daemon).stream().filter(route -> !route.startsWith("10.1.1.0/24")).toList();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("daemons")
  void anOrderlyStopTakesOurRoutesAlong(Supplier<Daemon> kind) throws Exception {
    Daemon theirs = start(kind, null);
    Ours ours = ours(theirs, "172.16.2.0/26");
    theirs.awaitLearned(List.of("172.16.2.0/26 via 10.9.0.2"));
    ours.thread.run(() -> ours.speaker.stop(Cease.ADMINISTRATIVE_SHUTDOWN, "new disk"));
    theirs.awaitLearned(List.of());
  }
}
