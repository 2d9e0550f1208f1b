package io.margay.bgp;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.bgp.Speakers.Host;
import io.margay.bgp.message.BgpMessage.Notification;
import io.margay.bgp.message.BgpMessage.Update;
import io.margay.bgp.message.Capability;
import io.margay.bgp.message.NotificationError.Cease;
import io.margay.bgp.session.PeerConfig;
import io.margay.bgp.session.SessionState;
import io.margay.net.IpPrefix;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// What keeps one peer from taking more than its share, and strangers out.
class PeerLimitsTest {

  private static final Capability FOUR_OCTETS = new Capability.FourOctetAs(RawPeer.AS);

  private final Speakers world = new Speakers(1);
  private final Host us = world.host(1);
  private final RawPeer peer = new RawPeer(world, us);

  @Test
  void moreThanTheAgreedNumberOfPrefixesEndsTheSession() {
    peer.isConfigured(p -> p.maxPrefixes(2)).establishes(FOUR_OCTETS);
    peer.sends(
        RawPeer.announce("172.16.1.0/24"),
        RawPeer.announce("172.16.2.0/24"),
        RawPeer.announce("172.16.2.0/24"));
    assertThat(us.routes()).hasSize(2);
    peer.sends(RawPeer.announce("172.16.3.0/24"));
    assertThat(us.routes()).isEmpty();
    assertThat(peer.notification())
        .as("family and limit go along (RFC 4486 §4)")
        .isEqualTo(
            Notification.of(
                Cease.MAXIMUM_NUMBER_OF_PREFIXES_REACHED, new byte[] {0, 1, 1, 0, 0, 0, 2}));
    assertThat(peer.status().lastError()).endsWith("(more than 2 prefixes of IPV4)");
    world.loop.advance(Duration.ofSeconds(40));
    assertThat(peer.connect().closed).as("not before the longest pause is over").isTrue();
    world.loop.advance(Duration.ofSeconds(25));
    peer.establishes(FOUR_OCTETS).sends(RawPeer.announce("172.16.1.0/24"));
    assertThat(us.routes()).hasSize(1);
  }

  @Test
  void aPeerThatLivesButDoesNotReadIsDroppedAfterEightMinutes() {
    peer.isConfigured(p -> p).establishes(FOUR_OCTETS);
    var connection = peer.connection;
    assertThat(connection).isNotNull();
    connection.setReading(false);
    us.announces("172.16.1.0/26");
    for (int i = 0; i < 15; i++) {
      world.loop.advance(Duration.ofSeconds(30));
      peer.sends(RawPeer.keepalive());
    }
    assertThat(peer.status().state()).isEqualTo(SessionState.ESTABLISHED);
    for (int i = 0; i < 4; i++) {
      peer.sends(RawPeer.keepalive());
      world.loop.advance(Duration.ofSeconds(30));
    }
    assertThat(peer.status().state()).isNotEqualTo(SessionState.ESTABLISHED);
    assertThat(peer.status().lastError())
        .startsWith(
            "sent NOTIFICATION: send hold timer expired (the peer has read nothing for 480");
  }

  @Test
  void aSlowReaderIsNotTakenForOneThatDoesNotRead() {
    peer.isConfigured(p -> p).establishes(FOUR_OCTETS);
    var connection = peer.connection;
    assertThat(connection).isNotNull();
    for (int i = 0; i < 60; i++) {
      connection.setReading(false);
      us.speaker.announce(IpPrefix.parse("172.16.%d.0/24".formatted(i)));
      world.loop.advance(Duration.ofSeconds(20));
      connection.setReading(true);
      peer.sends(RawPeer.keepalive());
    }
    assertThat(peer.status().state()).isEqualTo(SessionState.ESTABLISHED);
  }

  @Test
  void changesWithinAnAdvertisementIntervalGoOutTogether() {
    us.announces("172.16.0.0/24");
    peer.isConfigured(p -> p.advertisementInterval(Duration.ofSeconds(30)))
        .establishes(FOUR_OCTETS);
    assertThat(peer.received)
        .as("the first feed does not wait")
        .hasAtLeastOneElementOfType(Update.class);
    peer.received.clear();
    for (int i = 1; i <= 20; i++) {
      us.announces("172.16.%d.0/24".formatted(i));
      world.settle();
    }
    assertThat(peer.received).doesNotHaveAnyElementsOfTypes(Update.class);
    world.loop.advance(Duration.ofSeconds(11));
    assertThat(peer.received)
        .filteredOn(Update.class::isInstance)
        .singleElement()
        .isInstanceOfSatisfying(
            Update.class,
            update -> assertThat(update.announced().getFirst().prefixes()).hasSize(20));
  }

  @Test
  void aPasswordHasToBeTheSameOnBothSides() {
    Host two = world.host(2).announces("172.16.2.0/26");
    us.peersWith(two, settings -> settings.password("secret")).starts();
    two.peersWith(us, settings -> settings.password("sekret")).starts();
    world.loop.advance(Duration.ofMinutes(1));
    assertThat(us.state(two)).isNotEqualTo(SessionState.ESTABLISHED);
    PeerConfig right = two.peerConfig(us, settings -> settings.password("secret"));
    assertThat(right.toString()).doesNotContain("secret");
    two.speaker.updatePeer(right, PeerPolicy.ACCEPT_ALL);
    world.loop.advance(Duration.ofSeconds(10));
    assertThat(us.routes()).hasSize(1);
    two.speaker.updatePeer(two.peerConfig(us, settings -> settings), PeerPolicy.ACCEPT_ALL);
    world.loop.advance(Duration.ofMinutes(1));
    assertThat(us.routes()).as("one side has none any more").isEmpty();
  }
}
