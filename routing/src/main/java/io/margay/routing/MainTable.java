package io.margay.routing;

import io.margay.kernel.NextHop;
import io.margay.kernel.Route;
import io.margay.net.IpPrefix;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/// The kernel's main table as the notices tell it, and as it was when last read.
///
/// As in the kernel, destination and metric name a route, and a notice about one that is there
/// already means that it was replaced. What the kernel leaves out is made up for: IPv4 routes go
/// without a notice when their link goes down.
final class MainTable {

  private final Map<IpPrefix, SortedMap<Integer, Route>> routes = new HashMap<>();
  private final Consumer<IpPrefix> changed;

  /// @param changed hears of each destination whose routes are others than before
  MainTable(Consumer<IpPrefix> changed) {
    this.changed = changed;
  }

  /// The routes to exactly this destination, the preferred one first.
  Collection<Route> to(IpPrefix destination) {
    SortedMap<Integer, Route> there = routes.get(destination);
    return there == null ? List.of() : there.values();
  }

  /// A route appeared or was replaced.
  void put(Route route) {
    Route before =
        routes
            .computeIfAbsent(route.destination(), _ -> new TreeMap<>())
            .put(route.metric(), route);
    if (!route.equals(before)) {
      changed.accept(route.destination());
    }
  }

  /// A route went away. If another has taken its place meanwhile, that one stays.
  void remove(Route route) {
    SortedMap<Integer, Route> there = routes.get(route.destination());
    if (there != null && there.remove(route.metric(), route)) {
      if (there.isEmpty()) {
        routes.remove(route.destination());
      }
      changed.accept(route.destination());
    }
  }

  /// A link is down or gone, and with it what leads over it.
  ///
  /// @return whether some route may have lost only a part of itself, so that the table has to be
  ///   read
  boolean linkLost(String device) {
    List<Route> lost = new ArrayList<>();
    boolean partly = false;
    for (SortedMap<Integer, Route> there : routes.values()) {
      for (Route route : there.values()) {
        List<NextHop> hops = route.nextHops();
        if (hops.stream().anyMatch(hop -> device.equals(hop.device()))) {
          partly |= hops.size() > 1;
          if (hops.size() == 1) {
            lost.add(route);
          }
        }
      }
    }
    lost.forEach(this::remove);
    return partly;
  }

  /// All there is, as just read.
  ///
  /// @return whether anything was not as known
  boolean replaceAll(Collection<Route> now) {
    Map<IpPrefix, SortedMap<Integer, Route>> before = new HashMap<>(routes);
    routes.clear();
    for (Route route : now) {
      // Where someone has appended a second route, the kernel uses the one listed first.
      routes
          .computeIfAbsent(route.destination(), _ -> new TreeMap<>())
          .putIfAbsent(route.metric(), route);
    }
    Set<IpPrefix> destinations = new HashSet<>(before.keySet());
    destinations.addAll(routes.keySet());
    destinations.removeIf(destination -> {
      SortedMap<Integer, Route> old = before.get(destination);
      return old != null && old.equals(routes.get(destination));
    });
    destinations.forEach(changed);
    return !destinations.isEmpty();
  }

  /// Every destination there is a route to.
  Set<IpPrefix> destinations() {
    return Set.copyOf(routes.keySet());
  }
}
