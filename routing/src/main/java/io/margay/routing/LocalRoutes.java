package io.margay.routing;

import io.margay.kernel.Route;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Set;

/// Which routes of the kernel this node has to announce: those that somebody on it put there, to
/// its workloads first of all.
///
/// BIRD calls them alien routes: every protocol but `kernel` (addresses of the host itself),
/// `redirect` (ICMP) and our own. We tell two kinds apart, see [Kind].
final class LocalRoutes {

  private LocalRoutes() {}

  /// How much a route says about where its destination is.
  enum Kind {
    /// It leads to a link of this host without any router between: the destination is here, and
    /// what peers say about it is out of date, as when a workload has moved to this node.
    ORIGIN,

    /// It leads to a router. The destination is elsewhere, and who is there knows better: an
    /// operator's static route to the block of another node must not draw that node's packets to
    /// this one.
    WAY
  }

  /// The kinds of routes to one destination.
  static Set<Kind> kinds(Collection<Route> routes) {
    Set<Kind> kinds = EnumSet.noneOf(Kind.class);
    for (Route route : routes) {
      if (isAlien(route)) {
        boolean direct = route.nextHops().stream().allMatch(hop -> hop.gateway() == null);
        kinds.add(direct ? Kind.ORIGIN : Kind.WAY);
      }
    }
    return kinds;
  }

  private static boolean isAlien(Route route) {
    return route.type() == Route.Type.UNICAST
        && switch (route.protocol()) {
          case Route.Protocols.KERNEL, Route.Protocols.REDIRECT, Route.Protocols.BIRD -> false;
          default -> true;
        };
  }

  /// Whether the routes to one destination are traces of an earlier run of the agent: its own, or
  /// such as lead to workloads.
  static boolean showEarlierRun(Collection<Route> routes) {
    return kinds(routes).contains(Kind.ORIGIN)
        || routes.stream().anyMatch(route -> route.protocol() == Route.Protocols.BIRD);
  }
}
