package io.margay.bgp.rib;

import io.margay.net.AsNumber;
import io.margay.net.IpAddress;
import io.margay.net.Ipv4Address;

/// Where a route came from.
public sealed interface RouteSource {

  /// We announce it ourselves.
  record Local() implements RouteSource {}

  /// We announce it ourselves for as long as no peer is the better origin of it: the route on this
  /// host may well be just a way to another one.
  record Fallback() implements RouteSource {}

  /// A peer told us.
  ///
  /// @param address the peer's address on the session
  /// @param routerId the peer's BGP identifier
  /// @param external whether the peer is in another AS
  /// @param client whether we reflect for it (RFC 4456 §6)
  record Peer(
      IpAddress address, AsNumber as, Ipv4Address routerId, boolean external, boolean client)
      implements RouteSource {

    /// A peer that is no reflection client.
    public Peer(IpAddress address, AsNumber as, Ipv4Address routerId, boolean external) {
      this(address, as, routerId, external, false);
    }
  }
}
