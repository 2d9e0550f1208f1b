package io.margay.kernel.route;

import io.margay.kernel.Route;
import io.margay.net.IpPrefix;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// One route that an apply changed, or found changed.
public sealed interface RouteChange {

  /// The route was not there.
  ///
  /// @param drift whether it had been there and someone else took it away
  record Added(Route route, boolean drift) implements RouteChange {

    /// The change as a sentence for the log.
    @Override
    public String toString() {
      return "route " + route + (drift ? " was deleted by someone else: added" : " added");
    }
  }

  /// Another route of ours was there for the destination.
  ///
  /// @param drift whether someone else had put `before` in the place of ours
  record Replaced(Route before, Route after, boolean drift) implements RouteChange {

    /// The change as a sentence for the log.
    @Override
    public String toString() {
      return "route %s%s replaced by %s"
          .formatted(before, drift ? ", which someone else put there," : "", after);
    }
  }

  /// A route of ours was there that is not wanted.
  record Removed(Route route) implements RouteChange {

    /// The change as a sentence for the log.
    @Override
    public String toString() {
      return "route " + route + " removed";
    }
  }

  /// A route that is no longer wanted was gone already, usually with its interface. Nothing was
  /// written.
  record Vanished(Route route) implements RouteChange {}

  /// The destinations that no longer lie behind the interfaces they lay behind. Connections to them
  /// are stale.
  static Set<IpPrefix> destinationsLeft(List<RouteChange> changes) {
    Map<IpPrefix, Route> before = new TreeMap<>();
    Map<IpPrefix, Route> after = new HashMap<>();
    for (RouteChange change : changes) {
      switch (change) {
        case Added(Route route, _) -> after.put(route.destination(), route);
        case Replaced(Route old, Route route, _) -> {
          before.put(old.destination(), old);
          after.put(route.destination(), route);
        }
        case Removed(Route route) -> before.put(route.destination(), route);
        case Vanished(Route route) -> before.put(route.destination(), route);
      }
    }
    before
        .entrySet()
        .removeIf(entry -> {
          Route now = after.get(entry.getKey());
          return now != null && RouteMatch.sameDevices(entry.getValue(), now);
        });
    return before.keySet();
  }
}
