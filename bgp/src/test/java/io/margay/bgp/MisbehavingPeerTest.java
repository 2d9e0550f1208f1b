package io.margay.bgp;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.bgp.Speakers.Host;
import io.margay.bgp.message.AfiSafi;
import io.margay.bgp.message.BgpMessage.Notification;
import io.margay.bgp.message.BgpMessage.RouteRefresh;
import io.margay.bgp.message.Capability;
import io.margay.bgp.message.MessageEncoder;
import io.margay.bgp.message.NotificationError.Cease;
import io.margay.bgp.message.Octets;
import io.margay.bgp.session.SessionState;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Peers that flood, stall, stop half way, reset, dribble or lie; and a good one beside them that
/// must not notice.
class MisbehavingPeerTest {

  private static final Capability FOUR_OCTETS = new Capability.FourOctetAs(RawPeer.AS);

  private final Speakers world = new Speakers(1);
  private final Host us = world.host(1);
  private final Host good = world.host(2).announces("172.16.2.0/26");
  private final RawPeer peer = new RawPeer(world, us);

  private void isConfigured() {
    us.peersWith(good);
    good.peersWith(us).starts();
    peer.isConfigured(settings -> settings);
    world.settle();
    assertThat(us.state(good)).isEqualTo(SessionState.ESTABLISHED);
  }

  /// The peer behaves at last, and the good one never lost its session.
  private void allIsWell() {
    world.loop.advance(Duration.ofMinutes(1).plusSeconds(5));
    peer.establishes(FOUR_OCTETS).sends(RawPeer.announce("172.16.9.0/24"));
    assertThat(us.routes())
        .containsExactly("172.16.2.0/26 via [10.0.0.2]", "172.16.9.0/24 via [10.0.0.9]");
    assertThat(us.status(good).lastError()).isEmpty();
  }

  @Test
  void messagesThatComeOctetByOctetAreRead() {
    isConfigured();
    peer.connect();
    for (ByteBuffer message :
        List.of(
            RawPeer.open(FOUR_OCTETS), RawPeer.keepalive(), RawPeer.announce("172.16.9.0/24"))) {
      for (int i = 0; i < message.limit(); i++) {
        peer.sends(message.slice(i, 1));
      }
    }
    assertThat(us.routes()).contains("172.16.9.0/24 via [10.0.0.9]");
  }

  @Test
  void aConnectionWithoutAnOpenIsGivenUp() {
    isConfigured();
    peer.connect();
    world.loop.advance(Duration.ofSeconds(239));
    assertThat(peer.closed).isFalse();
    world.loop.advance(Duration.ofSeconds(2));
    assertThat(peer.closed).isTrue();
    assertThat(peer.notification()).isEqualTo(new Notification(4, 0, Octets.EMPTY));
    allIsWell();
  }

  @Test
  void aSessionThatIsNeverConfirmedIsGivenUp() {
    isConfigured();
    peer.connect().sends(RawPeer.open(FOUR_OCTETS));
    world.loop.advance(Duration.ofSeconds(91));
    assertThat(peer.closed).isTrue();
    assertThat(peer.notification()).isEqualTo(new Notification(4, 0, Octets.EMPTY));
    allIsWell();
  }

  @Test
  void aMessageThatNeverEndsCountsAsSilence() {
    isConfigured();
    peer.establishes(FOUR_OCTETS);
    // 4096 octets are promised, and octets trickle in that never make them up.
    peer.sends(RawPeer.octets("ffffffffffffffffffffffffffffffff 1000 02"));
    for (int i = 0; i < 10; i++) {
      world.loop.advance(Duration.ofSeconds(10));
      peer.sends(ByteBuffer.wrap(new byte[3]));
    }
    assertThat(peer.closed).isTrue();
    assertThat(peer.status().lastError()).contains("hold timer expired");
    allIsWell();
  }

  @Test
  void manyConnectionsLeaveOneAtATime() {
    isConfigured();
    List<RawPeer> crowd = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      crowd.add(new RawPeer(world, us).connect());
    }
    assertThat(crowd.subList(0, 499)).allMatch(member -> member.closed);
    assertThat(crowd.getLast().closed).isFalse();
    crowd.getLast().sends(RawPeer.open(FOUR_OCTETS), RawPeer.keepalive());
    assertThat(peer.status().state()).isEqualTo(SessionState.ESTABLISHED);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void connectionsThatEndAnywhereLeaveNothingBehind(long seed) {
    isConfigured();
    Random random = new Random(seed);
    List<ByteBuffer> script =
        List.of(RawPeer.open(FOUR_OCTETS), RawPeer.keepalive(), RawPeer.announce("172.16.8.0/24"));
    for (int i = 0; i < 100; i++) {
      peer.connect();
      int messages = random.nextInt(script.size() + 1);
      script.subList(0, messages).forEach(message -> peer.sends(message));
      if (messages < script.size()) {
        ByteBuffer next = script.get(messages);
        peer.sends(next.slice(0, random.nextInt(next.limit())));
      }
      var connection = peer.connection;
      assertThat(connection).isNotNull();
      connection.close();
      world.loop.advance(Duration.ofMillis(10));
    }
    assertThat(us.routes()).containsExactly("172.16.2.0/26 via [10.0.0.2]");
    allIsWell();
  }

  @Test
  void moreRoutesThanAgreedEndInACease() {
    us.peersWith(good);
    good.peersWith(us).starts();
    peer.isConfigured(settings -> settings.maxPrefixes(1000)).establishes(FOUR_OCTETS);
    for (int i = 0; i < 1001; i++) {
      peer.sends(RawPeer.announce("10.%d.%d.0/24".formatted(i / 256, i % 256)));
    }
    assertThat(peer.notification())
        .isNotNull()
        .extracting(Notification::error)
        .isEqualTo(Optional.of(Cease.MAXIMUM_NUMBER_OF_PREFIXES_REACHED));
    allIsWell();
  }

  @Test
  void manyRequestsAreAnsweredTogether() {
    us.announces("172.16.1.0/26");
    isConfigured();
    peer.establishes(FOUR_OCTETS, new Capability.RouteRefresh());
    peer.received.clear();
    int count = 10_000;
    ByteBuffer request = MessageEncoder.encode(new RouteRefresh(AfiSafi.IPV4_UNICAST, 0));
    ByteBuffer requests = ByteBuffer.allocate(count * request.limit());
    for (int i = 0; i < count; i++) {
      requests.put(request.duplicate());
    }
    peer.sends(requests.flip());
    assertThat(peer.received).as("all came at once").hasSizeBetween(1, 2);
    assertThat(us.state(good)).isEqualTo(SessionState.ESTABLISHED);
  }

  @Test
  void aStreamOfKeepalivesIsHarmless() {
    isConfigured();
    peer.establishes(FOUR_OCTETS);
    ByteBuffer[] keepalives = new ByteBuffer[10_000];
    for (int i = 0; i < keepalives.length; i++) {
      keepalives[i] = RawPeer.keepalive();
    }
    peer.sends(keepalives).sends(RawPeer.announce("172.16.9.0/24"));
    assertThat(us.routes()).contains("172.16.9.0/24 via [10.0.0.9]");
  }

  @Test
  void whatFollowsANotificationIsNotRead() {
    isConfigured();
    peer.establishes(FOUR_OCTETS)
        .sends(
            MessageEncoder.encode(Notification.of(Cease.ADMINISTRATIVE_RESET)),
            RawPeer.announce("172.16.8.0/24"));
    assertThat(us.routes()).containsExactly("172.16.2.0/26 via [10.0.0.2]");
    allIsWell();
  }
}
