package io.margay.lab;

import io.margay.lab.Topology.Host;
import io.margay.lab.Topology.Workload;

/// Writes the shell script that builds a topology inside a holder: one run of `sh` for all of it.
///
/// The two ends of a veth pair get different interface indexes: with equal ones, which separate
/// namespaces produce by themselves, the kernel tells of a lost carrier up to a second late.
final class NamespaceScript {

  /// Where workloads send what is not on their link; nobody owns the address.
  private static final String GATEWAY = "169.254.1.1";

  /// The MAC address of every host's end: each is alone on its link.
  private static final String HOST_END_MAC = "ee:ee:ee:ee:ee:ee";

  private static final int FIRST_INDEX = 100;

  private final StringBuilder script = new StringBuilder("set -e\n");
  private int index = FIRST_INDEX;

  private NamespaceScript() {}

  static String of(Topology topology) {
    NamespaceScript it = new NamespaceScript();
    it.line("ip link set lo up");
    it.line("ip link add lan0 type bridge");
    it.line("ip link set lan0 up");
    it.line("ip addr add %s/%d dev lan0", topology.switchAddress(), topology.lan().length());
    topology.hosts().forEach(it::host);
    topology.workloads().forEach(it::workload);
    return it.script.toString();
  }

  private void host(Host host) {
    String name = host.name();
    namespace(name);
    String port = "lan0p" + index;
    line("ip link add eth1 index %d type veth peer name %s index %d", index, port, index + 1);
    index += 2;
    line("ip link set eth1 netns %s", name);
    line("ip link set %s master lan0 up", port);
    inside(name, "sysctl -qw net.ipv4.ip_forward=%d", host.node() ? 1 : 0);
    inside(name, "sysctl -qw net.ipv6.conf.all.forwarding=%d", host.node() ? 1 : 0);
    line("ip -n %s addr add %s dev eth1", name, host.address());
    line("ip -n %s link set eth1 up", name);
    host.routes()
        .forEach(
            (network, gateway) -> line("ip -n %s route add %s via %s", name, network, gateway));
  }

  /// The workload gets a permanent neighbour entry for its gateway: a host answers proxy ARP for it
  /// only if it has some route there, and lab hosts have no default route.
  private void workload(Workload workload) {
    String name = workload.name();
    namespace(name);
    line(
        "ip link add %s index %d address %s type veth peer name eth0 index %d address %s",
        workload.interfaceName(), index, HOST_END_MAC, index + 1, workload.mac());
    index += 2;
    line("ip link set %s netns %s", workload.interfaceName(), workload.host());
    line("ip link set eth0 netns %s", name);
    line("ip -n %s link set eth0 up", name);
    line("ip -n %s addr add %s dev eth0", name, workload.address().toPrefix());
    line("ip -n %s route add default via %s dev eth0 onlink", name, GATEWAY);
    line("ip -n %s neigh add %s lladdr %s dev eth0 nud permanent", name, GATEWAY, HOST_END_MAC);
    line("ip -n %s link set %s up", workload.host(), workload.interfaceName());
  }

  /// `rp_filter` of `all` stays 0, as the larger of it and the interface's own counts.
  private void namespace(String name) {
    line("ip netns add %s", name);
    line("ip -n %s link set lo up", name);
    inside(
        name,
        "sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0"
            + " net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.default.send_redirects=0"
            + " net.ipv6.conf.default.accept_dad=0");
  }

  private void inside(String namespace, String command, Object... arguments) {
    line("ip netns exec " + namespace + " " + command.formatted(arguments));
  }

  private void line(String command, Object... arguments) {
    script.append(command.formatted(arguments)).append('\n');
  }
}
