package io.margay.routing;

import io.margay.kernel.NextHop;
import io.margay.kernel.Route;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Finds the way to a BGP next hop: the longest match among the routes of the kernel that BGP did
/// not put there (RFC 4271 §5.1.3, §9.1.2.1).
final class NextHopResolver {

  private final Map<IpPrefix, Route> routes = new HashMap<>();

  void put(Route route) {
    routes.put(route.destination(), route);
  }

  void remove(Route route) {
    routes.remove(route.destination());
  }

  void clear() {
    routes.clear();
  }

  /// The gateway and interface that lead to an address; null if none do.
  @Nullable NextHop resolve(IpAddress address) {
    for (int length = address.family().bits(); length >= 0; length--) {
      Route route = routes.get(new IpPrefix(address.masked(length), length));
      if (route == null || route.nextHops().isEmpty()) {
        continue;
      }
      NextHop hop = route.nextHops().getFirst();
      if (hop.device() == null) {
        continue;
      }
      return NextHop.via(hop.gateway() == null ? address : hop.gateway(), hop.device());
    }
    return null;
  }
}
