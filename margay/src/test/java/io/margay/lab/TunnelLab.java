package io.margay.lab;

import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreConfig;
import io.margay.datastore.Datastores;
import io.margay.datastore.Key;
import io.margay.lab.Topology.Host;
import io.margay.net.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Three nodes, two of them in one subnet and the third behind a router that knows nothing of
/// workloads, each with a workload of both IP versions.
///
/// ```
///   pod1            pod2                                    pod3
///   10.65.1.1       10.65.2.1                               10.65.3.1
///   fd00:65:1::1    fd00:65:2::1                            fd00:65:3::1
///    | cali1         | cali2                                 | cali3
///   node1 .11       node2 .12       .1 gw .1                node3 .13
///   ==+===============+==============+  +=====================+==
///     172.30.0.0/24, fd00:30::/64          172.30.1.0/24, fd00:31::/64
/// ```
final class TunnelLab implements AutoCloseable {

  static final List<Integer> NUMBERS = List.of(1, 2, 3);

  final SeedLab lab;

  private TunnelLab(SeedLab lab) {
    this.lab = lab;
  }

  static TunnelLab up(Map<String, String> settings) {
    List<Host> hosts = new ArrayList<>();
    hosts.add(new Host("gw", IpPrefix.parse("172.30.0.1/24"), false, Map.of()));
    for (int number : NUMBERS) {
      hosts.add(new Host(node(number), IpPrefix.parse(address(number) + "/24"), true, Map.of()));
    }
    Topology topology =
        new Topology("tunnels", "two subnets and a router", hosts, List.of(), settings, List.of());
    TunnelLab up = new TunnelLab(SeedLab.up(topology));
    try {
      Command.run(up.lab.lab.holder().enter(List.of("sh")), network()).orThrow("the network");
      up.apply(nodes());
      up.giveBlocks();
      up.apply(endpoints());
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

  static String node(int number) {
    return "node" + number;
  }

  static String pod(int number) {
    return "pod" + number;
  }

  static String address(int number) {
    return "172.30.%d.%d".formatted(number == 3 ? 1 : 0, 10 + number);
  }

  static String address6(int number) {
    return "fd00:%d::%d".formatted(number == 3 ? 31 : 30, 10 + number);
  }

  static String podAddress(int number) {
    return "10.65." + number + ".1";
  }

  static String podAddress6(int number) {
    return "fd00:65:" + number + "::1";
  }

  private static String network() {
    StringBuilder script = new StringBuilder("set -e\n");
    script.append(
        """
        ip netns exec gw sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
        ip -n gw addr add 172.30.1.1/24 dev eth1
        ip -n gw addr add fd00:30::1/64 dev eth1 nodad
        ip -n gw addr add fd00:31::1/64 dev eth1 nodad
        """);
    for (int number : NUMBERS) {
      boolean far = number == 3;
      script.append(
          """
          ip -n node%1$d addr add %2$s/64 dev eth1 nodad
          ip -n node%1$d route add 172.30.%3$d.0/24 via 172.30.%4$d.1
          ip -n node%1$d route add fd00:%5$d::/64 via fd00:%6$d::1
          ip netns add pod%1$d
          ip netns exec pod%1$d sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0
          ip -n node%1$d link add cali%1$d index 50 address ee:ee:ee:ee:ee:ee type veth peer name eth0 index 60 netns pod%1$d
          ip -n pod%1$d addr add 10.65.%1$d.1/32 dev eth0
          ip -n pod%1$d addr add fd00:65:%1$d::1/128 dev eth0 nodad
          ip -n pod%1$d link set eth0 up
          ip -n pod%1$d route add default via 169.254.1.1 dev eth0 onlink
          ip -n pod%1$d neigh add 169.254.1.1 lladdr ee:ee:ee:ee:ee:ee dev eth0 nud permanent
          ip -n pod%1$d route add default via fe80::ecee:eeff:feee:eeee dev eth0
          ip -n pod%1$d neigh add fe80::ecee:eeff:feee:eeee lladdr ee:ee:ee:ee:ee:ee dev eth0 nud permanent
          ip -n node%1$d link set cali%1$d up
          """
              .formatted(
                  number,
                  address6(number),
                  far ? 0 : 1,
                  far ? 1 : 0,
                  far ? 30 : 31,
                  far ? 31 : 30));
    }
    return script.toString();
  }

  private static String nodes() {
    StringBuilder documents = new StringBuilder();
    for (int number : NUMBERS) {
      documents.append(
          "- {apiVersion: v1, kind: node, metadata: {name: node%d}, spec: {bgp: {ipv4Address: %s/24, ipv6Address: '%s/64'}}}\n"
              .formatted(number, address(number), address6(number)));
    }
    return documents.toString();
  }

  private static String endpoints() {
    StringBuilder documents =
        new StringBuilder(
            "- {apiVersion: v1, kind: profile, metadata: {name: open}, spec: {ingress: [{action: allow}], egress: [{action: allow}]}}\n");
    for (int number : NUMBERS) {
      documents.append(
          """
          - apiVersion: v1
            kind: workloadEndpoint
            metadata: {name: eth0, workload: pod%1$d, orchestrator: lab, node: node%1$d, labels: {name: pod%1$d}}
            spec: {interfaceName: cali%1$d, profiles: [open], ipNetworks: [10.65.%1$d.1, 'fd00:65:%1$d::1']}
          """
              .formatted(number));
    }
    return documents.toString();
  }

  /// A block for each node, as address management would have claimed it: the agents take their
  /// tunnels' addresses from it.
  private void giveBlocks() {
    try (Datastore datastore =
        Datastores.open(new DatastoreConfig.Embedded(lab.lab.directory().datastore()))) {
      for (int number : NUMBERS) {
        String node = node(number);
        for (String block :
            List.of("10.65.%d.0/26".formatted(number), "fd00:65:%d::/122".formatted(number))) {
          datastore.apply(new Key.BlockAffinity(node, IpPrefix.parse(block)), Key.Empty.EMPTY);
        }
      }
    }
  }

  void apply(String documents) {
    lab.applyText(documents);
  }

  /// Whether an echo request to the address is answered.
  boolean reaches(String from, String address) {
    return Command.run(
                lab.lab.holder().enter(from, List.of("ping", "-n", "-c", "1", "-W", "1", address)),
                "")
            .exitCode()
        == 0;
  }

  void awaitReach(String from, String address) {
    SeedLab.awaitThat(
        () -> reaches(from, address),
        () -> "%s reaches %s\n%s".formatted(from, address, everything()));
  }

  /// Waits until every workload reaches every other, and every node every workload, in both IP
  /// versions or in one.
  void awaitEverybodyReachesEverybody(boolean ipv6) {
    for (int from : NUMBERS) {
      for (int to : NUMBERS) {
        for (String place : List.of(pod(from), node(from))) {
          if (from != to || place.equals(node(from))) {
            awaitReach(place, podAddress(to));
            if (ipv6) {
              awaitReach(place, podAddress6(to));
            }
          }
        }
      }
    }
  }

  void awaitRoute(int node, String prefix, String expected) {
    SeedLab.awaitThat(
        () -> route(node, prefix).contains(expected),
        () ->
            "node%d has %s %s; it has '%s'\n%s"
                .formatted(node, prefix, expected, route(node, prefix), everything()));
  }

  private String route(int node, String prefix) {
    return lab.in(node(node), "ip", prefix.contains(":") ? "-6" : "-4", "route", "show", prefix);
  }

  /// For a test that failed.
  private String everything() {
    StringBuilder text = new StringBuilder();
    for (int number : NUMBERS) {
      for (String command :
          List.of("ip -4 route", "ip -6 route", "ip -d addr", "bridge fdb", "ip neigh")) {
        text.append("\n== node%d: %s\n".formatted(number, command))
            .append(lab.in(node(number), command.split(" ")));
      }
    }
    return text + lab.agentOutput();
  }
}
