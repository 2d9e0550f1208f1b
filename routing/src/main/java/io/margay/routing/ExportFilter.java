package io.margay.routing;

import io.margay.bgp.rib.Route;
import io.margay.bgp.rib.RouteSource;
import io.margay.net.IpPrefix;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;

/// Calico's rule for what a node tells its peers, whoever the route came from. First match decides:
///
/// 1. a block of this node: yes; a route inside one: no, the block stands for it
/// 2. a route inside a pool (or equal to it): yes
/// 3. no
///
/// @param blocks that belong to this node Where [NodeSettings#exportOwnOnly] asks for it, what
///   peers told is told to nobody.
///
/// @param pools all of them, disabled ones too
record ExportFilter(List<IpPrefix> blocks, List<IpPrefix> pools, boolean ownOnly) {

  ExportFilter {
    blocks = List.copyOf(blocks);
    pools = List.copyOf(pools);
  }

  static ExportFilter of(SortedSet<IpPrefix> blocks, Set<IpPrefix> pools, boolean ownOnly) {
    return new ExportFilter(List.copyOf(blocks), List.copyOf(pools), ownOnly);
  }

  boolean accepts(Route route) {
    return !(ownOnly && route.source() instanceof RouteSource.Peer) && accepts(route.prefix());
  }

  private boolean accepts(IpPrefix route) {
    for (IpPrefix block : blocks) {
      if (block.contains(route)) {
        return block.equals(route);
      }
    }
    return pools.stream().anyMatch(pool -> pool.contains(route));
  }
}
