package io.margay.bgp.rib;

import io.margay.bgp.message.NextHop;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// What the decision process chose for a prefix.
///
/// @param best the route that is passed on to peers
/// @param multipath the routes as good as the best up to the distance of the next hop, the best one
///   first, each with another next hop
public record BestRoute(Route best, List<Route> multipath) {
  public BestRoute {
    multipath = List.copyOf(multipath);
  }

  /// The next hops of all chosen routes, that of the best one first.
  public List<NextHop> nextHops() {
    Set<NextHop> nextHops = new LinkedHashSet<>();
    for (Route route : multipath) {
      NextHop nextHop = route.attributes().nextHop();
      if (nextHop != null) {
        nextHops.add(nextHop);
      }
    }
    return new ArrayList<>(nextHops);
  }
}
