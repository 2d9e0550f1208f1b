package io.margay.calc;

import io.margay.calc.output.ActiveRule;
import io.margay.calc.output.AskedPolicies;
import io.margay.calc.output.NodeUpdate.LocalHostEndpoint;
import io.margay.calc.output.NodeUpdate.LocalWorkload;
import io.margay.calc.output.RuleSet;
import io.margay.model.HostEndpoint;
import io.margay.model.IpPool;
import io.margay.model.Labels;
import io.margay.model.Node;
import io.margay.model.Policy;
import io.margay.model.PortRange;
import io.margay.model.Profile;
import io.margay.model.Protocol;
import io.margay.model.ResourceKey.HostEndpointKey;
import io.margay.model.ResourceKey.WorkloadEndpointKey;
import io.margay.model.Rule;
import io.margay.model.WorkloadEndpoint;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Short ways to write down resources and what becomes of them.
final class Resources {

  private Resources() {}

  // Endpoints

  static WorkloadEndpointKey workloadKey(String node, String name) {
    return new WorkloadEndpointKey(node, "k8s", "pod", name);
  }

  /// A workload endpoint whose interface is called `cali-` and its name.
  static WorkloadEndpoint workload(
      WorkloadEndpointKey key, Map<String, String> labels, List<String> profiles, String... ips) {
    return workload(key, "cali-" + key.name(), labels, profiles, ips);
  }

  static WorkloadEndpoint workload(
      WorkloadEndpointKey key,
      @Nullable String interfaceName,
      Map<String, String> labels,
      List<String> profiles,
      String... ips) {
    return new WorkloadEndpoint(
        new WorkloadEndpoint.Metadata(
            key.name(), key.workload(), key.orchestrator(), key.node(), Labels.copyOf(labels)),
        new WorkloadEndpoint.Spec(
            prefixes(ips), List.of(), null, null, profiles, interfaceName, null));
  }

  static LocalWorkload localWorkload(
      WorkloadEndpointKey key, List<String> policies, List<String> profiles, String... ips) {
    return new LocalWorkload(
        "cali-" + key.name(),
        true,
        null,
        prefixes(ips),
        List.of(),
        AskedPolicies.inBothDirections(policies),
        profiles);
  }

  static HostEndpoint hostEndpoint(
      HostEndpointKey key,
      @Nullable String interfaceName,
      Map<String, String> labels,
      List<String> profiles,
      String... ips) {
    return new HostEndpoint(
        new HostEndpoint.Metadata(key.name(), key.node(), Labels.copyOf(labels)),
        new HostEndpoint.Spec(interfaceName, addresses(ips), profiles));
  }

  static LocalHostEndpoint localHostEndpoint(
      @Nullable String interfaceName,
      List<String> policies,
      List<String> untrackedPolicies,
      List<String> profiles,
      String... ips) {
    return new LocalHostEndpoint(
        interfaceName,
        addresses(ips),
        AskedPolicies.inBothDirections(policies),
        AskedPolicies.inBothDirections(untrackedPolicies),
        profiles);
  }

  static List<IpPrefix> prefixes(String... ips) {
    return Arrays.stream(ips).map(IpPrefix::parse).toList();
  }

  static List<IpAddress> addresses(String... ips) {
    return Arrays.stream(ips).map(IpAddress::parse).toList();
  }

  // Policies and profiles

  /// A policy without order and egress rules.
  static Policy policy(String name, String selector, Rule... ingress) {
    return policy(name, null, selector, false, List.of(ingress), List.of());
  }

  static Policy orderedPolicy(String name, @Nullable Double order, String selector) {
    return policy(name, order, selector, false, List.of(), List.of());
  }

  static Policy untrackedPolicy(String name, String selector) {
    return policy(name, null, selector, true, List.of(), List.of());
  }

  static Policy policy(
      String name,
      @Nullable Double order,
      String selector,
      boolean untracked,
      List<Rule> ingress,
      List<Rule> egress) {
    return new Policy(
        new Policy.Metadata(name),
        new Policy.Spec(order, selector, ingress, egress, untracked, List.of()));
  }

  /// The policy, asked in these directions only.
  static Policy inDirections(Policy policy, Policy.Direction... types) {
    Policy.Spec spec = policy.spec();
    return new Policy(
        policy.metadata(),
        new Policy.Spec(
            spec.order(),
            spec.selector(),
            spec.ingress(),
            spec.egress(),
            spec.doNotTrack(),
            List.of(types)));
  }

  static Profile profile(
      String name, Map<String, String> labels, List<String> tags, Rule... ingress) {
    return new Profile(
        new Profile.Metadata(name, Labels.copyOf(labels), tags),
        new Profile.Spec(List.of(ingress), List.of()));
  }

  static final Rule DENY = rule(Rule.Action.DENY, Rule.Entity.ANY);
  static final Rule ALLOW = rule(Rule.Action.ALLOW, Rule.Entity.ANY);

  static Rule rule(Rule.Action action, Rule.Entity source) {
    return new Rule(action, null, null, null, null, null, source, Rule.Entity.ANY);
  }

  static Rule allowFrom(String selector) {
    return rule(
        Rule.Action.ALLOW,
        new Rule.Entity(null, null, selector, null, null, null, List.of(), List.of()));
  }

  static Rule allowFromTag(String tag) {
    return rule(
        Rule.Action.ALLOW,
        new Rule.Entity(null, null, null, null, tag, null, List.of(), List.of()));
  }

  /// Allows TCP to a port.
  static Rule allowFrom(String selector, int port) {
    return new Rule(
        Rule.Action.ALLOW,
        null,
        Protocol.Named.TCP,
        null,
        null,
        null,
        new Rule.Entity(null, null, selector, null, null, null, List.of(), List.of()),
        new Rule.Entity(
            null, null, null, null, null, null, List.of(PortRange.single(port)), List.of()));
  }

  // What becomes of rules

  static final RuleSet NO_RULES = new RuleSet(List.of(), List.of(), false);
  static final RuleSet NO_RULES_UNTRACKED = new RuleSet(List.of(), List.of(), true);

  static final ActiveRule ACTIVE_DENY = activeRule(Rule.Action.DENY, side());
  static final ActiveRule ACTIVE_ALLOW = activeRule(Rule.Action.ALLOW, side());
  static final RuleSet DENY_ALL = new RuleSet(List.of(ACTIVE_DENY), List.of(ACTIVE_DENY), false);

  static RuleSet inbound(ActiveRule... rules) {
    return new RuleSet(List.of(rules), List.of(), false);
  }

  static ActiveRule allowFromSets(String... ipSetIds) {
    return activeRule(Rule.Action.ALLOW, side(ipSetIds));
  }

  static ActiveRule activeRule(Rule.Action action, ActiveRule.Side source) {
    return new ActiveRule(action, null, null, null, null, null, source, side());
  }

  static ActiveRule activeTcpRule(String sourceIpSetId, int port) {
    return new ActiveRule(
        Rule.Action.ALLOW,
        null,
        Protocol.Named.TCP,
        null,
        null,
        null,
        side(sourceIpSetId),
        new ActiveRule.Side(
            null, null, List.of(), List.of(), List.of(PortRange.single(port)), List.of()));
  }

  static ActiveRule.Side side(String... ipSetIds) {
    return new ActiveRule.Side(null, null, List.of(ipSetIds), List.of(), List.of(), List.of());
  }

  // The rest

  static Node nodeWithoutBgp(String name) {
    return new Node(new Node.Metadata(name), new Node.Spec(null));
  }

  static Node node(String name, @Nullable String ipv4Address, @Nullable String ipv6Address) {
    Node.Bgp bgp =
        new Node.Bgp(
            null,
            ipv4Address == null ? null : IpPrefix.parse(ipv4Address),
            ipv6Address == null ? null : IpPrefix.parse(ipv6Address));
    return new Node(new Node.Metadata(name), new Node.Spec(bgp));
  }

  static IpPool pool(String cidr, boolean natOutgoing) {
    return new IpPool(
        new IpPool.Metadata(IpPrefix.parse(cidr)), new IpPool.Spec(null, natOutgoing, false));
  }
}
