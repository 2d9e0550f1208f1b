package io.margay.bgp;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.bgp.Speakers.Host;
import io.margay.bgp.message.BgpMessage.Notification;
import io.margay.bgp.message.BgpMessage.Open;
import io.margay.bgp.message.MessageEncoder;
import io.margay.bgp.message.NotificationError.Cease;
import io.margay.bgp.session.PeerConfig;
import io.margay.bgp.session.SessionState;
import io.margay.net.Ipv4Address;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Both sides have connected, and there is to be one session (RFC 4271 §6.8, RFC 6286 §2.3). We
/// have the identifier 10.0.0.1 in AS 64512, the peer is in AS 65009.
class CollisionTest {

  private static final String HIGHER = "10.0.0.9";
  private static final String LOWER = "9.9.9.9";
  private static final String EQUAL = "10.0.0.1";

  private final Speakers world = new Speakers(1);
  private final Host us = world.host(1);

  /// The peer's end of our connection, and of its own.
  private final RawPeer called = new RawPeer(world, us);

  private final RawPeer calling = new RawPeer(world, us);

  @BeforeEach
  void bothConnect() {
    world
        .network
        .transport(RawPeer.ADDRESS)
        .listen(
            new InetSocketAddress(RawPeer.ADDRESS.toInetAddress(), PeerConfig.BGP_PORT),
            connection -> {
              called.connection = connection;
              return called;
            });
    us.peersWith(world.host(9, RawPeer.AS)).starts();
    calling.connect();
    assertThat(called.received).hasOnlyElementsOfType(Open.class).hasSize(1);
    assertThat(calling.received).hasOnlyElementsOfType(Open.class).hasSize(1);
  }

  private static ByteBuffer openAs(String identifier) {
    return MessageEncoder.encode(
        new Open(RawPeer.AS, 90, Ipv4Address.parse(identifier), List.of()));
  }

  private void sessionIsOn(RawPeer connection, RawPeer other) {
    assertThat(other.received).last().isEqualTo(collision());
    assertThat(other.closed).isTrue();
    connection.sends(RawPeer.keepalive());
    assertThat(connection.received).noneMatch(Notification.class::isInstance);
    assertThat(us.speaker.peers())
        .extracting(PeerStatus::state)
        .containsExactly(SessionState.ESTABLISHED);
  }

  private static Notification collision() {
    return Notification.of(Cease.CONNECTION_COLLISION_RESOLUTION);
  }

  @Test
  void theConnectionOfTheHigherIdentifierStays() {
    calling.sends(openAs(HIGHER));
    sessionIsOn(calling, called);
  }

  @Test
  void theConnectionOfTheLowerIdentifierGoes() {
    calling.sends(openAs(LOWER));
    assertThat(calling.received).last().isEqualTo(collision());
    called.sends(openAs(LOWER));
    sessionIsOn(called, calling);
  }

  @Test
  void itDoesNotMatterOnWhichConnectionTheOpenComesFirst() {
    called.sends(openAs(HIGHER));
    assertThat(called.received).last().isEqualTo(collision());
    calling.sends(openAs(HIGHER));
    sessionIsOn(calling, called);
  }

  @Test
  void withEqualIdentifiersTheHigherAsDecides() {
    calling.sends(openAs(EQUAL));
    sessionIsOn(calling, called);
  }
}
