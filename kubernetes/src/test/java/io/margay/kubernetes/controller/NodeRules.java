package io.margay.kubernetes.controller;

import io.margay.calc.output.ActiveRule;
import io.margay.calc.output.NodeUpdate;
import io.margay.calc.output.NodeUpdate.LocalWorkload;
import io.margay.calc.output.RuleSet;
import io.margay.kubernetes.table.NetworkPolicyTable.Port;
import io.margay.model.Protocol;
import io.margay.model.Rule.Action;
import io.margay.net.IpAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What a node was told to hold, and what becomes of a packet by it: policies one after the other,
/// denied if there are some and none decides; without any, profiles; denied in the end.
final class NodeRules {

  record Packet(IpAddress source, IpAddress destination, Port port) {}

  private final Map<String, Set<IpAddress>> ipSets = new HashMap<>();
  private final Map<String, RuleSet> policies = new HashMap<>();
  private final Map<String, RuleSet> profiles = new HashMap<>();
  private final Map<String, LocalWorkload> workloads = new HashMap<>();

  /// Takes in what a node is told at its start.
  void take(NodeUpdate update) {
    switch (update) {
      case NodeUpdate.IpSetActive(var id, var members) -> ipSets.put(id, members);
      case NodeUpdate.PolicyActive(var name, var rules) -> policies.put(name, rules);
      case NodeUpdate.ProfileActive(var name, var rules) -> profiles.put(name, rules);
      case NodeUpdate.WorkloadEndpointActive(var key, var workload) ->
          workloads.put(key.workload(), workload);
      case NodeUpdate _ -> throw new IllegalArgumentException("unexpected: " + update);
    }
  }

  /// @param ingress whether the packet is on its way to the workload
  boolean allows(String workload, boolean ingress, Packet packet) {
    LocalWorkload local = workloads.get(workload);
    List<String> asked = ingress ? local.policies().ingress() : local.policies().egress();
    boolean isPolicy = !asked.isEmpty();
    for (String name : isPolicy ? asked : local.profiles()) {
      RuleSet rules = isPolicy ? policies.get(name) : profiles.get(name);
      for (ActiveRule rule : ingress ? rules.inbound() : rules.outbound()) {
        if (matches(rule, packet)) {
          if (rule.action() != Action.ALLOW && rule.action() != Action.DENY) {
            throw new IllegalArgumentException("a policy of Kubernetes has no such rule: " + rule);
          }
          return rule.action() == Action.ALLOW;
        }
      }
    }
    return false;
  }

  private boolean matches(ActiveRule rule, Packet packet) {
    if (rule.notProtocol() != null || rule.icmp() != null || rule.notIcmp() != null) {
      throw new IllegalArgumentException("a policy of Kubernetes has no such rule: " + rule);
    }
    return (rule.ipVersion() == null || rule.ipVersion() == packet.source.family())
        && (rule.protocol() == null
            || rule.protocol().number() == Protocol.parse(packet.port.protocol()).number())
        && rule.source().ports().isEmpty()
        && matches(rule.source(), packet.source, packet.port)
        && matches(rule.destination(), packet.destination, packet.port);
  }

  private boolean matches(ActiveRule.Side side, IpAddress address, Port port) {
    return (side.net() == null || side.net().contains(address))
        && (side.notNet() == null || !side.notNet().contains(address))
        && side.ipSetIds().stream().allMatch(id -> ipSets.get(id).contains(address))
        && side.notIpSetIds().stream().noneMatch(id -> ipSets.get(id).contains(address))
        && (side.ports().isEmpty()
            || side.ports().stream()
                .anyMatch(range -> range.first() <= port.number() && port.number() <= range.last()))
        && side.notPorts().isEmpty();
  }
}
