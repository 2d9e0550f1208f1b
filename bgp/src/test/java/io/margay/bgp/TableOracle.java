package io.margay.bgp;

import io.margay.bgp.SimulatedTopology.Link;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What every host of a [SimulatedTopology] has to end up with, computed from the rules of RFC 4271
/// §9 and RFC 4456 on plain numbers, without sessions, messages or time, and without a line of the
/// speaker: host by host, again and again, until nothing changes any more.
final class TableOracle {

  /// What a host announces of a prefix.
  record Announced(int localPref, int origin) {}

  /// One way to a prefix, as a host sees it.
  ///
  /// @param from the peer that told it; 0 for the host's own
  private record Way(
      int from,
      int localPref,
      List<Integer> asPath,
      int origin,
      int originator,
      List<Integer> clusters,
      int nextHop) {
    int fromId() {
      return originator == 0 ? from : originator;
    }
  }

  private static final int MAX_ROUNDS = 100;

  private final SimulatedTopology topology;
  private final Map<Integer, Announced> announced;
  private final Map<Integer, List<Way>> known = new HashMap<>();

  private TableOracle(SimulatedTopology topology, Map<Integer, Announced> announced) {
    this.topology = topology;
    this.announced = announced;
    topology.hosts.forEach(host -> known.put(host, List.of()));
  }

  /// The next hops that each host uses for a prefix; hosts that use none, or their own route, are
  /// left out.
  ///
  /// @param announced by whom and how
  static Map<Integer, List<Integer>> nextHops(
      SimulatedTopology topology, Map<Integer, Announced> announced) {
    TableOracle oracle = new TableOracle(topology, announced);
    int rounds = 0;
    while (oracle.changesSomething()) {
      if (++rounds > MAX_ROUNDS) {
        throw new IllegalStateException("this topology has no stable tables: " + topology);
      }
    }
    Map<Integer, List<Integer>> tables = new TreeMap<>();
    for (int host : topology.hosts) {
      List<Way> used = oracle.used(host);
      if (!used.isEmpty() && used.getFirst().from() != 0) {
        tables.put(host, used.stream().map(Way::nextHop).distinct().toList());
      }
    }
    return tables;
  }

  private boolean changesSomething() {
    boolean changed = false;
    for (int host : topology.hosts) {
      List<Way> now = waysOf(host);
      changed |= !now.equals(known.put(host, now));
    }
    return changed;
  }

  private List<Way> waysOf(int host) {
    List<Way> ways = new ArrayList<>();
    Announced own = announced.get(host);
    if (own != null) {
      ways.add(new Way(0, own.localPref(), List.of(), own.origin(), 0, List.of(), host));
    }
    for (Link link : topology.linksOf(host)) {
      int peer = link.peerOf(host);
      boolean all = link.allPaths() && link.one() == peer;
      List<Way> best = used(peer);
      List<Way> offered = all ? known.get(peer) : best.subList(0, Math.min(1, best.size()));
      for (Way way : offered) {
        Way told = told(peer, host, way);
        if (told != null && accepts(host, told)) {
          ways.add(told);
        }
      }
    }
    return ways;
  }

  /// What `peer` makes of a way for `host`; null if it keeps it for itself.
  private Way told(int peer, int host, Way way) {
    if (way.from() == host) {
      return null;
    }
    if (topology.kind == SimulatedTopology.Kind.FABRIC) {
      List<Integer> path = new ArrayList<>(List.of(peer));
      path.addAll(way.asPath());
      return new Way(peer, 100, path, way.origin(), 0, List.of(), peer);
    }
    if (way.from() == 0) {
      return new Way(peer, way.localPref(), List.of(), way.origin(), 0, List.of(), way.nextHop());
    }
    if (!topology.isClient(peer, way.from()) && !topology.isClient(peer, host)) {
      return null;
    }
    List<Integer> clusters = new ArrayList<>(List.of(topology.clusters.get(peer)));
    clusters.addAll(way.clusters());
    int originator = way.originator() == 0 ? way.from() : way.originator();
    return new Way(
        peer, way.localPref(), List.of(), way.origin(), originator, clusters, way.nextHop());
  }

  private boolean accepts(int host, Way way) {
    return !way.asPath().contains(host)
        && way.originator() != host
        && way.nextHop() != host
        && !way.clusters().contains(topology.clusters.get(host));
  }

  /// The best way first, and after it those that are as good for forwarding.
  private List<Way> used(int host) {
    List<Way> left = new ArrayList<>(known.get(host));
    if (left.stream().anyMatch(way -> way.from() == 0)) {
      left.removeIf(way -> way.from() != 0);
      return left;
    }
    keepLowest(left, Comparator.comparingInt(way -> -way.localPref()));
    keepLowest(left, Comparator.comparingInt(way -> way.asPath().size()));
    keepLowest(left, Comparator.comparingInt(Way::origin));
    left.sort(
        Comparator.comparingInt(Way::fromId)
            .thenComparingInt(way -> way.clusters().size())
            .thenComparingInt(Way::from));
    return left;
  }

  private static void keepLowest(List<Way> ways, Comparator<Way> rank) {
    if (!ways.isEmpty()) {
      Way lowest = ways.stream().min(rank).orElseThrow();
      ways.removeIf(way -> rank.compare(way, lowest) > 0);
    }
  }
}
