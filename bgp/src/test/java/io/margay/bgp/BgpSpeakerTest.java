package io.margay.bgp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.bgp.Speakers.Host;
import io.margay.bgp.message.AsPath;
import io.margay.bgp.message.BgpMessage.Notification;
import io.margay.bgp.message.Community;
import io.margay.bgp.message.MessageEncoder;
import io.margay.bgp.message.NextHop;
import io.margay.bgp.message.NotificationError;
import io.margay.bgp.message.NotificationError.Cease;
import io.margay.bgp.message.PathAttributes;
import io.margay.bgp.rib.ImportPolicy;
import io.margay.bgp.rib.RouteSource;
import io.margay.bgp.session.PeerConfig;
import io.margay.bgp.session.SessionState;
import io.margay.loop.Transport;
import io.margay.net.AsNumber;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BgpSpeakerTest {

  private final Speakers world = new Speakers(1);

  private List<Host> mesh(int size) {
    List<Host> hosts = IntStream.rangeClosed(1, size).mapToObj(world::host).toList();
    for (Host host : hosts) {
      hosts.stream().filter(other -> other != host).forEach(host::peersWith);
      host.announces("172.16." + host.address.toString().substring(7) + ".0/26");
    }
    return hosts;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void aMeshConvergesWhateverTheOrderOfBytes(long seed) {
    Speakers other = new Speakers(seed);
    Host one = other.host(1).announces("172.16.1.0/26", "fd80::100/122");
    Host two = other.host(2).announces("172.16.2.0/26", "fd80::200/122");
    Host three = other.host(3);
    one.peersWith(two).peersWith(three).starts();
    two.peersWith(one).peersWith(three).starts();
    three.peersWith(one).peersWith(two).starts();
    other.settle();
    assertThat(one.routes())
        .containsExactly("172.16.2.0/26 via [10.0.0.2]", "fd80::200/122 via [fd00::2]");
    assertThat(two.routes())
        .containsExactly("172.16.1.0/26 via [10.0.0.1]", "fd80::100/122 via [fd00::1]");
    assertThat(three.routes())
        .containsExactly(
            "172.16.1.0/26 via [10.0.0.1]",
            "172.16.2.0/26 via [10.0.0.2]",
            "fd80::100/122 via [fd00::1]",
            "fd80::200/122 via [fd00::2]");
    assertThat(three.status(one))
        .satisfies(status -> {
          assertThat(status.state()).isEqualTo(SessionState.ESTABLISHED);
          assertThat(status.received()).isEqualTo(2);
          assertThat(status.imported()).isEqualTo(2);
          assertThat(status.stale()).isZero();
          assertThat(status.advertised()).isZero();
        });
    assertThat(three.initialFeeds).isEqualTo(1);
  }

  @Test
  void simultaneousOpensEndInOneSessionEach() {
    List<Host> hosts = mesh(3);
    // Two and three are started in one moment and connect to each other at once.
    hosts.forEach(Host::starts);
    world.settle();
    for (Host host : hosts) {
      assertThat(host.speaker.peers())
          .extracting(PeerStatus::state)
          .containsOnly(SessionState.ESTABLISHED);
      assertThat(host.speaker.peers()).extracting(PeerStatus::lastError).containsOnly("");
    }
    List<List<String>> before = hosts.stream().map(host -> List.copyOf(host.events)).toList();
    world.loop.advance(Duration.ofMinutes(10));
    assertThat(hosts.stream().map(host -> List.copyOf(host.events)).toList()).isEqualTo(before);
  }

  @Test
  void announcementsAndWithdrawalsGoAround() {
    List<Host> hosts = mesh(3);
    hosts.forEach(Host::starts);
    world.settle();
    hosts.get(0).speaker.announce(IpPrefix.parse("172.16.9.1/32"));
    world.settle();
    assertThat(hosts.get(2).kernel)
        .containsEntry(IpPrefix.parse("172.16.9.1/32"), List.of(NextHop.of(hosts.get(0).address)));
    hosts.get(0).speaker.withdraw(IpPrefix.parse("172.16.9.1/32"));
    world.settle();
    for (Host host : hosts) {
      assertThat(host.kernel).doesNotContainKey(IpPrefix.parse("172.16.9.1/32"));
    }
  }

  @Test
  void aPeerThatStartsLateIsReachedByEitherSide() {
    Host one = world.host(1).announces("172.16.1.0/26");
    Host two = world.host(2);
    one.peersWith(two).starts();
    world.loop.advance(Duration.ofSeconds(30));
    assertThat(one.state(two)).isEqualTo(SessionState.ACTIVE);
    assertThat(one.status(two).lastError()).startsWith("cannot connect: ");
    two.peersWith(one, peer -> peer.passive(true)).starts();
    assertThat(world.loop.advanceUntil(() -> !two.kernel.isEmpty(), Duration.ofMillis(5200)))
        .as("connect retry is 5 s")
        .isTrue();
  }

  @Test
  void stopTellsPeersWhoDropTheRoutesAtOnce() {
    List<Host> hosts = mesh(2);
    hosts.forEach(Host::starts);
    world.settle();
    Host one = hosts.get(0);
    Host two = hosts.get(1);
    one.speaker.stop(Cease.ADMINISTRATIVE_SHUTDOWN, "new disk");
    world.settle();
    assertThat(two.kernel).isEmpty();
    assertThat(one.routes()).as("what the kernel has stays").hasSize(1);
    assertThat(two.status(one).lastError())
        .isEqualTo("received NOTIFICATION: cease, administrative shutdown: \"new disk\"");
  }

  @Test
  void aSilentPeerLosesItsRoutesWhenTheHoldTimeIsOver() {
    List<Host> hosts = mesh(2);
    hosts.forEach(Host::starts);
    world.settle();
    Host one = hosts.get(0);
    Host two = hosts.get(1);
    world.network.silence(one.address, two.address);
    two.dies();
    world.loop.advance(Duration.ofSeconds(59));
    assertThat(one.routes()).isNotEmpty();
    world.loop.advance(Duration.ofSeconds(32));
    assertThat(one.routes()).isEmpty();
    assertThat(one.status(two).lastError())
        .startsWith("sent NOTIFICATION: hold timer expired (nothing came for 90 s)");
  }

  @Test
  void withHoldTimeZeroSilenceIsGolden() {
    Host one = world.host(1).announces("172.16.1.0/26");
    Host two = world.host(2);
    one.peersWith(two, peer -> peer.holdTime(Duration.ZERO)).starts();
    two.peersWith(one).starts();
    world.settle();
    world.loop.advance(Duration.ofHours(1));
    assertThat(two.routes()).hasSize(1);
    assertThat(two.events).hasSize(1);
  }

  @Test
  void anExternalPeerSeesOurAsAndAddress() {
    Host one = world.host(1, new AsNumber(4200000001L)).announces("172.16.1.0/26");
    Host two = world.host(2, new AsNumber(65002));
    Host three = world.host(3, new AsNumber(65003));
    one.peersWith(two).starts();
    two.peersWith(one).peersWith(three).starts();
    three.peersWith(two).starts();
    world.settle();
    assertThat(two.routes()).containsExactly("172.16.1.0/26 via [10.0.0.1]");
    assertThat(three.routes()).containsExactly("172.16.1.0/26 via [10.0.0.2]");
    // The path is not shown to the listener by itself: a policy sees it.
    AsPath[] seen = new AsPath[1];
    three.speaker.updatePeer(
        three.peerConfig(two, p -> p),
        new PeerPolicy(
            route -> {
              seen[0] = route.attributes().asPath();
              return true;
            },
            _ -> true));
    assertThat(seen[0]).isEqualTo(AsPath.sequence(65002, 4200000001L));
  }

  @Test
  void aRouteThatComesBackToItsAsIsDropped() {
    // One and three are in one AS, two is between them.
    Host one = world.host(1).announces("172.16.1.0/26");
    Host two = world.host(2, new AsNumber(65002));
    Host three = world.host(3);
    one.peersWith(two).starts();
    two.peersWith(one).peersWith(three).starts();
    three.peersWith(two).starts();
    world.settle();
    assertThat(two.routes()).hasSize(1);
    assertThat(three.routes()).isEmpty();
    assertThat(three.status(two))
        .satisfies(status -> {
          assertThat(status.received()).isEqualTo(1);
          assertThat(status.imported()).isZero();
        });
  }

  @Test
  void whatAnInternalPeerTellsStaysFromOtherInternalPeersButNotFromExternalOnes() {
    Host one = world.host(1).announces("172.16.1.0/26");
    Host two = world.host(2);
    Host three = world.host(3);
    Host outside = world.host(9, new AsNumber(65009));
    one.peersWith(two).starts();
    two.peersWith(one).peersWith(three).peersWith(outside).starts();
    three.peersWith(two).starts();
    outside.peersWith(two).starts();
    world.settle();
    assertThat(three.routes()).isEmpty();
    assertThat(outside.routes()).containsExactly("172.16.1.0/26 via [10.0.0.2]");
  }

  @Test
  void theNextHopOfExternalRoutesIsOursUnlessConfiguredOtherwise() {
    Host outside = world.host(9, new AsNumber(65009)).announces("0.0.0.0/0");
    Host border = world.host(1);
    Host two = world.host(2);
    Host three = world.host(3);
    outside.peersWith(border).starts();
    border
        .peersWith(outside)
        .peersWith(two)
        .peersWith(three, peer -> peer.nextHopSelf(false))
        .starts();
    two.peersWith(border).starts();
    three.peersWith(border).starts();
    world.settle();
    assertThat(two.routes()).containsExactly("0.0.0.0/0 via [10.0.0.1]");
    assertThat(three.routes()).containsExactly("0.0.0.0/0 via [10.0.0.9]");
  }

  @Test
  void communitiesKeepRoutesIn() {
    Host one = world.host(1);
    Host two = world.host(2);
    Host outside = world.host(9, new AsNumber(65009));
    one.peersWith(two).peersWith(outside).starts();
    two.peersWith(one).starts();
    outside.peersWith(one).starts();
    PathAttributes.Builder local = PathAttributes.builder();
    one.speaker.announce(
        IpPrefix.parse("172.16.1.0/26"), local.communities(List.of(Community.NO_EXPORT)).build());
    one.speaker.announce(
        IpPrefix.parse("172.16.2.0/26"),
        local.communities(List.of(Community.NO_ADVERTISE)).build());
    world.settle();
    assertThat(two.routes()).containsExactly("172.16.1.0/26 via [10.0.0.1]");
    assertThat(outside.routes()).isEmpty();
  }

  @Test
  void severalEqualRoutesGiveSeveralNextHops() {
    Host leaf = world.host(9, new AsNumber(65009));
    for (int spine = 1; spine <= 3; spine++) {
      Host host = world.host(spine, new AsNumber(65000 + spine)).announces("172.16.0.0/16");
      leaf.peersWith(host);
      host.peersWith(leaf).starts();
    }
    leaf.starts();
    world.settle();
    assertThat(leaf.routes()).containsExactly("172.16.0.0/16 via [10.0.0.1, 10.0.0.2, 10.0.0.3]");
    world.network.kill(IpAddress.parse("10.0.0.1"));
    world.loop.advance(Duration.ofSeconds(121));
    assertThat(leaf.routes()).containsExactly("172.16.0.0/16 via [10.0.0.2, 10.0.0.3]");
  }

  @Test
  void ourOwnRouteIsBetterThanALearnedOne() {
    List<Host> hosts = mesh(2);
    hosts.forEach(Host::starts);
    world.settle();
    Host one = hosts.get(0);
    IpPrefix moved = IpPrefix.parse("172.16.2.0/26");
    one.speaker.announce(moved);
    assertThat(one.kernel).doesNotContainKey(moved);
    one.speaker.withdraw(moved);
    assertThat(one.kernel).containsKey(moved);
  }

  @Test
  void listeningElsewhereLeavesSessionsAlone() {
    List<Host> hosts = mesh(2);
    Host one = hosts.get(0);
    Host two = hosts.get(1);
    hosts.forEach(Host::starts);
    world.settle();
    one.events.clear();
    one.speaker.listenOn(
        List.of(new InetSocketAddress(one.address6().toInetAddress(), PeerConfig.BGP_PORT)));
    world.loop.advance(Duration.ofMinutes(5));
    assertThat(one.state(two)).isEqualTo(SessionState.ESTABLISHED);
    assertThat(one.events).isEmpty();
    Host late = world.host(3);
    one.peersWith(late, peer -> peer.passive(true));
    late.peersWith(one).starts();
    world.loop.advance(Duration.ofMinutes(1));
    assertThat(late.status(one).lastError()).contains("connection refused");
    one.speaker.listenOn(
        List.of(new InetSocketAddress(one.address.toInetAddress(), PeerConfig.BGP_PORT)));
    world.loop.advance(Duration.ofMinutes(1));
    assertThat(late.state(one)).isEqualTo(SessionState.ESTABLISHED);
  }

  @Test
  void aFallbackGivesWayToTheOriginAndComesBack() {
    List<Host> hosts = mesh(3);
    Host one = hosts.get(0);
    Host three = hosts.get(2);
    IpPrefix block = IpPrefix.parse("172.16.2.0/26");
    one.speaker.announceFallback(block);
    hosts.forEach(Host::starts);
    world.settle();
    assertThat(one.routes()).contains("172.16.2.0/26 via [10.0.0.2]");
    assertThat(three.routes()).contains("172.16.2.0/26 via [10.0.0.2]");
    hosts.get(1).speaker.withdraw(block);
    world.settle();
    assertThat(one.kernel).doesNotContainKey(block);
    assertThat(three.routes()).contains("172.16.2.0/26 via [10.0.0.1]");
    one.speaker.withdrawFallback(block);
    world.settle();
    assertThat(three.kernel).doesNotContainKey(block);
  }

  @Test
  void twoFallbacksStayBoth() {
    List<Host> hosts = mesh(3);
    IpPrefix outside = IpPrefix.parse("192.0.2.0/24");
    hosts.get(0).speaker.announceFallback(outside);
    hosts.get(1).speaker.announceFallback(outside);
    hosts.forEach(Host::starts);
    world.settle();
    assertThat(hosts.get(0).kernel).doesNotContainKey(outside);
    assertThat(hosts.get(1).kernel).doesNotContainKey(outside);
    assertThat(hosts.get(2).routes()).contains("192.0.2.0/24 via [10.0.0.1, 10.0.0.2]");
  }

  @Test
  void policiesDecideAndCanChange() {
    List<Host> hosts = mesh(2);
    Host one = hosts.get(0);
    Host two = hosts.get(1);
    hosts.forEach(Host::starts);
    world.settle();
    IpPrefix[] hidden = {IpPrefix.parse("172.16.1.0/26")};
    one.speaker.updatePeer(
        one.peerConfig(two, p -> p),
        new PeerPolicy(
            _ -> false,
            route ->
                route.source() instanceof RouteSource.Local && !route.prefix().equals(hidden[0])));
    world.settle();
    assertThat(one.routes()).isEmpty();
    assertThat(two.routes()).isEmpty();
    assertThat(one.state(two)).isEqualTo(SessionState.ESTABLISHED);
    hidden[0] = IpPrefix.parse("0.0.0.0/0");
    one.speaker.exportPolicyChanged();
    world.settle();
    assertThat(two.routes()).containsExactly("172.16.1.0/26 via [10.0.0.1]");
    one.speaker.updatePeer(
        one.peerConfig(two, p -> p), new PeerPolicy(ImportPolicy.ALL, _ -> true));
    assertThat(one.routes()).as("what the peer told before is still known").hasSize(1);
  }

  @Test
  void peersComeChangeAndGo() {
    List<Host> hosts = mesh(2);
    Host one = hosts.get(0);
    Host two = hosts.get(1);
    hosts.forEach(Host::starts);
    world.settle();
    one.speaker.updatePeer(
        one.peerConfig(two, peer -> peer.holdTime(Duration.ofSeconds(9))), PeerPolicy.ACCEPT_ALL);
    assertThat(one.routes()).isEmpty();
    world.loop.advance(Duration.ofSeconds(6));
    assertThat(one.routes()).hasSize(1);
    one.speaker.removePeer(two.address);
    assertThat(one.routes()).isEmpty();
    assertThat(one.speaker.peers()).isEmpty();
    world.settle();
    assertThat(two.routes()).isEmpty();
    assertThat(two.status(one).lastError())
        .isEqualTo("received NOTIFICATION: cease, peer de configured");
    one.speaker.addPeer(one.peerConfig(two, peer -> peer), PeerPolicy.ACCEPT_ALL);
    world.settle();
    assertThat(one.routes()).hasSize(1);
    assertThatThrownBy(
            () -> one.speaker.addPeer(one.peerConfig(two, p -> p), PeerPolicy.ACCEPT_ALL))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aPeerInAWrongAsIsRefused() {
    Host one = world.host(1);
    Host two = world.host(2, new AsNumber(65002));
    one.peersWith(two).starts();
    world.host(2, new AsNumber(65003)).peersWith(one, peer -> peer.passive(true)).starts();
    world.loop.advance(Duration.ofMillis(500));
    assertThat(one.state(two)).isEqualTo(SessionState.IDLE);
    assertThat(one.status(two).lastError())
        .isEqualTo(
            "sent NOTIFICATION: OPEN message error, bad peer as (the peer says it is in AS 65003,"
                + " configured is AS 65002)");
  }

  @Test
  void pausesGrowWithEachErrorUpToAMinute() {
    Host one = world.host(1);
    Host two = world.host(2);
    one.peersWith(two).starts();
    List<Long> attempts = new ArrayList<>();
    InetSocketAddress bgp = new InetSocketAddress(two.address.toInetAddress(), 179);
    world
        .network
        .transport(two.address)
        .listen(
            bgp,
            connection -> {
              attempts.add(world.loop.nanoTime());
              connection.write(
                  MessageEncoder.encode(
                      Notification.of(NotificationError.Open.UNSUPPORTED_CAPABILITY)));
              return new Silent();
            });
    world.loop.advance(Duration.ofMinutes(5));
    double[] longest = {1, 2, 4, 8, 16, 32, 60, 60};
    assertThat(attempts).hasSizeGreaterThan(longest.length);
    for (int i = 0; i < longest.length; i++) {
      double seconds = (attempts.get(i + 1) - attempts.get(i)) / 1e9;
      assertThat(seconds).as("pause %d", i).isBetween(0.75 * longest[i], longest[i] + 0.01);
    }
  }

  private static final class Silent implements Transport.Handler {
    @Override
    public void onOpen(Transport.Connection connection) {}

    @Override
    public void onBytes(Transport.Connection connection, ByteBuffer bytes) {}

    @Override
    public void onClosed(Transport.Connection connection, @Nullable Throwable cause) {}
  }

  @Test
  void aStrangerIsRefused() {
    Host one = world.host(1).starts();
    Host two = world.host(2).peersWith(one).starts();
    world.loop.advance(Duration.ofMinutes(1));
    assertThat(two.state(one)).isNotEqualTo(SessionState.ESTABLISHED);
    assertThat(one.speaker.peers()).isEmpty();
  }
}
