package io.margay.routing;

import io.margay.kernel.NextHop;
import io.margay.kernel.Route;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import org.jspecify.annotations.Nullable;

/// Finds the way to a BGP next hop: the longest match among the routes of the kernel that BGP did
/// not put there, and of several to one destination the one with the lowest metric (RFC 4271
/// §5.1.3, §9.1.2.1).
final class NextHopResolver {

  private final MainTable table;

  NextHopResolver(MainTable table) {
    this.table = table;
  }

  /// The gateway and interface that lead to an address; null if none do.
  @Nullable NextHop resolve(IpAddress address) {
    for (int length = address.family().bits(); length >= 0; length--) {
      for (Route route : table.to(new IpPrefix(address.masked(length), length))) {
        if (route.protocol() != Route.Protocols.BIRD) {
          return resolve(address, route);
        }
      }
    }
    return null;
  }

  /// A gateway that is on the link by decree stays so: `via 169.254.0.1 onlink` is what many clouds
  /// give their hosts.
  private static @Nullable NextHop resolve(IpAddress address, Route route) {
    if (route.type() != Route.Type.UNICAST) {
      return null;
    }
    NextHop hop = route.nextHops().getFirst();
    if (hop.device() == null) {
      return null;
    }
    return hop.gateway() == null ? NextHop.via(address, hop.device()) : hop;
  }
}
