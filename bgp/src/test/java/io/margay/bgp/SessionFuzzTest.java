package io.margay.bgp;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.bgp.Speakers.Host;
import io.margay.bgp.message.AfiSafi;
import io.margay.bgp.message.BgpMessage.Notification;
import io.margay.bgp.message.BgpMessage.RouteRefresh;
import io.margay.bgp.message.Capability;
import io.margay.bgp.message.MessageEncoder;
import io.margay.bgp.session.SessionState;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Sessions with a peer whose messages have random octets changed. Whatever it says, the session
/// stays or ends with a NOTIFICATION that has a name, what it told is gone once it has ended, and
/// nobody else notices.
class SessionFuzzTest {

  private static final int SESSIONS = Integer.getInteger("margay.fuzz.sessions", 150);
  private static final int MESSAGES = 5;
  private static final int HEADER = 19;

  private static final List<ByteBuffer> CORPUS =
      List.of(
          RawPeer.announce("172.16.9.0/24"),
          RawPeer.announce("172.16.8.0/23"),
          RawPeer.octets("ffffffffffffffffffffffffffffffff 001b 02 0004 18 ac1009 0000"),
          RawPeer.octets("ffffffffffffffffffffffffffffffff 0017 02 0000 0000"),
          RawPeer.octets("ffffffffffffffffffffffffffffffff 001d 02 0000 0006 800f03 0002 01"),
          RawPeer.keepalive(),
          MessageEncoder.encode(new RouteRefresh(AfiSafi.IPV4_UNICAST, 0)),
          MessageEncoder.encode(new RouteRefresh(AfiSafi.IPV4_UNICAST, 1)),
          MessageEncoder.encode(new RouteRefresh(AfiSafi.IPV4_UNICAST, 2)));

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void sessionsStayOrEndInOrder(long seed) {
    Random random = new Random(seed);
    Speakers world = new Speakers(seed);
    Host us = world.host(1).announces("172.16.1.0/26");
    Host good = world.host(2).announces("172.16.2.0/26");
    us.peersWith(good);
    good.peersWith(us).starts();
    RawPeer peer = new RawPeer(world, us).isConfigured(settings -> settings);
    int ended = 0;
    int stayed = 0;
    for (int session = 0; session < SESSIONS; session++) {
      String context = "seed %d, session %d".formatted(seed, session);
      world.loop.advance(Duration.ofSeconds(65));
      peer.received.clear();
      peer.establishes(
          new Capability.RouteRefresh(),
          new Capability.EnhancedRouteRefresh(),
          new Capability.FourOctetAs(RawPeer.AS));
      assertThat(peer.status().state()).as(context).isEqualTo(SessionState.ESTABLISHED);
      for (int i = 0; i < MESSAGES && !peer.closed; i++) {
        peer.sends(mutated(CORPUS.get(random.nextInt(CORPUS.size())), random));
      }
      if (peer.closed) {
        ended++;
        // A NOTIFICATION of ours that no message of the peer's can have asked us to leave out.
        boolean peerEndedIt = peer.status().lastError().startsWith("received NOTIFICATION");
        Notification notification = peer.notification();
        assertThat(peerEndedIt || (notification != null && notification.error().isPresent()))
            .as("%s: %s", context, peer.status().lastError())
            .isTrue();
        assertThat(us.routes()).as(context).containsExactly("172.16.2.0/26 via [10.0.0.2]");
      } else {
        stayed++;
        assertThat(peer.status().state()).as(context).isEqualTo(SessionState.ESTABLISHED);
        var connection = peer.connection;
        assertThat(connection).isNotNull();
        connection.close();
      }
    }
    assertThat(ended).as("sessions that ended early, seed %d", seed).isPositive();
    assertThat(stayed).as("sessions that lasted, seed %d", seed).isPositive();
    assertThat(us.status(good).lastError()).isEmpty();
    assertThat(good.routes()).contains("172.16.1.0/26 via [10.0.0.1]");
  }

  /// Mostly one octet behind the header is another, and now and then one of the header.
  private static ByteBuffer mutated(ByteBuffer message, Random random) {
    byte[] octets = new byte[message.limit()];
    message.get(0, octets);
    if (random.nextInt(4) != 0) {
      boolean inHeader = octets.length == HEADER || random.nextInt(30) == 0;
      int at = inHeader ? random.nextInt(HEADER) : HEADER + random.nextInt(octets.length - HEADER);
      if (!inHeader || random.nextInt(10) == 0) {
        octets[at] = (byte) random.nextInt();
      }
    }
    return ByteBuffer.wrap(octets);
  }
}
