package io.margay.bgp.rib;

import io.margay.bgp.message.NextHop;
import io.margay.net.IpAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The next hops of all learned paths, and how far each was when last asked.
final class Hops {

  private final InteriorCost costs;
  private final Map<IpAddress, Hop> known = new HashMap<>();

  Hops(InteriorCost costs) {
    this.costs = costs;
  }

  /// Where the paths of `source` with this next hop lead. What we announce ourselves is not asked
  /// about: whoever announces it knows the way.
  Hop of(RouteSource source, @Nullable NextHop nextHop) {
    if (nextHop == null
        || !(source instanceof RouteSource.Peer)
        || costs.equals(InteriorCost.EQUAL)) {
      return Hop.HERE;
    }
    return known.computeIfAbsent(nextHop.address(), address -> new Hop(costs.of(address)));
  }

  /// Asks again.
  ///
  /// @return the hops whose cost is another now, with that cost; they still have the one before
  Map<Hop, Long> changes() {
    Map<Hop, Long> changes = new HashMap<>();
    known.forEach((address, hop) -> {
      long now = costs.of(address);
      if (now != hop.cost()) {
        changes.put(hop, now);
      }
    });
    return changes;
  }

  /// Forgets all others.
  void retain(Set<Hop> used) {
    known.values().retainAll(used);
  }
}
