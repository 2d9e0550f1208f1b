package io.margay.calc;

import io.margay.calc.output.NodeUpdate;
import io.margay.calc.output.NodeUpdate.HostAddressActive;
import io.margay.calc.output.NodeUpdate.HostAddressInactive;
import io.margay.calc.output.NodeUpdate.HostEndpointActive;
import io.margay.calc.output.NodeUpdate.HostEndpointInactive;
import io.margay.calc.output.NodeUpdate.IpSetActive;
import io.margay.calc.output.NodeUpdate.IpSetChanged;
import io.margay.calc.output.NodeUpdate.IpSetInactive;
import io.margay.calc.output.NodeUpdate.LocalHostEndpoint;
import io.margay.calc.output.NodeUpdate.LocalWorkload;
import io.margay.calc.output.NodeUpdate.PolicyActive;
import io.margay.calc.output.NodeUpdate.PolicyInactive;
import io.margay.calc.output.NodeUpdate.PoolActive;
import io.margay.calc.output.NodeUpdate.PoolInactive;
import io.margay.calc.output.NodeUpdate.ProfileActive;
import io.margay.calc.output.NodeUpdate.ProfileInactive;
import io.margay.calc.output.NodeUpdate.VtepActive;
import io.margay.calc.output.NodeUpdate.VtepInactive;
import io.margay.calc.output.NodeUpdate.WorkloadEndpointActive;
import io.margay.calc.output.NodeUpdate.WorkloadEndpointInactive;
import io.margay.calc.output.RuleSet;
import io.margay.model.ResourceKey.HostEndpointKey;
import io.margay.model.ResourceKey.WorkloadEndpointKey;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/// Gathers the results of the calculations and tells them in batches: nothing that the reader has
/// already, what was done and undone not at all, and in an order in which nothing refers to what is
/// not there. Within one kind of update the order is that of the names, so that equal states are
/// told in equal order.
final class EventSequencer {

  /// What changes in a set whose other members the reader knows.
  private static final class MemberChanges {
    final Set<IpAddress> added = new HashSet<>();
    final Set<IpAddress> removed = new HashSet<>();

    boolean isEmpty() {
      return added.isEmpty() && removed.isEmpty();
    }
  }

  private final Set<String> toldIpSets = new HashSet<>();
  private final TreeMap<String, MemberChanges> memberChanges = new TreeMap<>();
  private final TreeSet<String> ipSetsGone = new TreeSet<>();

  private final Outgoing<String, RuleSet> policies = new Outgoing<>(Comparator.naturalOrder());
  private final Outgoing<String, RuleSet> profiles = new Outgoing<>(Comparator.naturalOrder());
  private final Outgoing<WorkloadEndpointKey, LocalWorkload> workloads =
      new Outgoing<>(Comparator.comparing(WorkloadEndpointKey::toString));
  private final Outgoing<HostEndpointKey, LocalHostEndpoint> hostEndpoints =
      new Outgoing<>(Comparator.comparing(HostEndpointKey::toString));
  private final Outgoing<String, IpAddress> hostAddresses =
      new Outgoing<>(Comparator.naturalOrder());
  private final Outgoing<String, VtepActive> vteps = new Outgoing<>(Comparator.naturalOrder());
  private final Outgoing<IpPrefix, PoolActive> pools = new Outgoing<>(Comparator.naturalOrder());

  // IP sets. The membership says of a set at most once per batch that it is new, or that it goes.

  void ipSet(String id) {
    memberChanges.put(id, new MemberChanges());
  }

  void memberAdded(String id, IpAddress address) {
    MemberChanges changes = memberChanges.computeIfAbsent(id, _ -> new MemberChanges());
    if (!changes.removed.remove(address)) {
      changes.added.add(address);
    }
  }

  void memberRemoved(String id, IpAddress address) {
    MemberChanges changes = memberChanges.computeIfAbsent(id, _ -> new MemberChanges());
    if (!changes.added.remove(address)) {
      changes.removed.add(address);
    }
  }

  void ipSetGone(String id) {
    memberChanges.remove(id);
    ipSetsGone.add(id);
  }

  // All else

  void policy(String name, RuleSet rules) {
    policies.put(name, rules);
  }

  void policyGone(String name) {
    policies.remove(name);
  }

  void profile(String name, RuleSet rules) {
    profiles.put(name, rules);
  }

  void profileGone(String name) {
    profiles.remove(name);
  }

  void workload(WorkloadEndpointKey key, LocalWorkload workload) {
    workloads.put(key, workload);
  }

  void workloadGone(WorkloadEndpointKey key) {
    workloads.remove(key);
  }

  void hostEndpoint(HostEndpointKey key, LocalHostEndpoint endpoint) {
    hostEndpoints.put(key, endpoint);
  }

  void hostEndpointGone(HostEndpointKey key) {
    hostEndpoints.remove(key);
  }

  void hostAddress(String node, IpAddress address) {
    hostAddresses.put(node, address);
  }

  void hostAddressGone(String node) {
    hostAddresses.remove(node);
  }

  void vtep(VtepActive vtep) {
    vteps.put(vtep.node(), vtep);
  }

  void vtepGone(String node) {
    vteps.remove(node);
  }

  void pool(PoolActive pool) {
    pools.put(pool.cidr(), pool);
  }

  void poolGone(IpPrefix cidr) {
    pools.remove(cidr);
  }

  /// Tells what has changed since the last flush: what is referred to before what refers to it, and
  /// removals the other way round.
  void flush(Consumer<NodeUpdate> out) {
    flushMembers(out);
    policies.tellChanged((name, rules) -> out.accept(new PolicyActive(name, rules)));
    profiles.tellChanged((name, rules) -> out.accept(new ProfileActive(name, rules)));
    workloads.tellChanged((key, value) -> out.accept(new WorkloadEndpointActive(key, value)));
    hostEndpoints.tellChanged((key, value) -> out.accept(new HostEndpointActive(key, value)));

    workloads.tellGone(key -> out.accept(new WorkloadEndpointInactive(key)));
    hostEndpoints.tellGone(key -> out.accept(new HostEndpointInactive(key)));
    profiles.tellGone(name -> out.accept(new ProfileInactive(name)));
    policies.tellGone(name -> out.accept(new PolicyInactive(name)));
    ipSetsGone.forEach(id -> out.accept(new IpSetInactive(id)));
    toldIpSets.removeAll(ipSetsGone);
    ipSetsGone.clear();

    hostAddresses.tellGone(node -> out.accept(new HostAddressInactive(node)));
    hostAddresses.tellChanged((node, at) -> out.accept(new HostAddressActive(node, at)));
    vteps.tellGone(node -> out.accept(new VtepInactive(node)));
    vteps.tellChanged((_, vtep) -> out.accept(vtep));
    pools.tellGone(cidr -> out.accept(new PoolInactive(cidr)));
    pools.tellChanged((_, pool) -> out.accept(pool));
  }

  private void flushMembers(Consumer<NodeUpdate> out) {
    memberChanges.forEach((id, changes) -> {
      if (toldIpSets.add(id)) {
        out.accept(new IpSetActive(id, changes.added));
      } else if (!changes.isEmpty()) {
        out.accept(new IpSetChanged(id, changes.added, changes.removed));
      }
    });
    memberChanges.clear();
  }

  int policyCount() {
    return policies.size();
  }

  int profileCount() {
    return profiles.size();
  }

  int hostAddressCount() {
    return hostAddresses.size();
  }

  int poolCount() {
    return pools.size();
  }
}
