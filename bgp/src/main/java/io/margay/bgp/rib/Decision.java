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
/// 7. the lowest interior cost of the way to the next hop ([InteriorCost]);
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

  private static final Comparator<Path> TIE_BREAK =
      Comparator.comparing(Decision::originator)
          .thenComparingInt(route -> route.attributes().clusterList().size())
          .thenComparing(route -> ((Peer) route.source()).address());

  private Decision() {}

  /// The best candidate, and after it those that are as good for forwarding, each with another next
  /// hop.
  ///
  /// @param candidates at least one, all of them usable
  static List<Path> multipath(List<Path> candidates) {
    if (candidates.size() == 1) {
      return candidates;
    }
    for (Path candidate : candidates) {
      if (candidate.source() instanceof RouteSource.Local) {
        return List.of(candidate);
      }
    }
    List<Path> learned = new ArrayList<>(candidates.size());
    for (Path candidate : candidates) {
      if (candidate.source() instanceof Peer) {
        learned.add(candidate);
      }
    }
    for (Path candidate : candidates) {
      if (candidate.source() instanceof RouteSource.Fallback
          && learned.stream().noneMatch(other -> hasLowerOrigin(other, candidate))) {
        return List.of(candidate);
      }
    }
    List<Path> left = lowest(learned, route -> -route.attributes().effectiveLocalPref());
    left = lowest(left, route -> route.attributes().asPath().length());
    left = lowest(left, route -> route.attributes().origin().compareTo(Origin.IGP));
    left = lowestMultiExitDisc(left);
    left = lowest(left, route -> ((Peer) route.source()).external() ? 0 : 1);
    left = lowest(left, path -> path.hop().cost());
    if (left.size() == 1) {
      return left;
    }
    List<Path> ordered = new ArrayList<>(left);
    ordered.sort(TIE_BREAK);
    return distinctNextHops(ordered);
  }

  private static boolean hasLowerOrigin(Path one, Path other) {
    return one.attributes().origin().compareTo(other.attributes().origin()) < 0;
  }

  private static List<Path> lowest(List<Path> routes, ToLongFunction<Path> rank) {
    if (routes.size() == 1) {
      return routes;
    }
    long lowest = Long.MAX_VALUE;
    boolean differ = false;
    for (int i = 0; i < routes.size(); i++) {
      long value = rank.applyAsLong(routes.get(i));
      differ |= i > 0 && value != lowest;
      lowest = Math.min(lowest, value);
    }
    if (!differ) {
      return routes;
    }
    List<Path> left = new ArrayList<>(routes.size());
    for (Path route : routes) {
      if (rank.applyAsLong(route) == lowest) {
        left.add(route);
      }
    }
    return left;
  }

  /// RFC 4271 §9.1.2.2 c: a route falls to a better one of the same neighbouring AS only. Looking
  /// at all routes of an AS at once makes the order irrelevant.
  private static List<Path> lowestMultiExitDisc(List<Path> routes) {
    if (routes.size() == 1) {
      return routes;
    }
    Map<Optional<AsNumber>, Long> lowest = new HashMap<>();
    for (Path route : routes) {
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

  private static List<Path> distinctNextHops(List<Path> ordered) {
    Set<@Nullable NextHop> seen = new HashSet<>();
    List<Path> distinct = new ArrayList<>();
    for (Path route : ordered) {
      if (distinct.size() < MAX_MULTIPATH && seen.add(route.attributes().nextHop())) {
        distinct.add(route);
      }
    }
    return distinct;
  }

  private static Ipv4Address originator(Path route) {
    Ipv4Address originatorId = route.attributes().originatorId();
    return originatorId != null ? originatorId : ((Peer) route.source()).routerId();
  }
}
