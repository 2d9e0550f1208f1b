package io.margay.dataplane;

import io.margay.calc.output.ActiveRule;
import io.margay.calc.output.NodeUpdate.LocalHostEndpoint;
import io.margay.calc.output.NodeUpdate.LocalWorkload;
import io.margay.calc.output.RuleSet;
import io.margay.dataplane.DataplaneView.EndpointView;
import io.margay.dataplane.DataplaneView.PolicyChain;
import io.margay.dataplane.DataplaneView.PolicyView;
import io.margay.dataplane.DataplaneView.SetView;
import io.margay.dataplane.config.DataplaneConfig;
import io.margay.dataplane.rules.ChainNames;
import io.margay.dataplane.rules.PolicyChains;
import io.margay.dataplane.rules.SetNames;
import io.margay.kernel.iptables.Table;
import io.margay.model.ResourceKey.HostEndpointKey;
import io.margay.model.ResourceKey.WorkloadEndpointKey;
import io.margay.net.IpFamily;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/// Puts together what people see of a dataplane. Changes nothing.
record DataplaneViews(
    DataplaneConfig config,
    NodeState node,
    HostEndpoints hostEndpoints,
    WorkloadStatuses statuses,
    HostEndpointStatuses hostStatuses) {

  DataplaneView view() {
    List<EndpointView> endpoints = new ArrayList<>();
    Set<WorkloadEndpointKey> workloads =
        new TreeSet<>(Comparator.comparing(WorkloadEndpointKey::toString));
    workloads.addAll(node.workloads().keySet());
    workloads.addAll(statuses.known());
    workloads.forEach(key -> endpoints.add(workload(key)));
    hostEndpoints.endpoints().forEach((key, endpoint) -> endpoints.add(host(key, endpoint)));
    List<PolicyView> policies = new ArrayList<>();
    node.policies().forEach((name, rules) -> policies.add(policy(name, rules)));
    return new DataplaneView(endpoints, policies, sets());
  }

  private EndpointView workload(WorkloadEndpointKey key) {
    LocalWorkload workload = node.workloads().get(key);
    String id = key.orchestrator() + "/" + key.workload() + "/" + key.name();
    if (workload == null) {
      return new EndpointView(
          key.name(),
          id,
          List.of(),
          statuses.statusOf(key),
          statuses.reasonOf(key),
          List.of(),
          List.of(),
          List.of(),
          List.of(),
          List.of());
    }
    String name = workload.interfaceName();
    return new EndpointView(
        key.name(),
        id,
        List.of(name),
        statuses.statusOf(key),
        statuses.reasonOf(key),
        workload.networks().stream().map(Object::toString).toList(),
        List.of(),
        workload.policies().names(),
        workload.profiles(),
        List.of(ChainNames.toWorkload(name), ChainNames.fromWorkload(name)));
  }

  private EndpointView host(HostEndpointKey key, LocalHostEndpoint endpoint) {
    List<String> interfaces = List.copyOf(hostEndpoints.interfacesOf(key));
    return new EndpointView(
        key.name(),
        "host/" + key.name(),
        interfaces,
        hostStatuses.statusOf(key),
        hostStatuses.reasonOf(key),
        endpoint.expectedIps().stream().map(Object::toString).toList(),
        endpoint.untrackedPolicies().names(),
        endpoint.policies().names(),
        endpoint.profiles(),
        interfaces.stream()
            .flatMap(name ->
                Stream.of(ChainNames.fromHostEndpoint(name), ChainNames.toHostEndpoint(name)))
            .toList());
  }

  private PolicyView policy(String name, RuleSet rules) {
    Table table = rules.untracked() ? Table.RAW : Table.FILTER;
    List<PolicyChain> chains = new ArrayList<>();
    for (IpFamily family : config.families()) {
      PolicyChains renderer = new PolicyChains(config, family);
      chains.add(
          chain(
              renderer, family, table, "ingress", ChainNames.policyInbound(name), rules.inbound()));
      chains.add(
          chain(
              renderer,
              family,
              table,
              "egress",
              ChainNames.policyOutbound(name),
              rules.outbound()));
    }
    return new PolicyView(name, chains);
  }

  private static PolicyChain chain(
      PolicyChains renderer,
      IpFamily family,
      Table table,
      String direction,
      String chain,
      List<ActiveRule> rules) {
    return new PolicyChain(
        family,
        table,
        direction,
        chain,
        rules.stream().map(rule -> rule.action().toString()).toList(),
        renderer.bodies(rules));
  }

  private List<SetView> sets() {
    List<SetView> sets = new ArrayList<>();
    node.ipSets()
        .forEach((id, members) ->
            sets.add(
                new SetView(
                    id,
                    config.families().stream().map(family -> SetNames.of(family, id)).toList(),
                    members.size(),
                    node.policies().entrySet().stream()
                        .filter(policy -> refersTo(policy.getValue(), id))
                        .map(policy -> policy.getKey())
                        .toList())));
    return sets;
  }

  private static boolean refersTo(RuleSet rules, String id) {
    return Stream.concat(rules.inbound().stream(), rules.outbound().stream())
        .flatMap(rule -> Stream.of(rule.source(), rule.destination()))
        .anyMatch(side -> side.ipSetIds().contains(id) || side.notIpSetIds().contains(id));
  }
}
