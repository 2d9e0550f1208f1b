package io.margay.dataplane;

import io.margay.calc.output.NodeUpdate.LocalWorkload;
import io.margay.calc.output.NodeUpdate.PoolActive;
import io.margay.calc.output.NodeUpdate.VtepActive;
import io.margay.calc.output.RuleSet;
import io.margay.kernel.Link;
import io.margay.model.ResourceKey.WorkloadEndpointKey;
import io.margay.model.WorkloadEndpoint.IpNat;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What this node should hold, as the calculation graph told it so far, and which links it has.
/// Nothing here depends on the order in which things were told.
final class NodeState {

  private static final Comparator<WorkloadEndpointKey> BY_TEXT =
      Comparator.comparing(WorkloadEndpointKey::toString);

  private final SortedMap<String, Set<IpAddress>> ipSets = new TreeMap<>();
  private final SortedMap<String, RuleSet> policies = new TreeMap<>();
  private final SortedMap<String, RuleSet> profiles = new TreeMap<>();
  private final Map<WorkloadEndpointKey, LocalWorkload> workloads = new HashMap<>();
  private final SortedMap<String, SortedSet<WorkloadEndpointKey>> byInterface = new TreeMap<>();
  private final SortedMap<IpPrefix, PoolActive> pools = new TreeMap<>();
  private final SortedMap<String, VtepActive> vteps = new TreeMap<>();
  private final SortedMap<String, IpAddress> hostAddresses = new TreeMap<>();
  private final Map<String, Link> links = new TreeMap<>();

  SortedMap<String, Set<IpAddress>> ipSets() {
    return Collections.unmodifiableSortedMap(ipSets);
  }

  void putIpSet(String id, Set<IpAddress> members) {
    ipSets.put(id, new HashSet<>(members));
  }

  void changeIpSet(String id, Set<IpAddress> added, Set<IpAddress> removed) {
    Set<IpAddress> members = ipSets.computeIfAbsent(id, key -> new HashSet<>());
    members.removeAll(removed);
    members.addAll(added);
  }

  void removeIpSet(String id) {
    ipSets.remove(id);
  }

  SortedMap<String, RuleSet> policies() {
    return policies;
  }

  SortedMap<String, RuleSet> profiles() {
    return profiles;
  }

  /// By network.
  SortedMap<IpPrefix, PoolActive> pools() {
    return pools;
  }

  /// By node.
  SortedMap<String, VtepActive> vteps() {
    return vteps;
  }

  /// By node.
  SortedMap<String, IpAddress> hostAddresses() {
    return hostAddresses;
  }

  /// By name.
  Map<String, Link> links() {
    return links;
  }

  Map<WorkloadEndpointKey, LocalWorkload> workloads() {
    return Collections.unmodifiableMap(workloads);
  }

  /// @return the interfaces concerned: the one it has now, and one it had before
  Set<String> putWorkload(WorkloadEndpointKey key, LocalWorkload workload) {
    Set<String> concerned = removeWorkload(key);
    workloads.put(key, workload);
    byInterface.computeIfAbsent(workload.interfaceName(), name -> new TreeSet<>(BY_TEXT)).add(key);
    concerned.add(workload.interfaceName());
    return concerned;
  }

  /// @return the interface concerned, if any
  Set<String> removeWorkload(WorkloadEndpointKey key) {
    Set<String> concerned = new TreeSet<>();
    LocalWorkload before = workloads.remove(key);
    if (before != null) {
      String name = before.interfaceName();
      concerned.add(name);
      byInterface.computeIfPresent(
          name,
          (same, keys) -> {
            keys.remove(key);
            return keys.isEmpty() ? null : keys;
          });
    }
    return concerned;
  }

  /// The interfaces that workloads have.
  Set<String> workloadInterfaces() {
    return Collections.unmodifiableSet(byInterface.keySet());
  }

  /// Which endpoint an interface belongs to: if several claim it, the first by name.
  @Nullable WorkloadEndpointKey ownerOf(String interfaceName) {
    SortedSet<WorkloadEndpointKey> keys = byInterface.get(interfaceName);
    return keys == null ? null : keys.getFirst();
  }

  /// Every endpoint that claims the interface.
  Set<WorkloadEndpointKey> claimantsOf(String interfaceName) {
    SortedSet<WorkloadEndpointKey> keys = byInterface.get(interfaceName);
    return keys == null ? Set.of() : Collections.unmodifiableSet(keys);
  }

  @Nullable LocalWorkload workloadOn(String interfaceName) {
    WorkloadEndpointKey owner = ownerOf(interfaceName);
    return owner == null ? null : workloads.get(owner);
  }

  /// Floating addresses of those workloads that own their interface.
  List<IpNat> nats() {
    List<IpNat> nats = new ArrayList<>();
    for (String name : byInterface.keySet()) {
      LocalWorkload workload = workloadOn(name);
      if (workload != null) {
        nats.addAll(workload.nats());
      }
    }
    return nats;
  }
}
