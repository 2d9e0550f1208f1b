package io.margay.routing;

import io.margay.kernel.NextHop;
import io.margay.kernel.Route;
import io.margay.kernel.Route.Protocols;
import io.margay.kernel.Route.Scope;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
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
/// - what BGP chose, the next hop resolved to a gateway and an interface, and resolved anew when
///   the way to it changes. A prefix whose next hop leads nowhere gets no route;
/// - a blackhole for each block of this node, so that packets to addresses of the block that nobody
///   has do not leave the node by a shorter prefix and come back.
final class LearnedRoutes {

  private final Map<IpPrefix, IpAddress> nextHops = new HashMap<>();
  private final Map<IpAddress, @Nullable NextHop> resolved = new HashMap<>();

  /// Prefixes with a next hop that only an earlier speaker has told.
  private final Set<IpPrefix> stale = new HashSet<>();

  private final NavigableSet<IpPrefix> blocks = new TreeSet<>();
  private final NextHopResolver resolver;
  private final RouteInstaller installer;

  LearnedRoutes(NextHopResolver resolver, RouteInstaller installer) {
    this.resolver = resolver;
    this.installer = installer;
  }

  /// @param nextHop where BGP sends packets for the prefix; null if nowhere any more
  void set(IpPrefix prefix, @Nullable IpAddress nextHop) {
    stale.remove(prefix);
    if (nextHop == null) {
      nextHops.remove(prefix);
    } else {
      nextHops.put(prefix, nextHop);
      if (!resolved.containsKey(nextHop)) {
        resolved.put(nextHop, resolver.resolve(nextHop));
      }
    }
    install(prefix);
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
    Set.copyOf(stale).forEach(prefix -> set(prefix, null));
  }

  /// Drops a route that was not confirmed, if there is one.
  void dropStale(IpPrefix prefix) {
    if (stale.contains(prefix)) {
      set(prefix, null);
    }
  }

  /// The ways that next hops are resolved by have changed.
  void resolveAnew() {
    resolved.keySet().retainAll(Set.copyOf(nextHops.values()));
    Set<IpAddress> moved = new HashSet<>();
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
    IpAddress nextHop = nextHops.get(prefix);
    NextHop hop = nextHop == null ? null : resolved.get(nextHop);
    if (hop == null) {
      installer.remove(prefix);
    } else {
      installer.put(
          new Route(prefix, Route.Type.UNICAST, Protocols.BIRD, Scope.GLOBAL, 0, List.of(hop)));
    }
  }
}
