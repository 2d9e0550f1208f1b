package io.margay.bgp;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/// Who has a session with whom, and in what role. Hosts are numbers, 10.0.0.`number` being their
/// address and BGP identifier.
final class SimulatedTopology {

  enum Kind {
    /// One AS, everybody with everybody.
    MESH,
    /// One AS; reflectors in a mesh or in a ring, and clients of one or several of them.
    REFLECTED,
    /// An AS for each host, and sessions between neighbours.
    FABRIC
  }

  /// A session between two hosts.
  ///
  /// @param one a reflector, if `other` is its client
  /// @param client whether `other` is a client of `one`
  /// @param allPaths whether `one` tells `other` all paths (RFC 7911)
  record Link(int one, int other, boolean client, boolean allPaths) {
    int peerOf(int host) {
      return host == one ? other : one;
    }
  }

  final Kind kind;
  final List<Integer> hosts = new ArrayList<>();
  final List<Link> links = new ArrayList<>();
  final Map<Integer, Integer> clusters = new HashMap<>();

  SimulatedTopology(Random random) {
    kind = Kind.values()[random.nextInt(Kind.values().length)];
    int count = 4 + random.nextInt(5);
    for (int host = 1; host <= count; host++) {
      hosts.add(host);
      clusters.put(host, host);
    }
    switch (kind) {
      case MESH -> mesh(hosts);
      case REFLECTED -> reflected(random);
      case FABRIC -> fabric(random);
    }
    links.sort(Comparator.comparingInt(Link::one).thenComparingInt(Link::other));
  }

  private SimulatedTopology(Kind kind) {
    this.kind = kind;
  }

  /// The same without some hosts.
  SimulatedTopology without(Set<Integer> away) {
    SimulatedTopology rest = new SimulatedTopology(kind);
    rest.hosts.addAll(hosts);
    rest.hosts.removeAll(away);
    rest.links.addAll(links);
    rest.links.removeIf(link -> away.contains(link.one()) || away.contains(link.other()));
    rest.clusters.putAll(clusters);
    return rest;
  }

  private void mesh(List<Integer> among) {
    for (int one : among) {
      for (int other : among) {
        if (one < other) {
          links.add(new Link(one, other, false, false));
        }
      }
    }
  }

  /// Each is a client of the one before it, so that paths go round until a cluster list stops them.
  private void ring(List<Integer> reflectors) {
    for (int i = 0; i < reflectors.size(); i++) {
      int next = reflectors.get((i + 1) % reflectors.size());
      links.add(new Link(reflectors.get(i), next, true, false));
    }
  }

  private void reflected(Random random) {
    List<Integer> reflectors = List.copyOf(hosts.subList(0, 1 + random.nextInt(3)));
    boolean shared = random.nextInt(4) == 0;
    if (reflectors.size() == 3 && !shared && random.nextBoolean()) {
      ring(reflectors);
    } else {
      mesh(reflectors);
    }
    if (shared) {
      reflectors.forEach(reflector -> clusters.put(reflector, reflectors.getFirst()));
    }
    for (int host : hosts) {
      if (!reflectors.contains(host)) {
        int must = reflectors.get(random.nextInt(reflectors.size()));
        for (int reflector : reflectors) {
          if (shared || reflector == must || random.nextBoolean()) {
            links.add(new Link(reflector, host, true, random.nextInt(3) == 0));
          }
        }
      }
    }
  }

  private void fabric(Random random) {
    for (int host : hosts) {
      Set<Integer> neighbors = new TreeSet<>();
      if (host > 1) {
        neighbors.add(1 + random.nextInt(host - 1));
        neighbors.add(1 + random.nextInt(host - 1));
      }
      neighbors.forEach(other -> links.add(new Link(other, host, false, random.nextInt(4) == 0)));
    }
  }

  List<Link> linksOf(int host) {
    return links.stream().filter(link -> link.one() == host || link.other() == host).toList();
  }

  /// In AS 64512, or each in one of its own.
  long as(int host) {
    return kind == Kind.FABRIC ? 65000 + host : 64512;
  }

  /// Whether `of` reflects for `host`.
  boolean isClient(int of, int host) {
    return links.stream()
        .anyMatch(link -> link.client() && link.one() == of && link.other() == host);
  }

  @Override
  public String toString() {
    return kind + " " + hosts + " " + links + " clusters " + clusters;
  }
}
