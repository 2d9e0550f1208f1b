package io.margay.routing;

import io.margay.kernel.Route;
import io.margay.net.IpPrefix;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The routes of the kernel that somebody on this node put there: those to its workloads first of
/// all. They are what the node has to announce.
///
/// BIRD calls them alien routes: every protocol but `kernel` (addresses of the host itself),
/// `redirect` (ICMP) and our own.
final class LocalRoutes {

  /// Hears of destinations that begin or end to be local.
  interface Listener {
    void onLocal(IpPrefix destination);

    void onNoLonger(IpPrefix destination);
  }

  private final Map<IpPrefix, Set<Route>> routes = new HashMap<>();
  private final Listener listener;

  LocalRoutes(Listener listener) {
    this.listener = listener;
  }

  static boolean isAlien(Route route) {
    return route.type() == Route.Type.UNICAST
        && switch (route.protocol()) {
          case Route.Protocols.KERNEL, Route.Protocols.REDIRECT, Route.Protocols.BIRD -> false;
          default -> true;
        };
  }

  void put(Route route) {
    boolean first = !routes.containsKey(route.destination());
    routes.computeIfAbsent(route.destination(), _ -> new HashSet<>()).add(route);
    if (first) {
      listener.onLocal(route.destination());
    }
  }

  void remove(Route route) {
    Set<Route> same = routes.get(route.destination());
    if (same != null && same.remove(route) && same.isEmpty()) {
      routes.remove(route.destination());
      listener.onNoLonger(route.destination());
    }
  }

  /// Forgets what is not among the routes given, which are all there are.
  void retain(Set<Route> all) {
    List<Route> gone =
        routes.values().stream()
            .flatMap(Set::stream)
            .filter(route -> !all.contains(route))
            .toList();
    gone.forEach(this::remove);
  }

  /// Every local destination at present.
  Set<IpPrefix> destinations() {
    return Set.copyOf(routes.keySet());
  }
}
