package io.margay.routing;

import io.margay.kernel.NextHop;
import io.margay.kernel.Route;
import io.margay.kernel.Route.Protocols;
import io.margay.kernel.Route.Scope;
import io.margay.kernel.route.RouteTable;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What BGP chose, as routes for the kernel: the next hop resolved to a gateway and an interface,
/// and resolved anew when the way to it changes. A prefix whose next hop leads nowhere gets no
/// route.
final class LearnedRoutes {

  private final Map<IpPrefix, IpAddress> nextHops = new HashMap<>();
  private final Map<IpAddress, @Nullable NextHop> resolved = new HashMap<>();
  private final NextHopResolver resolver;
  private final Map<IpFamily, RouteTable> tables;

  LearnedRoutes(NextHopResolver resolver, Map<IpFamily, RouteTable> tables) {
    this.resolver = resolver;
    this.tables = Map.copyOf(tables);
  }

  /// @param nextHop where BGP sends packets for the prefix; null if nowhere any more
  void set(IpPrefix prefix, @Nullable IpAddress nextHop) {
    if (nextHop == null) {
      nextHops.remove(prefix);
      table(prefix).remove(prefix);
      return;
    }
    nextHops.put(prefix, nextHop);
    if (!resolved.containsKey(nextHop)) {
      resolved.put(nextHop, resolver.resolve(nextHop));
    }
    install(prefix, nextHop);
  }

  /// The ways that next hops are resolved by have changed.
  void resolveAnew() {
    resolved.keySet().retainAll(Set.copyOf(nextHops.values()));
    Set<IpAddress> moved = new TreeSet<>();
    resolved.replaceAll((address, before) -> {
      NextHop now = resolver.resolve(address);
      if (now == null ? before != null : !now.equals(before)) {
        moved.add(address);
      }
      return now;
    });
    if (!moved.isEmpty()) {
      nextHops.forEach((prefix, nextHop) -> {
        if (moved.contains(nextHop)) {
          install(prefix, nextHop);
        }
      });
    }
  }

  private void install(IpPrefix prefix, IpAddress nextHop) {
    NextHop hop = resolved.get(nextHop);
    if (hop == null) {
      table(prefix).remove(prefix);
    } else {
      table(prefix)
          .put(
              new Route(prefix, Route.Type.UNICAST, Protocols.BIRD, Scope.GLOBAL, 0, List.of(hop)));
    }
  }

  private RouteTable table(IpPrefix prefix) {
    RouteTable table = tables.get(prefix.family());
    if (table == null) {
      throw new IllegalStateException("no route table for " + prefix.family());
    }
    return table;
  }
}
