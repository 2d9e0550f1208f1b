package io.margay.bgp.rib;

import io.margay.bgp.message.NextHop;
import io.margay.bgp.message.Origin;
import io.margay.bgp.message.PathAttributes;
import io.margay.bgp.rib.RouteSource.Peer;
import io.margay.net.AsNumber;
import io.margay.net.Ipv4Address;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/// Phase 2 of the decision process (RFC 4271 §9.1.2, RFC 4456 §9). The choice depends only on the
/// set of routes, never on the order in which they came.
///
/// 1. a route of our own before any learned one; if it is only a fallback, not before those of a
///    lower ORIGIN;
/// 2. the highest LOCAL_PREF;
/// 3. the shortest AS_PATH;
/// 4. the lowest ORIGIN;
/// 5. the lowest MULTI_EXIT_DISC among routes of one neighbouring AS;
/// 6. external before internal;
/// 7. (the distance of the next hop: all count as equally far)
///
/// What is left is equally good for forwarding. Two of these routes may differ in their paths as
/// long as those are equally long. The best one, which is passed on, has
///
/// 8. the lowest ORIGINATOR_ID, or else BGP identifier of the peer;
/// 9. the shortest CLUSTER_LIST;
/// 10. the lowest peer address.
public final class Decision {

  /// How many next hops a prefix gets at most.
  public static final int MAX_MULTIPATH = 16;

  private static final Comparator<Route> TIE_BREAK =
      Comparator.comparing(Decision::originator)
          .thenComparingInt(route -> route.attributes().clusterList().size())
          .thenComparing(route -> ((Peer) route.source()).address());

  private Decision() {}

  /// Chooses among the routes of one prefix, at most one of each source.
  ///
  /// @return null if there is none
  public static @Nullable BestRoute choose(List<Route> routes) {
    for (Route route : routes) {
      if (route.source() instanceof RouteSource.Local) {
        return new BestRoute(route, List.of(route));
      }
    }
    if (routes.size() <= 1) {
      return routes.isEmpty() ? null : new BestRoute(routes.getFirst(), routes);
    }
    List<Route> learned = routes.stream().filter(route -> route.source() instanceof Peer).toList();
    for (Route route : routes) {
      if (route.source() instanceof RouteSource.Fallback
          && learned.stream().noneMatch(other -> hasLowerOrigin(other, route))) {
        return new BestRoute(route, List.of(route));
      }
    }
    List<Route> left = lowest(learned, route -> -route.attributes().effectiveLocalPref());
    left = lowest(left, route -> route.attributes().asPath().length());
    left = lowest(left, route -> route.attributes().origin().compareTo(Origin.IGP));
    left = lowestMultiExitDisc(left);
    left = lowest(left, route -> ((Peer) route.source()).external() ? 0 : 1);
    List<Route> ordered = left.stream().sorted(TIE_BREAK).toList();
    return new BestRoute(ordered.getFirst(), distinctNextHops(ordered));
  }

  private static boolean hasLowerOrigin(Route one, Route other) {
    return one.attributes().origin().compareTo(other.attributes().origin()) < 0;
  }

  private static List<Route> lowest(List<Route> routes, ToLongFunction<Route> rank) {
    if (routes.size() == 1) {
      return routes;
    }
    long lowest = routes.stream().mapToLong(rank).min().orElseThrow();
    return routes.stream().filter(route -> rank.applyAsLong(route) == lowest).toList();
  }

  /// RFC 4271 §9.1.2.2 c: a route falls to a better one of the same neighbouring AS only. Looking
  /// at all routes of an AS at once makes the order irrelevant.
  private static List<Route> lowestMultiExitDisc(List<Route> routes) {
    if (routes.size() == 1) {
      return routes;
    }
    Map<Optional<AsNumber>, Long> lowest = new HashMap<>();
    for (Route route : routes) {
      lowest.merge(
          route.attributes().asPath().firstAs(),
          route.attributes().effectiveMultiExitDisc(),
          Math::min);
    }
    return routes.stream()
        .filter(route -> {
          PathAttributes attributes = route.attributes();
          Long least = lowest.get(attributes.asPath().firstAs());
          return least != null && attributes.effectiveMultiExitDisc() == least;
        })
        .toList();
  }

  private static List<Route> distinctNextHops(List<Route> ordered) {
    Set<@Nullable NextHop> seen = new HashSet<>();
    List<Route> distinct = new ArrayList<>();
    for (Route route : ordered) {
      if (distinct.size() < MAX_MULTIPATH && seen.add(route.attributes().nextHop())) {
        distinct.add(route);
      }
    }
    return distinct;
  }

  private static Ipv4Address originator(Route route) {
    Ipv4Address originatorId = route.attributes().originatorId();
    return originatorId != null ? originatorId : ((Peer) route.source()).routerId();
  }
}
