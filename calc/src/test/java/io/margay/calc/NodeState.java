package io.margay.calc;

import io.margay.calc.output.NodeUpdate.LocalHostEndpoint;
import io.margay.calc.output.NodeUpdate.LocalWorkload;
import io.margay.calc.output.NodeUpdate.PoolActive;
import io.margay.calc.output.NodeUpdate.VtepActive;
import io.margay.calc.output.RuleSet;
import io.margay.model.ResourceKey.HostEndpointKey;
import io.margay.model.ResourceKey.WorkloadEndpointKey;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import java.util.Map;
import java.util.Set;

/// All that a node holds at one time.
record NodeState(
    Map<String, Set<IpAddress>> ipSets,
    Map<String, RuleSet> policies,
    Map<String, RuleSet> profiles,
    Map<WorkloadEndpointKey, LocalWorkload> workloads,
    Map<HostEndpointKey, LocalHostEndpoint> hostEndpoints,
    Map<String, IpAddress> hostAddresses,
    Map<String, VtepActive> vteps,
    Map<IpPrefix, PoolActive> pools) {

  NodeState {
    ipSets = Map.copyOf(ipSets);
    policies = Map.copyOf(policies);
    profiles = Map.copyOf(profiles);
    workloads = Map.copyOf(workloads);
    hostEndpoints = Map.copyOf(hostEndpoints);
    hostAddresses = Map.copyOf(hostAddresses);
    vteps = Map.copyOf(vteps);
    pools = Map.copyOf(pools);
  }
}
