package io.margay.kernel.route;

import io.margay.kernel.NextHop;
import io.margay.kernel.Route;
import io.margay.net.IpPrefix;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/// One route that an apply changed, or found changed.
public sealed interface RouteChange {

  /// The route was not there.
  ///
  /// @param drift whether it had been there and someone else took it away
  record Added(Route route, boolean drift) implements RouteChange {}

  /// Another route of ours was there for the destination.
  ///
  /// @param drift whether someone else had put `before` in the place of ours
  record Replaced(Route before, Route after, boolean drift) implements RouteChange {}

  /// A route of ours was there that is not wanted.
  record Removed(Route route) implements RouteChange {}

  /// A route that is no longer wanted was gone already, usually with its interface. Nothing was
  /// written.
  record Vanished(Route route) implements RouteChange {}

  /// The destinations that no longer lie behind the interface they lay behind, in the order of the
  /// changes. Connections to them are stale.
  static Set<IpPrefix> destinationsLeft(List<RouteChange> changes) {
    Set<IpPrefix> left = new HashSet<>();
    for (RouteChange change : changes) {
      switch (change) {
        case Added added -> {}
        case Replaced(Route before, Route after, _) -> {
          if (!devices(before).equals(devices(after))) {
            left.add(before.destination());
          }
        }
        case Removed(Route route) -> left.add(route.destination());
        case Vanished(Route route) -> left.add(route.destination());
      }
    }
    return left;
  }

  private static List<String> devices(Route route) {
    return route.nextHops().stream().map(NextHop::device).map(Objects::toString).sorted().toList();
  }
}
