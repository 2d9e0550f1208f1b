package io.margay.bgp.session;

import io.margay.bgp.message.BgpMessage.Open;
import io.margay.bgp.message.Capability;
import io.margay.bgp.message.SessionCodec;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.Ipv4Address;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/// What two OPENs settled.
///
/// @param localAddress our end of the connection
/// @param peerId the peer's BGP identifier
/// @param families those that both sides exchange
/// @param holdTime the smaller of both; zero: no keepalives, nothing expires
/// @param peerRestart the peer's graceful restart capability, if both sides have it
/// @param gracefulNotification whether both sides keep routes over a NOTIFICATION (RFC 8538)
/// @param routeRefresh whether the peer can be asked for its routes once more (RFC 2918)
/// @param enhancedRefresh whether begin and end of a refresh are marked (RFC 7313)
public record NegotiatedSession(
    IpAddress localAddress,
    Ipv4Address peerId,
    SessionCodec codec,
    Set<IpFamily> families,
    Duration holdTime,
    Optional<Capability.GracefulRestart> peerRestart,
    boolean gracefulNotification,
    boolean routeRefresh,
    boolean enhancedRefresh) {

  static NegotiatedSession of(PeerConfig config, Open peer, IpAddress localAddress) {
    Set<IpFamily> families = EnumSet.noneOf(IpFamily.class);
    families.addAll(peer.families());
    families.retainAll(config.families());
    Duration peerHoldTime = Duration.ofSeconds(peer.holdTimeSeconds());
    boolean ours = config.holdTime().compareTo(peerHoldTime) < 0;
    Optional<Capability.GracefulRestart> peerRestart =
        config.gracefulRestart() ? peer.gracefulRestart() : Optional.empty();
    return new NegotiatedSession(
        localAddress,
        peer.bgpIdentifier(),
        codec(config, peer, families),
        families,
        ours ? config.holdTime() : peerHoldTime,
        peerRestart,
        config.gracefulNotification() && peerRestart.filter(r -> r.notification()).isPresent(),
        peer.routeRefresh(),
        peer.routeRefresh() && peer.enhancedRouteRefresh());
  }

  /// We always offer 4-octet AS numbers and extended messages.
  private static SessionCodec codec(PeerConfig config, Open peer, Set<IpFamily> families) {
    Set<IpFamily> received = EnumSet.noneOf(IpFamily.class);
    Set<IpFamily> sent = EnumSet.noneOf(IpFamily.class);
    for (IpFamily family : families) {
      if (config.addPathReceive() && peer.sendsPaths().contains(family)) {
        received.add(family);
      }
      if (config.addPathSend() && peer.receivesPaths().contains(family)) {
        sent.add(family);
      }
    }
    return new SessionCodec(
        peer.fourOctetAs(), config.external(), peer.extendedMessages(), received, sent);
  }
}
