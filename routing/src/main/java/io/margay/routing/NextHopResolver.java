package io.margay.routing;

import io.margay.bgp.rib.InteriorCost;
import io.margay.kernel.Link;
import io.margay.kernel.NextHop;
import io.margay.kernel.Route;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Finds the way to a BGP next hop: the longest match among the routes of the kernel that BGP did
/// not put there, and of several to one destination the one with the lowest metric (RFC 4271
/// §5.1.3, §9.1.2.1).
///
/// A way over an interface without carrier is none: the kernel would go on sending there
/// (`ignore_routes_with_linkdown` of ip-sysctl.rst is off by default), and nothing would arrive.
/// The neighbour tables are not looked at: an entry says whether someone answered a while ago, and
/// there is none before the first packet. That a neighbour is dead is what the hold time is for.
final class NextHopResolver implements InteriorCost {

  private final MainTable table;
  private final Set<String> withoutCarrier = new HashSet<>();

  NextHopResolver(MainTable table) {
    this.table = table;
  }

  /// A way.
  ///
  /// @param hop the gateway and interface that lead there
  /// @param cost 0 on a link of this host; behind a router, one more than the route's metric
  record Way(NextHop hop, long cost) {}

  /// A link appeared or changed.
  ///
  /// @return whether that matters
  boolean onLink(Link link) {
    return link.running() ? withoutCarrier.remove(link.name()) : withoutCarrier.add(link.name());
  }

  void onLinkRemoved(Link link) {
    withoutCarrier.remove(link.name());
  }

  /// How far a next hop is. What is on a link of this host is nearer than anything behind a router,
  /// whatever the metric of the interface: several interfaces that serve alike are to share.
  @Override
  public long of(IpAddress nextHop) {
    Way way = resolve(nextHop);
    return way == null ? UNREACHABLE : way.cost;
  }

  /// The way to an address; null if there is none.
  @Nullable Way resolve(IpAddress address) {
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
  private @Nullable Way resolve(IpAddress address, Route route) {
    if (route.type() != Route.Type.UNICAST) {
      return null;
    }
    for (NextHop hop : route.nextHops()) {
      String device = hop.device();
      if (device != null && !withoutCarrier.contains(device)) {
        return hop.gateway() == null
            ? new Way(NextHop.via(address, device), 0)
            : new Way(hop, 1L + route.metric());
      }
    }
    return null;
  }
}
