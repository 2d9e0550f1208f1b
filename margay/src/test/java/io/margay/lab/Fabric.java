package io.margay.lab;

import io.margay.datastore.Datastore;
import io.margay.datastore.Key;
import io.margay.lab.Topology.Host;
import io.margay.net.IpPrefix;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Two racks of two nodes, each node with a block of addresses and a workload in it; a router on
/// top of each rack (ToR); two spines. Routers are BIRD 2, nodes are agents. Who speaks to whom,
/// and in which AS, is a plan that comes later, and another after it.
///
/// ```
///     [spine1]        [spine2]       10.3.SPINE.0/31 to tor1, 10.3.SPINE.2/31 to tor2
///      |     \       /      |
///      |      \     /       |
///      |        \ /         |
///      |        / \         |
///     [tor1 .1]==core==[tor2 .2]     10.2.1.0/24, for plans without spines
///      | .1             | .1
///     rack 1           rack 2        10.1.RACK.0/24
///      | .11  | .12     | .11  | .12
///     n1     n2        n3     n4     block 10.65.(N-1).0/26
///      |      |         |      |
///     pod1   pod2      pod3   pod4   10.65.(N-1).1
/// ```
final class Fabric implements AutoCloseable {

  static final List<Integer> NODES = List.of(1, 2, 3, 4);
  static final List<Integer> RACKS = List.of(1, 2);
  static final List<Integer> SPINES = List.of(1, 2);

  private static final Pattern GATEWAY = Pattern.compile("via (\\S+)");
  private static final Pattern TTL = Pattern.compile("ttl=(\\d+)");

  final SeedLab lab;

  private Fabric(SeedLab lab) {
    this.lab = lab;
  }

  static Fabric up() {
    List<Host> hosts = new ArrayList<>();
    for (int rack : RACKS) {
      hosts.add(host(tor(rack), torAddress(rack), false));
    }
    for (int node : NODES) {
      hosts.add(host(node(node), address(node), true));
    }
    Topology topology =
        new Topology(
            "fabric",
            "two racks, their routers and two spines",
            hosts,
            List.of(),
            Map.of("DefaultEndpointToHostAction", "RETURN", "MetadataAddr", "None"),
            List.of());
    Fabric up = new Fabric(SeedLab.up(topology));
    try {
      Command.run(up.lab.lab.holder().enter(List.of("sh")), network()).orThrow("the network");
      up.lab.applyText(endpoints());
      try (Datastore datastore = up.lab.openDatastore()) {
        for (int node : NODES) {
          datastore.apply(
              new Key.BlockAffinity(node(node), IpPrefix.parse(block(node))), Key.Empty.EMPTY);
        }
      }
      up.lab.calicoctl("config", "set", "nodeToNodeMesh", "off");
      up.setting("hold_time", "9");
    } catch (RuntimeException e) {
      up.close();
      throw e;
    }
    return up;
  }

  @Override
  public void close() {
    lab.close();
  }

  private static Host host(String name, String address, boolean node) {
    return new Host(name, IpPrefix.parse(address + "/24"), node, Map.of());
  }

  // Names and addresses.

  static String node(int node) {
    return "n" + node;
  }

  static String pod(int node) {
    return "pod" + node;
  }

  static String tor(int rack) {
    return "tor" + rack;
  }

  static String spine(int spine) {
    return "spine" + spine;
  }

  static int rackOf(int node) {
    return (node + 1) / 2;
  }

  static List<Integer> nodesOf(int rack) {
    return List.of(2 * rack - 1, 2 * rack);
  }

  static String address(int node) {
    return "10.1.%d.%d".formatted(rackOf(node), node % 2 == 1 ? 11 : 12);
  }

  static String torAddress(int rack) {
    return "10.1.%d.1".formatted(rack);
  }

  static String coreAddress(int rack) {
    return "10.2.1." + rack;
  }

  /// The spine's address on the link to a ToR.
  static String spineAddress(int spine, int rack) {
    return "10.3.%d.%d".formatted(spine, 2 * rack - 2);
  }

  /// The ToR's address on that link.
  static String uplinkAddress(int spine, int rack) {
    return "10.3.%d.%d".formatted(spine, 2 * rack - 1);
  }

  static String block(int node) {
    return "10.65.%d.0/26".formatted(node - 1);
  }

  static String podAddress(int node) {
    return "10.65.%d.1".formatted(node - 1);
  }

  // Building it.

  /// The ports of the switch have the names that the lab gives, in the order of the hosts.
  private static String network() {
    StringBuilder script =
        new StringBuilder("set -e\nip link add rack2 type bridge\nip link set rack2 up\n");
    script.append("ip link add core type bridge\nip link set core up\n");
    for (int port : List.of(102, 108, 110)) {
      script.append(
          "ip link set lan0p%d nomaster\nip link set lan0p%1$d master rack2\n".formatted(port));
    }
    SPINES.forEach(spine -> script.append(namespace(spine(spine))));
    for (int rack : RACKS) {
      script.append(
          """
          ip netns exec tor%1$d sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.eth1.send_redirects=0
          ip link add core%1$d index %2$d type veth peer name core0 index %3$d netns tor%1$d
          ip link set core%1$d master core up
          ip -n tor%1$d addr add %4$s/24 dev core0
          ip -n tor%1$d link set core0 up
          """
              .formatted(rack, 200 + rack, 300 + rack, coreAddress(rack)));
      for (int spine : SPINES) {
        script.append(
            """
            ip -n tor%1$d link add up%2$d index %3$d type veth peer name down%1$d index %4$d netns spine%2$d
            ip -n tor%1$d addr add %5$s/31 dev up%2$d
            ip -n spine%2$d addr add %6$s/31 dev down%1$d
            ip -n tor%1$d link set up%2$d up
            ip -n spine%2$d link set down%1$d up
            """
                .formatted(
                    rack,
                    spine,
                    400 + spine,
                    500 + rack,
                    uplinkAddress(spine, rack),
                    spineAddress(spine, rack)));
      }
    }
    NODES.forEach(node -> script.append(workload(node)));
    return script.toString();
  }

  private static String namespace(String name) {
    return """
    ip netns add %1$s
    ip -n %1$s link set lo up
    ip netns exec %1$s sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0 net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.default.send_redirects=0
    """
        .formatted(name);
  }

  private static String workload(int node) {
    return """
    ip netns exec n%1$d sysctl -qw net.ipv4.conf.all.accept_redirects=0 net.ipv4.conf.eth1.accept_redirects=0
    ip netns add pod%1$d
    ip -n n%1$d link add cali%1$d index 50 address ee:ee:ee:ee:ee:ee type veth peer name eth0 index 60 netns pod%1$d
    ip -n pod%1$d addr add %2$s/32 dev eth0
    ip -n pod%1$d link set eth0 up
    ip -n pod%1$d route add default via 169.254.1.1 dev eth0 onlink
    ip -n pod%1$d neigh add 169.254.1.1 lladdr ee:ee:ee:ee:ee:ee dev eth0 nud permanent
    ip -n n%1$d link set cali%1$d up
    """
        .formatted(node, podAddress(node));
  }

  private static String endpoints() {
    StringBuilder documents =
        new StringBuilder(
            """
            - {apiVersion: v1, kind: ipPool, metadata: {cidr: 10.65.0.0/16}}
            - {apiVersion: v1, kind: profile, metadata: {name: open}, spec: {ingress: [{action: allow}], egress: [{action: allow}]}}
            """);
    for (int node : NODES) {
      documents.append(
          """
          - apiVersion: v1
            kind: workloadEndpoint
            metadata: {name: eth0, workload: pod%1$d, orchestrator: lab, node: n%1$d}
            spec: {interfaceName: cali%1$d, profiles: [open], ipNetworks: [%2$s]}
          """
              .formatted(node, podAddress(node)));
    }
    return documents.toString();
  }

  // What a plan says.

  void setting(String name, String value) {
    lab.calicoctl("config", "set", "--raw=bgp", name, value);
  }

  /// Puts a node into an AS, with its ToR in another or the same one as its only peer.
  void node(int node, long as, long torAs) {
    lab.applyText(
        """
        - {apiVersion: v1, kind: node, metadata: {name: n%1$d}, spec: {bgp: {asNumber: %2$d, ipv4Address: %3$s/24}}}
        - {apiVersion: v1, kind: bgpPeer, metadata: {scope: node, node: n%1$d, peerIP: %4$s}, spec: {asNumber: %5$d}}
        """
            .formatted(node, as, address(node), torAddress(rackOf(node)), torAs));
  }

  /// Has a router speak BGP by these words, in place of any before.
  ///
  /// @param toKernel which routes its kernel gets, an expression of BIRD
  void router(String name, int id, String toKernel, String protocols) {
    Path directory = lab.lab.directory().root();
    String socket = directory.resolve(name + ".ctl").toString();
    boolean runs = Files.exists(directory.resolve(name + ".conf"));
    try {
      Files.writeString(
          directory.resolve(name + ".conf"),
          """
          log "%2$s.log" all;
          router id 10.0.0.%3$d;
          protocol device { scan time 1; }
          protocol direct { ipv4; }
          protocol kernel { scan time 1; merge paths yes; ipv4 { import none; export where %4$s; }; }
          template bgp lab {
            hold time 9; keepalive time 3; connect delay time 1; connect retry time 2; error wait time 1, 2;
          }
          %1$s
          """
              .formatted(protocols, directory.resolve(name), id, toKernel));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (runs) {
      lab.in(name, "birdc", "-s", socket, "configure");
    } else {
      lab.in(
          name,
          "bird",
          "-c",
          directory.resolve(name + ".conf").toString(),
          "-s",
          socket,
          "-P",
          directory.resolve(name + ".pid").toString());
    }
  }

  // What came of it.

  /// The routes of a place that BGP gave it: gateways in order, or the kind of a route without.
  Map<String, Set<String>> routes(String place) {
    Map<String, Set<String>> routes = new TreeMap<>();
    String destination = "";
    boolean learned = false;
    for (String line : lab.in(place, "ip", "-4", "route").lines().toList()) {
      if (!line.startsWith("\t") && !line.startsWith(" ")) {
        String[] words = line.split(" ");
        boolean typed = Set.of("blackhole", "unreachable").contains(words[0]);
        destination = typed ? words[1] : words[0];
        learned = line.contains(" proto bird");
        if (learned && typed) {
          routes.computeIfAbsent(destination, _ -> new TreeSet<>()).add(words[0]);
        }
      }
      Matcher gateway = GATEWAY.matcher(line);
      if (learned && gateway.find()) {
        routes.computeIfAbsent(destination, _ -> new TreeSet<>()).add(gateway.group(1));
      }
    }
    return routes;
  }

  void awaitRoutes(String place, Map<String, Set<String>> expected) {
    SeedLab.awaitThat(
        () -> routes(place).equals(new TreeMap<>(expected)),
        () -> "%s has %s, expected %s%n%s".formatted(place, routes(place), expected, everything()));
  }

  /// What is left of the 64 that a packet between two workloads starts with; null if none came
  /// back.
  @Nullable Integer ttl(int from, int to) {
    String said =
        Command.run(
                lab.lab
                    .holder()
                    .enter(pod(from), List.of("ping", "-n", "-c", "1", "-W", "1", podAddress(to))),
                "")
            .output();
    Matcher ttl = TTL.matcher(said);
    return ttl.find() ? Integer.valueOf(ttl.group(1)) : null;
  }

  void awaitTtl(int from, int to, int expected) {
    SeedLab.awaitThat(
        () -> Integer.valueOf(expected).equals(ttl(from, to)),
        () ->
            "pod%d to pod%d arrives with TTL %s, expected %d%n%s"
                .formatted(from, to, ttl(from, to), expected, everything()));
  }

  /// What an agent says of a prefix in its table.
  String rib(int node, String prefix) {
    return lab.in(
        node(node),
        lab.lab.program("margay"),
        "bgp",
        "show",
        "rib",
        prefix,
        "--socket",
        lab.lab.directory().node(node(node)).resolve("run").resolve("bgp.sock").toString());
  }

  private String everything() {
    StringBuilder text = new StringBuilder();
    List<String> places = new ArrayList<>();
    RACKS.forEach(rack -> places.add(tor(rack)));
    SPINES.forEach(spine -> places.add(spine(spine)));
    for (String place : places) {
      Path socket = lab.lab.directory().root().resolve(place + ".ctl");
      text.append("\n== ").append(place).append('\n').append(lab.in(place, "ip", "-4", "route"));
      if (Files.exists(socket)) {
        text.append(lab.in(place, "birdc", "-s", socket.toString(), "show", "protocols"))
            .append(lab.in(place, "birdc", "-s", socket.toString(), "show", "route"));
      }
    }
    return text + lab.agentOutput();
  }
}
