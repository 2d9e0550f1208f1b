package io.margay.dataplane.rules;

import static io.margay.dataplane.rules.Match.ANY;
import static io.margay.dataplane.rules.Match.Direction.DESTINATION;
import static io.margay.dataplane.rules.Match.Direction.SOURCE;

import io.margay.dataplane.config.DataplaneConfig;
import io.margay.dataplane.config.Marks;
import io.margay.kernel.iptables.Chain;
import io.margay.kernel.iptables.Rule;
import io.margay.kernel.iptables.Table;
import io.margay.net.IpFamily;
import io.margay.net.Ipv4Address;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The skeleton: chains that depend on the configuration alone, and the rules that hook them into
/// the kernel's own chains.
///
/// A packet that belongs to no known connection and comes from or goes to a workload's interface
/// reaches a dispatch chain from here, and never another verdict before it.
public final class StaticChains {

  private static final String ACCEPTED_BY_HOST_POLICY = "Host endpoint policy accepted packet.";

  /// What a workload must be able to send for IPv6 to work on its link (RFC 4890 §4.4): Multicast
  /// Listener Discovery 130-132, router and neighbour discovery 133, 135, 136.
  private static final List<Integer> ICMPV6_TO_HOST = List.of(130, 131, 132, 133, 135, 136);

  private static final int IP_IN_IP = 4;

  private final DataplaneConfig config;
  private final Marks marks;
  private final IpFamily family;
  private final boolean vxlan;

  /// @param vxlan whether hosts send each other VXLAN packets over this family
  public StaticChains(DataplaneConfig config, IpFamily family, boolean vxlan) {
    this.vxlan = vxlan;
    this.config = config;
    this.marks = config.marks();
    this.family = family;
  }

  /// The rules we insert into the kernel's chains, by name of the chain.
  public Map<String, List<Rule>> hooks(Table table) {
    List<String> hooked =
        switch (table) {
          case RAW -> List.of("PREROUTING", "OUTPUT");
          case NAT -> List.of("PREROUTING", "POSTROUTING", "OUTPUT");
          case FILTER -> List.of("INPUT", "FORWARD", "OUTPUT");
          case MANGLE -> List.of();
        };
    Map<String, List<Rule>> hooks = new LinkedHashMap<>();
    for (String chain : hooked) {
      hooks.put(chain, List.of(ANY.then(Target.jump("cali-" + chain))));
    }
    return hooks;
  }

  /// The chains of the table, in the order in which Felix creates them.
  public List<Chain> chains(Table table) {
    return switch (table) {
      case RAW -> List.of(failsafeIn(), failsafeOut(), rawPrerouting(), rawOutput());
      case NAT -> List.of(natPrerouting(), natPostrouting(), natOutput());
      case FILTER ->
          List.of(
              forward(), input(), workloadToHost(), failsafeIn(), filterOutput(), failsafeOut());
      case MANGLE -> List.of();
    };
  }

  private Chain failsafeIn() {
    return failsafe(ChainNames.FAILSAFE_IN, config.failsafeInboundPorts());
  }

  private Chain failsafeOut() {
    return failsafe(ChainNames.FAILSAFE_OUT, config.failsafeOutboundPorts());
  }

  private static Chain failsafe(String name, List<Integer> ports) {
    return new Chain(
        name,
        ports.stream()
            .map(port -> ANY.protocol("tcp").port(DESTINATION, port).then(Target.ACCEPT))
            .toList());
  }

  /// Marks what comes from workloads, so that host endpoint policy is asked about the rest alone.
  private Chain rawPrerouting() {
    List<Rule> rules = new ArrayList<>();
    rules.add(clearAllMarks());
    for (String prefix : config.interfacePrefixes()) {
      rules.add(ANY.inInterface(prefix + "+").then(Target.setMark(marks.workload())));
    }
    if (family == IpFamily.IPV6) {
      // IPv4 has rp_filter for this; IPv6 has no such sysctl.
      rules.add(ANY.markSet(marks.workload()).reversePathFails().then(Target.DROP));
    }
    rules.add(ANY.markClear(marks.workload()).then(Target.jump(ChainNames.FROM_HOST_ENDPOINT)));
    rules.add(ANY.markSet(marks.accept()).then(Target.ACCEPT));
    return new Chain(ChainNames.PREROUTING, rules);
  }

  private Chain rawOutput() {
    return new Chain(
        ChainNames.OUTPUT,
        List.of(
            clearAllMarks(),
            ANY.then(Target.jump(ChainNames.TO_HOST_ENDPOINT)),
            ANY.markSet(marks.accept()).then(Target.ACCEPT)));
  }

  private Chain input() {
    List<Rule> rules = new ArrayList<>();
    rules.add(acceptUntracked());
    if (acceptsIpip()) {
      rules.add(
          ANY.protocol(Integer.toString(IP_IN_IP))
              .notInSet(SOURCE, SetNames.allHosts())
              .then(Target.DROP, "Drop IPIP packets from non-Calico hosts"));
    }
    if (vxlan) {
      rules.add(
          vxlanPackets()
              .inSet(SOURCE, SetNames.allVxlanHosts(family))
              .then(Target.ACCEPT, "Allow VXLAN packets from Calico hosts"));
      rules.add(vxlanPackets().then(Target.DROP, "Drop VXLAN packets from non-Calico hosts"));
    }
    rules.addAll(knownConnections());
    for (String prefix : config.interfacePrefixes()) {
      rules.add(ANY.inInterface(prefix + "+").then(Target.goTo(ChainNames.WORKLOAD_TO_HOST)));
    }
    rules.add(clearAllMarks());
    rules.add(ANY.then(Target.jump(ChainNames.FROM_HOST_ENDPOINT)));
    rules.add(acceptByHostPolicy());
    return new Chain(ChainNames.INPUT, rules);
  }

  /// All prefixes ask before any accepts: a packet from one workload to another must pass both
  /// workloads' policies.
  private Chain forward() {
    List<Rule> rules = new ArrayList<>();
    rules.add(acceptUntracked());
    // Masqueraded, they would come from this host, and be taken for its own by others.
    for (String prefix : config.interfacePrefixes()) {
      Match fromWorkloads = ANY.inInterface(prefix + "+");
      if (acceptsIpip()) {
        rules.add(
            fromWorkloads
                .protocol(Integer.toString(IP_IN_IP))
                .then(Target.DROP, "Drop IPIP packets from workloads"));
      }
      if (vxlan) {
        rules.add(
            fromWorkloads
                .protocol("udp")
                .port(DESTINATION, config.vxlan().port())
                .then(Target.DROP, "Drop VXLAN packets from workloads"));
      }
    }
    rules.addAll(knownConnections());
    for (String prefix : config.interfacePrefixes()) {
      String any = prefix + "+";
      rules.add(ANY.inInterface(any).then(Target.jump(ChainNames.FROM_WORKLOAD_DISPATCH)));
      rules.add(ANY.outInterface(any).then(Target.jump(ChainNames.TO_WORKLOAD_DISPATCH)));
    }
    for (String prefix : config.interfacePrefixes()) {
      String any = prefix + "+";
      rules.add(ANY.inInterface(any).then(Target.ACCEPT));
      rules.add(ANY.outInterface(any).then(Target.ACCEPT));
    }
    rules.add(clearAllMarks());
    rules.add(ANY.then(Target.jump(ChainNames.FROM_HOST_ENDPOINT)));
    rules.add(ANY.then(Target.jump(ChainNames.TO_HOST_ENDPOINT)));
    rules.add(acceptByHostPolicy());
    return new Chain(ChainNames.FORWARD, rules);
  }

  private Chain filterOutput() {
    List<Rule> rules = new ArrayList<>();
    rules.add(acceptUntracked());
    if (vxlan) {
      rules.add(
          vxlanPackets()
              .inSet(DESTINATION, SetNames.allVxlanHosts(family))
              .then(Target.ACCEPT, "Allow VXLAN packets to Calico hosts"));
    }
    rules.addAll(knownConnections());
    for (String prefix : config.interfacePrefixes()) {
      rules.add(ANY.outInterface(prefix + "+").then(Target.RETURN));
    }
    rules.add(clearAllMarks());
    rules.add(ANY.then(Target.jump(ChainNames.TO_HOST_ENDPOINT)));
    rules.add(acceptByHostPolicy());
    return new Chain(ChainNames.OUTPUT, rules);
  }

  /// What a workload sends to its own host: its egress policy decides, then the configured action.
  private Chain workloadToHost() {
    List<Rule> rules = new ArrayList<>();
    if (family == IpFamily.IPV6) {
      for (int type : ICMPV6_TO_HOST) {
        rules.add(ANY.protocol("58").icmp(family, Integer.toString(type)).then(Target.ACCEPT));
      }
    }
    if (config.openStack().active()) {
      rules.addAll(openStackExceptions());
    }
    rules.add(ANY.then(Target.jump(ChainNames.FROM_WORKLOAD_DISPATCH)));
    Target action =
        switch (config.endpointToHostAction()) {
          case DROP -> Target.DROP;
          case RETURN -> Target.RETURN;
          case ACCEPT -> Target.ACCEPT;
        };
    rules.add(ANY.then(action, "Configured DefaultEndpointToHostAction"));
    return new Chain(ChainNames.WORKLOAD_TO_HOST, rules);
  }

  private List<Rule> openStackExceptions() {
    List<Rule> rules = new ArrayList<>();
    Ipv4Address metadata = config.openStack().metadataAddress();
    if (family == IpFamily.IPV4 && metadata != null) {
      rules.add(
          ANY.protocol("tcp")
              .address(DESTINATION, metadata)
              .port(DESTINATION, config.openStack().metadataPort())
              .then(Target.ACCEPT));
    }
    // RFC 2131 §4.1 and RFC 8415 §7.2: from the client's port to the server's.
    int dhcpClient = family == IpFamily.IPV4 ? 68 : 546;
    int dhcpServer = family == IpFamily.IPV4 ? 67 : 547;
    rules.add(
        ANY.protocol("udp")
            .port(SOURCE, dhcpClient)
            .port(DESTINATION, dhcpServer)
            .then(Target.ACCEPT));
    rules.add(ANY.protocol("udp").port(DESTINATION, 53).then(Target.ACCEPT));
    return rules;
  }

  private Chain natPrerouting() {
    List<Rule> rules = new ArrayList<>();
    rules.add(ANY.then(Target.jump(ChainNames.FLOATING_DNAT)));
    Ipv4Address metadata = config.openStack().metadataAddress();
    if (family == IpFamily.IPV4 && config.openStack().active() && metadata != null) {
      rules.add(
          ANY.protocol("tcp")
              .port(DESTINATION, 80)
              .net(DESTINATION, Ipv4Address.parse("169.254.169.254").toPrefix())
              .then(Target.dnat(metadata, config.openStack().metadataPort())));
    }
    return new Chain(ChainNames.PREROUTING, rules);
  }

  private Chain natPostrouting() {
    List<Rule> rules = new ArrayList<>();
    rules.add(ANY.then(Target.jump(ChainNames.FLOATING_SNAT)));
    rules.add(ANY.then(Target.jump(ChainNames.NAT_OUTGOING)));
    if (family == IpFamily.IPV4
        && config.ipip().enabled()
        && config.ipip().tunnelAddress() != null) {
      rules.add(masqueradeInto(DeviceNames.IPIP));
    }
    if (vxlan && config.vxlan().tunnelAddress(family) != null) {
      rules.add(masqueradeInto(DeviceNames.vxlan(family)));
    }
    return new Chain(ChainNames.POSTROUTING, rules);
  }

  /// The host's own packets into a tunnel must carry the tunnel's address: workloads answer to it
  /// by the tunnel again.
  private static Rule masqueradeInto(String device) {
    return ANY.outInterface(device)
        .sourceIsNotOnOutInterface()
        .sourceIsLocal()
        .then(Target.MASQUERADE);
  }

  private static Chain natOutput() {
    return new Chain(ChainNames.OUTPUT, List.of(ANY.then(Target.jump(ChainNames.FLOATING_DNAT))));
  }

  private boolean acceptsIpip() {
    return family == IpFamily.IPV4 && config.ipip().enabled();
  }

  private Match vxlanPackets() {
    return ANY.protocol("udp").port(DESTINATION, config.vxlan().port());
  }

  private Rule clearAllMarks() {
    return ANY.then(Target.clearMark(marks.all()));
  }

  /// What an untracked policy accepted in table `raw`.
  private Rule acceptUntracked() {
    return ANY.markSet(marks.accept()).conntrackState("UNTRACKED").then(Target.ACCEPT);
  }

  private static List<Rule> knownConnections() {
    return List.of(
        ANY.conntrackState("INVALID").then(Target.DROP),
        ANY.conntrackState("RELATED,ESTABLISHED").then(Target.ACCEPT));
  }

  private Rule acceptByHostPolicy() {
    return ANY.markSet(marks.accept()).then(Target.ACCEPT, ACCEPTED_BY_HOST_POLICY);
  }
}
