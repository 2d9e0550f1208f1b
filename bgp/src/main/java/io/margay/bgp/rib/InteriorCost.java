package io.margay.bgp.rib;

import io.margay.net.IpAddress;

/// How far away next hops are, as the owner's routing table says (RFC 4271 §9.1.2.1).
public interface InteriorCost {

  /// Packets for the next hop have nowhere to go: paths with it are not used.
  long UNREACHABLE = -1;

  /// Every next hop is there and all are equally far, as for a reflector that forwards nothing.
  InteriorCost EQUAL = _ -> 0;

  /// The cost of the way to a next hop, the lower the better; or [#UNREACHABLE].
  long of(IpAddress nextHop);
}
