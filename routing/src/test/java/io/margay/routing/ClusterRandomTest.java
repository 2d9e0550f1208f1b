package io.margay.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Random histories of a cluster: values of the datastore, workloads, links, agents and paths
/// change at random moments. Once all is quiet each kernel must hold exactly what a plain look at
/// the datastore and the kernels says, whatever the way there.
class ClusterRandomTest {

  private static final int HOSTS = 4;
  private static final int CHANGES = 60;
  private static final List<String> POOLS = List.of("10.65.0.0/16", "10.66.0.0/24", "fd00:65::/64");
  private static final List<String> BLOCKS =
      List.of("10.65.0.0/30", "10.65.0.4/30", "10.66.0.0/30", "10.67.0.0/30", "fd00:65::/126");
  private static final List<String> ADDRESSES =
      List.of("10.65.0.1", "10.65.0.5", "10.65.9.1", "10.66.0.1", "10.67.0.1", "fd00:65::1");

  static LongStream seeds() {
    return LongStream.rangeClosed(1, 60);
  }

  /// What the oracle knows of the datastore.
  private final Set<IpPrefix> pools = new TreeSet<>();

  private final Map<String, Set<IpPrefix>> blocks = new TreeMap<>();
  private final Set<String> registered = new TreeSet<>();
  private boolean mesh = true;

  @ParameterizedTest
  @MethodSource("seeds")
  void everyKernelEndsUpWithWhatItShouldHold(long seed) {
    Random random = new Random(seed);
    Cluster cluster = new Cluster(seed);
    // Either all are in one AS, or each has its own: a mix has nodes carry each other's packets.
    boolean external = seed % 3 == 0;
    for (int number = 1; number <= HOSTS; number++) {
      ClusterHost host = cluster.host(number);
      blocks.put(host.name, new TreeSet<>());
      start(cluster, host, external);
    }
    for (int change = 0; change < CHANGES; change++) {
      change(cluster, random, external);
      if (random.nextBoolean()) {
        cluster.loop.advance(Duration.ofMillis(random.nextInt(5000)));
      }
    }
    calm(cluster, external);
    for (ClusterHost host : cluster.hosts()) {
      assertThat(host.learned())
          .as("learned routes of %s, seed %d", host.name, seed)
          .containsExactlyInAnyOrderElementsOf(expected(cluster, host));
      Set<IpPrefix> ownBlocks = registered.contains(host.name) ? blocks.get(host.name) : Set.of();
      assertThat(host.blackholes())
          .as("blocks of %s, seed %d", host.name, seed)
          .containsExactlyInAnyOrderElementsOf(ownBlocks.stream().map(IpPrefix::toString).toList());
      assertThat(host.routing().conflicts()).isEmpty();
    }
  }

  private void register(Cluster cluster, ClusterHost host, boolean external) {
    registered.add(host.name);
    Integer as = external ? 65000 + cluster.hosts().indexOf(host) : null;
    cluster.node(host.name, as, host.ipv4 + "/24", host.ipv6 + "/64");
  }

  private void change(Cluster cluster, Random random, boolean external) {
    ClusterHost host = cluster.node(1 + random.nextInt(HOSTS));
    ClusterHost other = cluster.node(1 + random.nextInt(HOSTS));
    switch (random.nextInt(20)) {
      case 0, 1, 2, 3, 4 -> toggleWorkload(host, pick(ADDRESSES, random));
      case 5, 6, 7 -> toggleBlock(cluster, host, pick(BLOCKS, random));
      case 8, 9 -> togglePool(cluster, pick(POOLS, random));
      case 10 -> {
        mesh = !mesh;
        cluster.mesh(mesh);
      }
      case 11 -> {
        if (registered.remove(host.name)) {
          cluster.removeNode(host.name);
        } else {
          register(cluster, host, external);
        }
      }
      case 12, 13 -> toggleAgent(cluster, host, external);
      case 14 -> {
        if (host != other) {
          cluster.silence(host, other);
        }
      }
      case 15, 16 -> {
        if (host != other) {
          cluster.restore(host, other);
        }
      }
      case 17 -> {
        host.kernel.setLinkDown(ClusterHost.LAN);
        cluster.pass(random.nextInt(2));
        host.kernel.setLinkUp(ClusterHost.LAN);
      }
      case 18 -> host.learned().stream().findFirst().ifPresent(route -> delete(host, route));
      default ->
          host.kernel.failNext(
              random.nextBoolean() ? "ip route add" : "ip route delete", "ENOBUFS");
    }
  }

  private static String pick(List<String> all, Random random) {
    return all.get(random.nextInt(all.size()));
  }

  private static void toggleWorkload(ClusterHost host, String address) {
    if (host.hasWorkload(address)) {
      host.removeWorkload(address);
    } else {
      host.workload(address);
    }
  }

  private void toggleBlock(Cluster cluster, ClusterHost host, String block) {
    IpPrefix prefix = IpPrefix.parse(block);
    Set<IpPrefix> own = blocks.get(host.name);
    if (own.remove(prefix)) {
      cluster.removeBlock(host, block);
    } else if (blocks.values().stream().noneMatch(each -> each.contains(prefix))) {
      own.add(prefix);
      cluster.block(host, block);
    }
  }

  private void togglePool(Cluster cluster, String pool) {
    IpPrefix prefix = IpPrefix.parse(pool);
    if (pools.remove(prefix)) {
      cluster.removePool(pool);
    } else {
      pools.add(prefix);
      cluster.pool(pool);
    }
  }

  private void toggleAgent(Cluster cluster, ClusterHost host, boolean external) {
    if (host.isRunning()) {
      host.killAgent();
    } else {
      start(cluster, host, external);
    }
  }

  /// An agent registers its node when it starts.
  private void start(Cluster cluster, ClusterHost host, boolean external) {
    register(cluster, host, external);
    host.startAgent();
  }

  private static void delete(ClusterHost host, String route) {
    String[] words = route.split(" via ");
    host.removeLearnedRoute(words[0], words[1]);
  }

  /// Ends all trouble, and waits for longer than the longest timer.
  private void calm(Cluster cluster, boolean external) {
    for (ClusterHost host : cluster.hosts()) {
      host.kernel.heal();
      cluster.hosts().stream()
          .filter(other -> other != host)
          .forEach(other -> cluster.restore(host, other));
      if (!host.isRunning()) {
        start(cluster, host, external);
      }
    }
    cluster.pass(600);
  }

  /// For each prefix that others announce and this host does not have itself: a route to the
  /// announcing host with the lowest address, which is the lowest router id.
  private List<String> expected(Cluster cluster, ClusterHost host) {
    Map<IpPrefix, IpAddress> routes = new TreeMap<>();
    if (mesh && registered.contains(host.name)) {
      for (ClusterHost other : cluster.hosts()) {
        if (other != host && registered.contains(other.name)) {
          for (IpPrefix prefix : announcedBy(other)) {
            boolean ipv6 = prefix.toString().contains(":");
            routes.putIfAbsent(prefix, ipv6 ? other.ipv6 : other.ipv4);
          }
        }
      }
      routes.keySet().removeAll(host.workloads().keySet());
      routes.keySet().removeAll(blocks.get(host.name));
    }
    List<String> expected = new ArrayList<>();
    routes.forEach((prefix, gateway) -> expected.add(prefix + " via " + gateway));
    return expected;
  }

  private Set<IpPrefix> announcedBy(ClusterHost host) {
    Set<IpPrefix> own = blocks.get(host.name);
    Set<IpPrefix> announced = new TreeSet<>(own);
    for (IpPrefix workload : host.workloads().keySet()) {
      if (pools.stream().anyMatch(pool -> pool.contains(workload))
          && own.stream().noneMatch(block -> block.contains(workload))) {
        announced.add(workload);
      }
    }
    return announced;
  }
}
