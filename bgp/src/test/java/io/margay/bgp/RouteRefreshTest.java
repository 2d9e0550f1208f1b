package io.margay.bgp;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.bgp.Speakers.Host;
import io.margay.bgp.message.AfiSafi;
import io.margay.bgp.message.BgpMessage;
import io.margay.bgp.message.BgpMessage.EndOfRib;
import io.margay.bgp.message.BgpMessage.RouteRefresh;
import io.margay.bgp.message.BgpMessage.Update;
import io.margay.bgp.message.Capability;
import io.margay.bgp.message.MessageEncoder;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// RFC 2918 with the marks of RFC 7313.
class RouteRefreshTest {

  private static final Capability[] ENHANCED = {
    new Capability.Multiprotocol(AfiSafi.IPV4_UNICAST),
    new Capability.Multiprotocol(AfiSafi.IPV6_UNICAST),
    new Capability.RouteRefresh(),
    new Capability.EnhancedRouteRefresh(),
    new Capability.FourOctetAs(RawPeer.AS)
  };

  private final Speakers world = new Speakers(1);
  private final Host us = world.host(1);
  private final RawPeer peer = new RawPeer(world, us);

  private static ByteBuffer refresh(int subtype) {
    return MessageEncoder.encode(RouteRefresh.of(IpFamily.IPV4, subtype));
  }

  @Test
  void theAnswerStandsBetweenItsMarks() {
    us.announces("172.16.1.0/26", "172.16.2.0/26");
    peer.isConfigured(p -> p).establishes(ENHANCED);
    List<BgpMessage> first = peer.received.stream().filter(Update.class::isInstance).toList();
    assertThat(first).hasSize(1);
    peer.received.clear();
    peer.sends(refresh(RouteRefresh.REQUEST));
    assertThat(peer.received)
        .containsExactly(
            RouteRefresh.of(IpFamily.IPV4, RouteRefresh.BEGIN),
            first.getFirst(),
            RouteRefresh.of(IpFamily.IPV4, RouteRefresh.END));
  }

  @Test
  void anAnswerWithoutRoutesIsMarkedToo() {
    peer.isConfigured(p -> p).establishes(ENHANCED);
    peer.received.clear();
    peer.sends(refresh(RouteRefresh.REQUEST));
    assertThat(peer.received)
        .containsExactly(
            RouteRefresh.of(IpFamily.IPV4, RouteRefresh.BEGIN),
            RouteRefresh.of(IpFamily.IPV4, RouteRefresh.END));
  }

  @Test
  void noAnswerBeginsBeforeTheFirstFeedHasEnded() {
    us.announces("172.16.1.0/26");
    peer.isConfigured(p -> p)
        .connect()
        .sends(
            RawPeer.open(
                new Capability.RouteRefresh(),
                new Capability.EnhancedRouteRefresh(),
                new Capability.GracefulRestart(false, false, 120, List.of()),
                new Capability.FourOctetAs(RawPeer.AS)))
        .received
        .clear();
    // Both arrive before the first feed is told.
    peer.sends(RawPeer.keepalive(), refresh(RouteRefresh.REQUEST));
    assertThat(peer.received)
        .containsSubsequence(
            new EndOfRib(IpFamily.IPV4),
            RouteRefresh.of(IpFamily.IPV4, RouteRefresh.BEGIN),
            RouteRefresh.of(IpFamily.IPV4, RouteRefresh.END));
  }

  @Test
  void whatThePeerDoesNotTellAgainIsGone() {
    peer.isConfigured(p -> p).establishes(ENHANCED);
    peer.sends(RawPeer.announce("172.16.1.0/24"), RawPeer.announce("172.16.2.0/24"));
    us.speaker.refresh(RawPeer.ADDRESS, IpFamily.IPV4);
    world.settle();
    assertThat(peer.received).last().isEqualTo(RouteRefresh.of(IpFamily.IPV4, 0));
    us.events.clear();
    peer.sends(refresh(RouteRefresh.BEGIN), RawPeer.announce("172.16.2.0/24"));
    assertThat(us.routes()).as("until the end everything is used").hasSize(2);
    assertThat(peer.status().stale()).isEqualTo(1);
    peer.sends(refresh(RouteRefresh.END));
    assertThat(us.routes()).containsExactly("172.16.2.0/24 via [10.0.0.9]");
    assertThat(us.events).containsExactly("lost 172.16.1.0/24");
  }

  @Test
  void anAnswerThatNeverEndsIsEndedByUs() {
    peer.isConfigured(p -> p.holdTime(Duration.ZERO)).establishes(ENHANCED);
    peer.sends(RawPeer.announce("172.16.1.0/24"), refresh(RouteRefresh.BEGIN));
    world.loop.advance(Duration.ofMinutes(5));
    assertThat(us.routes()).hasSize(1);
    world.loop.advance(Duration.ofMinutes(1));
    assertThat(us.routes()).isEmpty();
    assertThat(peer.closed).isFalse();
  }

  @Test
  void marksThatWereNotNegotiatedMeanNothing() {
    peer.isConfigured(p -> p)
        .establishes(new Capability.RouteRefresh(), new Capability.FourOctetAs(RawPeer.AS));
    peer.sends(
        RawPeer.announce("172.16.1.0/24"),
        refresh(RouteRefresh.BEGIN),
        refresh(RouteRefresh.END),
        refresh(3));
    assertThat(us.routes()).hasSize(1);
    assertThat(peer.closed).isFalse();
  }

  @Test
  void aPeerThatCannotIsNotAsked() {
    peer.isConfigured(p -> p).establishes(new Capability.FourOctetAs(RawPeer.AS));
    peer.received.clear();
    us.speaker.refresh(RawPeer.ADDRESS, IpFamily.IPV4);
    world.settle();
    assertThat(peer.received).isEmpty();
  }

  @Test
  void speakersRefreshEachOtherWithoutAnyRouteMoving() {
    Host two = world.host(2).announces("172.16.2.0/26", "fd80::/64");
    us.announces("172.16.1.0/26").peersWith(two).starts();
    two.peersWith(us).starts();
    world.settle();
    us.events.clear();
    us.speaker.refresh(two.address, IpFamily.IPV4);
    us.speaker.refresh(two.address, IpFamily.IPV6);
    two.speaker.withdraw(IpPrefix.parse("172.16.2.0/26"));
    two.speaker.announce(IpPrefix.parse("172.16.2.64/26"));
    world.settle();
    assertThat(us.events)
        .containsExactlyInAnyOrder("lost 172.16.2.0/26", "172.16.2.64/26 via [10.0.0.2]");
    assertThat(us.status(two).stale()).isZero();
  }
}
