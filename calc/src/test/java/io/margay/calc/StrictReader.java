package io.margay.calc;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.calc.output.ActiveRule;
import io.margay.calc.output.AskedPolicies;
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
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/// Adds up what a graph tells, as a dataplane does, and bears nothing superfluous: no update that
/// changes nothing, no two about one thing in a flush, none out of order, none that refers to what
/// is not there or takes away what is referred to.
final class StrictReader {

  private final Map<String, Set<IpAddress>> ipSets = new HashMap<>();
  private final Map<String, RuleSet> policies = new HashMap<>();
  private final Map<String, RuleSet> profiles = new HashMap<>();
  private final Map<WorkloadEndpointKey, LocalWorkload> workloads = new HashMap<>();
  private final Map<HostEndpointKey, LocalHostEndpoint> hostEndpoints = new HashMap<>();
  private final Map<String, IpAddress> hostAddresses = new HashMap<>();
  private final Map<String, VtepActive> vteps = new HashMap<>();
  private final Map<IpPrefix, PoolActive> pools = new HashMap<>();

  private int lastPlace;
  private final Set<Object> told = new HashSet<>();
  private int updates;

  /// Reads one flush.
  void read(CalculationGraph graph) {
    lastPlace = 0;
    told.clear();
    graph.flush(update -> {
      updates++;
      int place = placeInFlush(update);
      assertThat(place).as("place of %s in the flush", update).isGreaterThanOrEqualTo(lastPlace);
      lastPlace = place;
      read(update);
    });
  }

  /// How many updates it has read.
  int updateCount() {
    return updates;
  }

  NodeState state() {
    Map<String, Set<IpAddress>> copies = new HashMap<>();
    ipSets.forEach((id, members) -> copies.put(id, Set.copyOf(members)));
    return new NodeState(
        copies, policies, profiles, workloads, hostEndpoints, hostAddresses, vteps, pools);
  }

  private static int placeInFlush(NodeUpdate update) {
    return switch (update) {
      case IpSetActive _, IpSetChanged _ -> 1;
      case PolicyActive _ -> 2;
      case ProfileActive _ -> 3;
      case WorkloadEndpointActive _, HostEndpointActive _ -> 4;
      case WorkloadEndpointInactive _, HostEndpointInactive _ -> 5;
      case ProfileInactive _ -> 6;
      case PolicyInactive _ -> 7;
      case IpSetInactive _ -> 8;
      case HostAddressInactive _ -> 9;
      case HostAddressActive _ -> 10;
      case VtepInactive _ -> 11;
      case VtepActive _ -> 12;
      case PoolInactive _ -> 13;
      case PoolActive _ -> 14;
    };
  }

  private void read(NodeUpdate update) {
    switch (update) {
      case IpSetActive(String id, Set<IpAddress> members) -> {
        onlyOnce("set " + id);
        assertThat(ipSets).as("%s", update).doesNotContainKey(id);
        ipSets.put(id, new HashSet<>(members));
      }
      case IpSetChanged(String id, Set<IpAddress> added, Set<IpAddress> removed) -> {
        onlyOnce("set " + id);
        assertThat(ipSets).as("%s", update).containsKey(id);
        assertThat(added.size() + removed.size()).as("size of %s", update).isPositive();
        for (IpAddress address : added) {
          assertThat(ipSets.get(id).add(address)).as("%s is new in %s", address, update).isTrue();
        }
        for (IpAddress address : removed) {
          assertThat(ipSets.get(id).remove(address)).as("%s goes by %s", address, update).isTrue();
        }
      }
      case IpSetInactive(String id) -> {
        onlyOnce("set " + id);
        assertThat(policies.values()).as("%s", update).noneMatch(it -> uses(it).contains(id));
        assertThat(profiles.values()).as("%s", update).noneMatch(it -> uses(it).contains(id));
        remove(ipSets, id);
      }
      case PolicyActive(String name, RuleSet rules) -> {
        refersTo(ipSets, uses(rules), update);
        onlyOnce("policy " + name);
        put(policies, name, rules);
      }
      case PolicyInactive(String name) -> {
        onlyOnce("policy " + name);
        assertThat(workloads.values())
            .as("%s", update)
            .noneMatch(it -> it.policies().contains(name));
        assertThat(hostEndpoints.values())
            .as("%s", update)
            .noneMatch(it -> it.policies().contains(name))
            .noneMatch(it -> it.untrackedPolicies().contains(name));
        remove(policies, name);
      }
      case ProfileActive(String name, RuleSet rules) -> {
        onlyOnce("profile " + name);
        refersTo(ipSets, uses(rules), update);
        put(profiles, name, rules);
      }
      case ProfileInactive(String name) -> {
        onlyOnce("profile " + name);
        assertThat(workloads.values())
            .as("%s", update)
            .noneMatch(it -> it.profiles().contains(name));
        assertThat(hostEndpoints.values())
            .as("%s", update)
            .noneMatch(it -> it.profiles().contains(name));
        remove(profiles, name);
      }
      case WorkloadEndpointActive(WorkloadEndpointKey key, LocalWorkload workload) -> {
        onlyOnce(key);
        refersToWhatIsThere(update, workload.policies(), workload.profiles());
        put(workloads, key, workload);
      }
      case WorkloadEndpointInactive(WorkloadEndpointKey key) -> {
        onlyOnce(key);
        remove(workloads, key);
      }
      case HostEndpointActive(HostEndpointKey key, LocalHostEndpoint endpoint) -> {
        onlyOnce(key);
        refersToWhatIsThere(update, endpoint.policies(), endpoint.profiles());
        refersToWhatIsThere(update, endpoint.untrackedPolicies(), List.of());
        put(hostEndpoints, key, endpoint);
      }
      case HostEndpointInactive(HostEndpointKey key) -> {
        onlyOnce(key);
        remove(hostEndpoints, key);
      }
      case HostAddressActive(String node, IpAddress address) -> {
        onlyOnce("node " + node);
        put(hostAddresses, node, address);
      }
      case HostAddressInactive(String node) -> {
        onlyOnce("node " + node);
        remove(hostAddresses, node);
      }
      case VtepActive vtep -> {
        onlyOnce("vtep " + vtep.node());
        put(vteps, vtep.node(), vtep);
      }
      case VtepInactive(String node) -> {
        onlyOnce("vtep " + node);
        remove(vteps, node);
      }
      case PoolActive pool -> {
        onlyOnce(pool.cidr());
        put(pools, pool.cidr(), pool);
      }
      case PoolInactive(IpPrefix cidr) -> {
        onlyOnce(cidr);
        remove(pools, cidr);
      }
    }
  }

  private void onlyOnce(Object what) {
    assertThat(told.add(what)).as("%s told once in a flush", what).isTrue();
  }

  private void refersToWhatIsThere(
      NodeUpdate update, AskedPolicies asked, Collection<String> profileNames) {
    refersTo(policies, asked.ingress(), update);
    refersTo(policies, asked.egress(), update);
    refersTo(profiles, profileNames, update);
  }

  private static void refersTo(Map<String, ?> what, Collection<String> names, NodeUpdate update) {
    assertThat(what.keySet().containsAll(names)).as("%s refers to what is there", update).isTrue();
  }

  private static <K, V> void put(Map<K, V> values, K key, V value) {
    V before = values.put(key, value);
    assertThat(value).as("new value of %s", key).isNotEqualTo(before);
  }

  private static <K, V> void remove(Map<K, V> values, K key) {
    assertThat(values.remove(key)).as("value removed of %s", key).isNotNull();
  }

  private static List<String> uses(RuleSet rules) {
    return Stream.concat(rules.inbound().stream(), rules.outbound().stream())
        .flatMap(rule -> Stream.of(rule.source(), rule.destination()))
        .flatMap((ActiveRule.Side side) ->
            Stream.concat(side.ipSetIds().stream(), side.notIpSetIds().stream()))
        .toList();
  }
}
