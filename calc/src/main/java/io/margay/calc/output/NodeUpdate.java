package io.margay.calc.output;

import io.margay.model.QosControls;
import io.margay.model.ResourceKey.HostEndpointKey;
import io.margay.model.ResourceKey.WorkloadEndpointKey;
import io.margay.model.Vtep;
import io.margay.model.WorkloadEndpoint;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import io.margay.net.MacAddress;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One difference to what this node should hold.
///
/// Within one flush the order is: new sets and their members, policies, profiles, endpoints; then
/// removals of endpoints, profiles, policies, sets. So nothing ever refers to what is not there.
public sealed interface NodeUpdate {

  /// A set of addresses is needed; these are all its members.
  ///
  /// @param id `s:` (selector) or `t:` (tag) and a hash
  record IpSetActive(String id, Set<IpAddress> members) implements NodeUpdate {
    public IpSetActive {
      members = Set.copyOf(members);
    }
  }

  /// Members of an active set changed.
  record IpSetChanged(String id, Set<IpAddress> added, Set<IpAddress> removed)
      implements NodeUpdate {
    public IpSetChanged {
      added = Set.copyOf(added);
      removed = Set.copyOf(removed);
    }
  }

  record IpSetInactive(String id) implements NodeUpdate {}

  /// A policy selects a local endpoint, or the rules of such a policy changed.
  record PolicyActive(String name, RuleSet rules) implements NodeUpdate {}

  record PolicyInactive(String name) implements NodeUpdate {}

  /// A local endpoint names the profile, or its rules changed. A profile that does not exist denies
  /// in both directions.
  record ProfileActive(String name, RuleSet rules) implements NodeUpdate {}

  record ProfileInactive(String name) implements NodeUpdate {}

  /// A local workload endpoint is new or changed.
  record WorkloadEndpointActive(WorkloadEndpointKey key, LocalWorkload workload)
      implements NodeUpdate {}

  record WorkloadEndpointInactive(WorkloadEndpointKey key) implements NodeUpdate {}

  /// A local host endpoint is new or changed.
  record HostEndpointActive(HostEndpointKey key, LocalHostEndpoint endpoint)
      implements NodeUpdate {}

  record HostEndpointInactive(HostEndpointKey key) implements NodeUpdate {}

  /// @param address the IPv4 address that the node has for Felix
  record HostAddressActive(String node, IpAddress address) implements NodeUpdate {}

  record HostAddressInactive(String node) implements NodeUpdate {}

  /// A node can be reached by VXLAN.
  ///
  /// @param local whether it is this node
  record VtepActive(String node, boolean local, Vtep vtep) implements NodeUpdate {}

  record VtepInactive(String node) implements NodeUpdate {}

  /// @param cidr masked
  /// @param encapsulation how some packets to its addresses travel between hosts
  record PoolActive(IpPrefix cidr, boolean masquerade, Encapsulation encapsulation)
      implements NodeUpdate {

    /// A pool whose packets travel as they are.
    public PoolActive(IpPrefix cidr, boolean masquerade) {
      this(cidr, masquerade, Encapsulation.NONE);
    }
  }

  /// What packets between hosts are wrapped in.
  enum Encapsulation {
    NONE,
    IPIP,
    VXLAN
  }

  record PoolInactive(IpPrefix cidr) implements NodeUpdate {}

  /// A workload of this node, with the policies that apply to it.
  ///
  /// @param active whether the orchestrator has it in service
  /// @param policies untracked ones are left out
  /// @param profiles names, in the order in which they are asked
  /// @param qosControls null for no limits
  record LocalWorkload(
      String interfaceName,
      boolean active,
      @Nullable MacAddress mac,
      List<IpPrefix> networks,
      List<WorkloadEndpoint.IpNat> nats,
      AskedPolicies policies,
      List<String> profiles,
      @Nullable QosControls qosControls) {
    public LocalWorkload {
      networks = List.copyOf(networks);
      nats = List.copyOf(nats);
      profiles = List.copyOf(profiles);
    }

    /// A workload without limits.
    public LocalWorkload(
        String interfaceName,
        boolean active,
        @Nullable MacAddress mac,
        List<IpPrefix> networks,
        List<WorkloadEndpoint.IpNat> nats,
        AskedPolicies policies,
        List<String> profiles) {
      this(interfaceName, active, mac, networks, nats, policies, profiles, null);
    }
  }

  /// A host endpoint of this node, with the policies that apply to it.
  ///
  /// @param untrackedPolicies those that decide before connection tracking
  record LocalHostEndpoint(
      @Nullable String interfaceName,
      List<IpAddress> expectedIps,
      AskedPolicies policies,
      AskedPolicies untrackedPolicies,
      List<String> profiles) {
    public LocalHostEndpoint {
      expectedIps = List.copyOf(expectedIps);
      profiles = List.copyOf(profiles);
    }
  }
}
