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
public record NegotiatedSession(
    IpAddress localAddress,
    Ipv4Address peerId,
    SessionCodec codec,
    Set<IpFamily> families,
    Duration holdTime,
    Optional<Capability.GracefulRestart> peerRestart) {

  static NegotiatedSession of(PeerConfig config, Open peer, IpAddress localAddress) {
    Set<IpFamily> families = EnumSet.noneOf(IpFamily.class);
    families.addAll(peer.families());
    families.retainAll(config.families());
    Duration peerHoldTime = Duration.ofSeconds(peer.holdTimeSeconds());
    boolean ours = config.holdTime().compareTo(peerHoldTime) < 0;
    return new NegotiatedSession(
        localAddress,
        peer.bgpIdentifier(),
        // We always offer 4-octet AS numbers.
        new SessionCodec(peer.fourOctetAs(), config.external()),
        families,
        ours ? config.holdTime() : peerHoldTime,
        config.gracefulRestart() ? peer.gracefulRestart() : Optional.empty());
  }
}
