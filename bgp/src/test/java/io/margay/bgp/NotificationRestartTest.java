package io.margay.bgp;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.bgp.Speakers.Host;
import io.margay.bgp.message.AfiSafi;
import io.margay.bgp.message.BgpMessage.Notification;
import io.margay.bgp.message.Capability;
import io.margay.bgp.message.MessageEncoder;
import io.margay.bgp.message.NotificationError;
import io.margay.bgp.message.NotificationError.Cease;
import io.margay.bgp.message.Octets;
import io.margay.bgp.session.SessionState;
import io.margay.net.IpPrefix;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Graceful restart over a NOTIFICATION (RFC 8538), which both sides have to offer.
class NotificationRestartTest {

  private final Speakers world = new Speakers(1);
  private final Host one = world.host(1);
  private final Host two = world.host(2).announces("172.16.2.0/26");

  private void bothAreUp(boolean oneOffers, boolean twoOffers) {
    one.peersWith(two, peer -> peer.gracefulNotification(oneOffers)).starts();
    two.peersWith(one, peer -> peer.gracefulNotification(twoOffers)).starts();
    world.settle();
    assertThat(one.routes()).hasSize(1);
  }

  private void twoFallsSilent() {
    world.network.silence(one.address, two.address);
    assertThat(
            world.loop.advanceUntil(
                () -> one.state(two) != SessionState.ESTABLISHED, Duration.ofSeconds(91)))
        .isTrue();
    assertThat(one.status(two).lastError()).contains("hold timer expired");
  }

  @Test
  void routesOutliveTheHoldTimeByTheRestartTime() {
    bothAreUp(true, true);
    twoFallsSilent();
    assertThat(one.status(two).stale()).isEqualTo(1);
    assertThat(one.routes()).hasSize(1);
    world.loop.advance(Duration.ofSeconds(121));
    assertThat(one.routes()).isEmpty();
  }

  @Test
  void itTakesBothSides() {
    bothAreUp(true, false);
    twoFallsSilent();
    assertThat(one.routes()).isEmpty();
  }

  @Test
  void noRouteMovesWhenTheSessionComesBack() {
    bothAreUp(true, true);
    twoFallsSilent();
    one.events.clear();
    world.network.restore(one.address, two.address);
    world.loop.advance(Duration.ofSeconds(10));
    assertThat(one.state(two)).isEqualTo(SessionState.ESTABLISHED);
    assertThat(one.events).isEmpty();
    assertThat(one.status(two).stale()).isZero();
  }

  @Test
  void aShutdownIsAHardResetAndTakesTheRoutesAlong() {
    bothAreUp(true, true);
    two.speaker.stop(Cease.ADMINISTRATIVE_SHUTDOWN, "moving out");
    world.settle();
    assertThat(one.routes()).isEmpty();
    assertThat(one.status(two).lastError())
        .isEqualTo(
            "received NOTIFICATION: cease, hard reset, cease, administrative shutdown: \"moving"
                + " out\"");
  }

  private static Capability.GracefulRestart restart() {
    return new Capability.GracefulRestart(
        false,
        true,
        120,
        List.of(new Capability.GracefulRestart.Family(AfiSafi.IPV4_UNICAST, true)));
  }

  @Test
  void anErrorThatAPeerReportsLeavesItsRoutesInPlace() {
    RawPeer peer = new RawPeer(world, one);
    peer.isConfigured(p -> p.gracefulNotification(true))
        .establishes(restart(), new Capability.FourOctetAs(RawPeer.AS))
        .sends(
            RawPeer.announce("172.16.9.0/24"),
            MessageEncoder.encode(
                Notification.of(NotificationError.Update.MALFORMED_ATTRIBUTE_LIST)));
    assertThat(peer.status().state()).isNotEqualTo(SessionState.ESTABLISHED);
    assertThat(one.kernel).containsKey(IpPrefix.parse("172.16.9.0/24"));
    assertThat(peer.status().stale()).isEqualTo(1);
  }

  @Test
  void anErrorThatWeReportLeavesThePeersRoutesInPlace() {
    RawPeer peer = new RawPeer(world, one);
    peer.isConfigured(p -> p.gracefulNotification(true))
        .establishes(restart(), new Capability.FourOctetAs(RawPeer.AS))
        .sends(
            RawPeer.announce("172.16.9.0/24"),
            RawPeer.octets("ffffffffffffffffffffffffffffffff 0018 02 0000 0000 ff"));
    assertThat(peer.notification()).isEqualTo(new Notification(3, 10, Octets.EMPTY));
    assertThat(peer.status().stale()).isEqualTo(1);
  }

  @Test
  void aHardResetOfThePeerTakesItsRoutesAlong() {
    RawPeer peer = new RawPeer(world, one);
    peer.isConfigured(p -> p.gracefulNotification(true))
        .establishes(restart(), new Capability.FourOctetAs(RawPeer.AS))
        .sends(
            RawPeer.announce("172.16.9.0/24"),
            MessageEncoder.encode(
                Notification.hardReset(Notification.of(Cease.PEER_DE_CONFIGURED))));
    assertThat(one.routes()).isEmpty();
  }
}
