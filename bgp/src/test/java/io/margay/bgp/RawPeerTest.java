package io.margay.bgp;

import static io.margay.bgp.RawPeer.announce;
import static io.margay.bgp.RawPeer.keepalive;
import static io.margay.bgp.RawPeer.octets;
import static io.margay.bgp.RawPeer.open;
import static org.assertj.core.api.Assertions.assertThat;

import io.margay.bgp.Speakers.Host;
import io.margay.bgp.message.AfiSafi;
import io.margay.bgp.message.AsPath;
import io.margay.bgp.message.BgpMessage;
import io.margay.bgp.message.BgpMessage.EndOfRib;
import io.margay.bgp.message.BgpMessage.Keepalive;
import io.margay.bgp.message.BgpMessage.Notification;
import io.margay.bgp.message.BgpMessage.Open;
import io.margay.bgp.message.BgpMessage.RouteRefresh;
import io.margay.bgp.message.BgpMessage.Update;
import io.margay.bgp.message.Capability;
import io.margay.bgp.message.MessageEncoder;
import io.margay.bgp.message.SessionCodec;
import io.margay.bgp.session.SessionState;
import io.margay.loop.Transport;
import io.margay.net.AsNumber;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import io.margay.net.Ipv4Address;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// A speaker against a peer that says what the test makes it say.
class RawPeerTest {

  private static final AsNumber PEER_AS = RawPeer.AS;
  private static final Keepalive KEEPALIVE = new Keepalive();

  private final Speakers world = new Speakers(1);
  private final Host us = world.host(1);
  private final RawPeer peer = new RawPeer(world, us);

  private void peerIsConfigured() {
    us.peersWith(world.host(9, PEER_AS), settings -> settings.passive(true)).starts();
  }

  private void sessionIsUp() {
    peerIsConfigured();
    peer.connect().sends(open(new Capability.FourOctetAs(PEER_AS)), keepalive());
    assertThat(us.speaker.peers())
        .first()
        .extracting(PeerStatus::state)
        .isEqualTo(SessionState.ESTABLISHED);
  }

  static Stream<Arguments> whatNotToSay() {
    return Stream.of(
        Arguments.of("KEEPALIVE first", List.of(keepalive()), 5, 1),
        Arguments.of(
            "UPDATE before KEEPALIVE",
            List.of(open(), MessageEncoder.encode(new EndOfRib(IpFamily.IPV4))),
            5,
            2),
        Arguments.of("OPEN twice", List.of(open(), open()), 5, 2),
        Arguments.of("OPEN in a session", List.of(open(), keepalive(), open()), 5, 3),
        Arguments.of(
            "no BGP at all", List.of(octets("474554202f20485454502f312e310d0a0d0a")), 1, 1),
        Arguments.of(
            "another AS than configured, with our router id",
            List.of(
                MessageEncoder.encode(
                    new Open(new AsNumber(65010), 90, Ipv4Address.parse("10.0.0.1"), List.of()))),
            2,
            2),
        Arguments.of(
            "no family in common",
            List.of(open(new Capability.Multiprotocol(new AfiSafi(25, 70)))),
            2,
            7),
        Arguments.of(
            "UPDATE with a broken NLRI",
            List.of(
                open(),
                keepalive(),
                octets("ffffffffffffffffffffffffffffffff 0018 02 0000 0000 ff")),
            3,
            10));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void whatNotToSay(String name, List<ByteBuffer> frames, int code, int subcode) {
    peerIsConfigured();
    peer.connect().sends(frames.toArray(ByteBuffer[]::new));
    assertThat(peer.received)
        .last()
        .isInstanceOfSatisfying(
            Notification.class,
            notification -> {
              assertThat(notification.code()).isEqualTo(code);
              assertThat(notification.subcode()).isEqualTo(subcode);
            });
    assertThat(peer.closed).isTrue();
    assertThat(us.speaker.peers())
        .first()
        .satisfies(status -> {
          assertThat(status.state()).isEqualTo(SessionState.IDLE);
          assertThat(status.lastError()).startsWith("sent NOTIFICATION: ");
        });
  }

  @Test
  void whoeverMadeAMistakeIsRefusedForAWhile() {
    peerIsConfigured();
    peer.connect().sends(keepalive());
    assertThat(peer.closed).isTrue();
    peer.received.clear();
    peer.connect();
    assertThat(peer.received).isEmpty();
    assertThat(peer.closed).isTrue();
    world.loop.advance(Duration.ofSeconds(1));
    peer.connect();
    assertThat(peer.received).hasOnlyElementsOfType(Open.class).hasSize(1);
  }

  @Test
  void theOpenSaysWhatWeCan() {
    peerIsConfigured();
    peer.connect();
    assertThat(peer.received)
        .containsExactly(
            new Open(
                Speakers.AS,
                90,
                Ipv4Address.parse("10.0.0.1"),
                List.of(
                    new Capability.Multiprotocol(AfiSafi.IPV4_UNICAST),
                    new Capability.Multiprotocol(AfiSafi.IPV6_UNICAST),
                    new Capability.RouteRefresh(),
                    new Capability.ExtendedMessage(),
                    new Capability.GracefulRestart(
                        false,
                        false,
                        120,
                        List.of(
                            new Capability.GracefulRestart.Family(AfiSafi.IPV4_UNICAST, false),
                            new Capability.GracefulRestart.Family(AfiSafi.IPV6_UNICAST, false))),
                    new Capability.FourOctetAs(Speakers.AS),
                    new Capability.EnhancedRouteRefresh())));
  }

  @Test
  void aMalformedAttributeWithdrawsAndTheSessionStays() {
    sessionIsUp();
    peer.sends(announce("172.16.9.0/24", AsPath.sequence(65009), "10.0.0.9"));
    assertThat(us.routes()).containsExactly("172.16.9.0/24 via [10.0.0.9]");
    // The same prefix with ORIGIN 7.
    peer.sends(
        octets(
            "ffffffffffffffffffffffffffffffff 002f 02 0000 0014"
                + "400101 07 400206 0201 0000fdf1 400304 0a000009 18 ac1009"));
    assertThat(us.routes()).isEmpty();
    assertThat(peer.closed).isFalse();
  }

  @Test
  void routesThatPointBackOrLieAboutTheirOriginAreNotUsed() {
    sessionIsUp();
    peer.sends(
        announce("172.16.1.0/24", AsPath.sequence(65009), "10.0.0.1"),
        announce("172.16.2.0/24", AsPath.sequence(65010), "10.0.0.9"),
        announce("172.16.3.0/24", AsPath.sequence(65009, 64512), "10.0.0.9"),
        announce("172.16.4.0/24", AsPath.sequence(65009), "0.0.0.0"),
        announce("224.0.1.0/24", AsPath.sequence(65009), "10.0.0.9"),
        announce("127.0.0.0/8", AsPath.sequence(65009), "10.0.0.9"));
    assertThat(us.routes()).isEmpty();
    assertThat(us.speaker.peers())
        .first()
        .satisfies(status -> {
          assertThat(status.received()).isEqualTo(6);
          assertThat(status.imported()).isZero();
        });
  }

  @Test
  void aPeerOfTwoOctetsGetsPathsOfTwoOctets() {
    us.announces("172.16.1.0/26");
    peerIsConfigured();
    peer.codec = new SessionCodec(false, true);
    peer.connect().sends(open(), keepalive());
    assertThat(peer.received)
        .last()
        .isInstanceOfSatisfying(
            Update.class,
            update ->
                assertThat(update.announced().getFirst().attributes().asPath())
                    .isEqualTo(AsPath.sequence(64512)));
    assertThat(peer.received)
        .as("without graceful restart no end is marked")
        .noneMatch(EndOfRib.class::isInstance);
  }

  @Test
  void routeRefreshTellsEverythingOnceMore() {
    us.announces("172.16.1.0/26", "172.16.2.0/26", "fd80::/64");
    peerIsConfigured();
    peer.connect()
        .sends(
            open(
                new Capability.Multiprotocol(AfiSafi.IPV4_UNICAST),
                new Capability.FourOctetAs(PEER_AS)),
            keepalive());
    List<BgpMessage> first = peer.received.stream().filter(Update.class::isInstance).toList();
    assertThat(first)
        .as("IPv6 was not negotiated")
        .singleElement()
        .isInstanceOfSatisfying(
            Update.class,
            update -> assertThat(update.announced().getFirst().prefixes()).hasSize(2));
    peer.received.clear();
    peer.sends(
        MessageEncoder.encode(new RouteRefresh(AfiSafi.IPV4_UNICAST, 0)),
        MessageEncoder.encode(new RouteRefresh(AfiSafi.IPV6_UNICAST, 0)),
        MessageEncoder.encode(new RouteRefresh(new AfiSafi(25, 65), 0)));
    assertThat(peer.received).isEqualTo(first);
  }

  @Test
  void aPeerThatDoesNotReadIsNotToldMoreThanItsShare() {
    sessionIsUp();
    Transport.Connection connection = peer.connection;
    assertThat(connection).isNotNull();
    connection.setReading(false);
    int prefixes = 600_000;
    for (int i = 0; i < prefixes; i++) {
      us.speaker.announce(new IpPrefix(new Ipv4Address(0x0b000000 + i), 32));
    }
    world.loop.advance(Duration.ofSeconds(1));
    assertThat(us.speaker.peers().getFirst().advertised()).isBetween(100_000, 300_000);
    connection.setReading(true);
    world.loop.advance(Duration.ofSeconds(5));
    assertThat(us.speaker.peers().getFirst().advertised()).isEqualTo(prefixes);
    assertThat(
            peer.received.stream()
                .filter(Update.class::isInstance)
                .mapToInt(u -> ((Update) u).announced().getFirst().prefixes().size())
                .sum())
        .isEqualTo(prefixes);
  }

  @Test
  void keepalivesComeThreeTimesInAHoldTime() {
    sessionIsUp();
    for (int i = 0; i < 10; i++) {
      world.loop.advance(Duration.ofSeconds(60));
      peer.sends(keepalive());
    }
    assertThat(peer.closed).isFalse();
    long keepalives = peer.received.stream().filter(KEEPALIVE::equals).count();
    assertThat(keepalives).as("600 s, one each 22.5 s to 30 s").isBetween(20L, 28L);
  }
}
