package io.margay.routing;

import io.margay.kernel.NextHop;
import io.margay.kernel.Route;
import io.margay.kernel.Route.Protocols;
import io.margay.kernel.Route.Scope;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The routes that the kernel is to have of us:
///
/// - what BGP chose, each next hop resolved to a gateway and an interface, and resolved anew when
///   the way to it changes. A prefix whose next hops all lead nowhere gets no route. Where the pool
///   asks for a tunnel, the route leads into it instead, on each of its legs;
/// - a blackhole for each block of this node, so that packets to addresses of the block that nobody
///   has do not leave the node by a shorter prefix and come back.
final class LearnedRoutes {

  private final Map<IpPrefix, List<IpAddress>> nextHops = new HashMap<>();
  private final Map<IpAddress, @Nullable NextHop> resolved = new HashMap<>();

  /// Prefixes with a next hop that only an earlier speaker has told.
  private final Set<IpPrefix> stale = new HashSet<>();

  private final NavigableSet<IpPrefix> blocks = new TreeSet<>();
  private boolean mergePaths;
  private final NextHopResolver resolver;
  private final RouteInstaller installer;
  private Encapsulation encapsulation = Encapsulation.NONE;

  LearnedRoutes(NextHopResolver resolver, RouteInstaller installer) {
    this.resolver = resolver;
    this.installer = installer;
  }

  /// @param now where BGP sends packets for the prefix, the best first; empty if nowhere any more
  void set(IpPrefix prefix, List<IpAddress> now) {
    stale.remove(prefix);
    if (now.isEmpty()) {
      nextHops.remove(prefix);
    } else {
      nextHops.put(prefix, now);
      for (IpAddress nextHop : now) {
        if (!resolved.containsKey(nextHop)) {
          resolved.put(nextHop, hop(nextHop));
        }
      }
    }
    install(prefix);
  }

  private @Nullable NextHop hop(IpAddress nextHop) {
    NextHopResolver.Way way = resolver.resolve(nextHop);
    return way == null ? null : way.hop();
  }

  /// The blocks of this node, all of them.
  ///
  /// @return those that are new or no longer among them
  Set<IpPrefix> setBlocks(Set<IpPrefix> now) {
    Set<IpPrefix> changed = new HashSet<>(now);
    changed.removeIf(blocks::contains);
    blocks.stream().filter(block -> !now.contains(block)).forEach(changed::add);
    blocks.retainAll(now);
    blocks.addAll(now);
    changed.forEach(this::install);
    return changed;
  }

  /// Whether a prefix gets a route over all its next hops, or over the best one alone.
  void mergePaths(boolean merge) {
    if (merge != mergePaths) {
      mergePaths = merge;
      List.copyOf(nextHops.keySet()).forEach(this::install);
    }
  }

  /// Which routes lead into tunnels. Those for which that changes are replaced, each in one step.
  void setEncapsulation(Encapsulation now) {
    if (!now.equals(encapsulation)) {
      encapsulation = now;
      List.copyOf(nextHops.keySet()).forEach(this::install);
    }
  }

  boolean isBlock(IpPrefix prefix) {
    return blocks.contains(prefix);
  }

  /// Another speaker starts to learn. What the one before has learned stays until confirmed, or
  /// until [#dropStale].
  void markStale() {
    stale.addAll(nextHops.keySet());
  }

  /// Drops what was not confirmed.
  void dropStale() {
    Set.copyOf(stale).forEach(prefix -> set(prefix, List.of()));
  }

  /// Drops a route that was not confirmed, if there is one.
  void dropStale(IpPrefix prefix) {
    if (stale.contains(prefix)) {
      set(prefix, List.of());
    }
  }

  /// The ways that next hops are resolved by have changed.
  void resolveAnew() {
    Set<IpAddress> used = new HashSet<>();
    nextHops.values().forEach(used::addAll);
    resolved.keySet().retainAll(used);
    Set<IpAddress> moved = new HashSet<>();
    resolved.replaceAll((address, before) -> {
      NextHop now = hop(address);
      if (now == null ? before != null : !now.equals(before)) {
        moved.add(address);
      }
      return now;
    });
    if (!moved.isEmpty()) {
      nextHops.forEach((prefix, each) -> {
        if (each.stream().anyMatch(moved::contains)) {
          install(prefix);
        }
      });
    }
  }

  private void install(IpPrefix prefix) {
    if (blocks.contains(prefix)) {
      installer.put(
          new Route(prefix, Route.Type.BLACKHOLE, Protocols.BIRD, Scope.GLOBAL, 0, List.of()));
      return;
    }
    List<NextHop> hops = new ArrayList<>();
    for (IpAddress nextHop : nextHops.getOrDefault(prefix, List.of())) {
      NextHop hop = wayTo(prefix, nextHop);
      if (hop != null && !hops.contains(hop) && (mergePaths || hops.isEmpty())) {
        hops.add(hop);
      }
    }
    if (hops.isEmpty()) {
      installer.remove(prefix);
    } else {
      // In an order of their own, so that another best path of the same set writes nothing.
      hops.sort(Comparator.comparing(NextHop::toString));
      installer.put(new Route(prefix, Route.Type.UNICAST, Protocols.BIRD, Scope.GLOBAL, 0, hops));
    }
  }

  /// Into the tunnel, if the pool asks for one, and if the host at its end can be reached at all.
  private @Nullable NextHop wayTo(IpPrefix prefix, IpAddress nextHop) {
    NextHop plain = resolved.get(nextHop);
    NextHop tunnel = plain == null ? null : encapsulation.towards(prefix, nextHop);
    return tunnel == null ? plain : tunnel;
  }
}
