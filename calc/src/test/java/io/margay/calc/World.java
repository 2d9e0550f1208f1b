package io.margay.calc;

import io.margay.calc.output.NodeUpdate.Encapsulation;
import io.margay.calc.output.NodeUpdate.LocalHostEndpoint;
import io.margay.calc.output.NodeUpdate.LocalWorkload;
import io.margay.calc.output.NodeUpdate.PoolActive;
import io.margay.calc.output.NodeUpdate.VtepActive;
import io.margay.calc.output.RuleSet;
import io.margay.datastore.Key;
import io.margay.model.Resource;
import io.margay.model.ResourceKey;
import io.margay.model.ResourceKey.HostEndpointKey;
import io.margay.model.ResourceKey.WorkloadEndpointKey;
import io.margay.model.Vtep;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import io.margay.net.MacAddress;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/// A named state of the datastore, with what the node must hold then. Each method gives a changed
/// copy, so a world is written down by its difference to another.
final class World {

  /// An empty datastore.
  static final World EMPTY = new World("nothing at all");

  private final String name;
  private final Map<Key<?>, Object> values = new LinkedHashMap<>();

  private final Map<String, Set<IpAddress>> ipSets = new LinkedHashMap<>();
  private final Map<String, RuleSet> policies = new LinkedHashMap<>();
  private final Map<String, RuleSet> profiles = new LinkedHashMap<>();
  private final Map<WorkloadEndpointKey, LocalWorkload> workloads = new LinkedHashMap<>();
  private final Map<HostEndpointKey, LocalHostEndpoint> hostEndpoints = new LinkedHashMap<>();
  private final Map<String, IpAddress> hostAddresses = new LinkedHashMap<>();
  private final Map<String, VtepActive> vteps = new LinkedHashMap<>();
  private final Map<IpPrefix, PoolActive> pools = new LinkedHashMap<>();

  private World(String name) {
    this.name = name;
  }

  private World copy(String newName, Consumer<World> change) {
    World copy = new World(newName);
    copy.values.putAll(values);
    copy.ipSets.putAll(ipSets);
    copy.policies.putAll(policies);
    copy.profiles.putAll(profiles);
    copy.workloads.putAll(workloads);
    copy.hostEndpoints.putAll(hostEndpoints);
    copy.hostAddresses.putAll(hostAddresses);
    copy.vteps.putAll(vteps);
    copy.pools.putAll(pools);
    change.accept(copy);
    return copy;
  }

  private World copy(Consumer<World> change) {
    return copy(name, change);
  }

  World named(String newName) {
    return copy(newName, _ -> {});
  }

  // What the datastore holds

  World with(Resource... resources) {
    return copy(world -> {
      for (Resource resource : resources) {
        world.values.put(new Key.ForResource(resource.key()), resource);
      }
    });
  }

  World with(Key<?> key, Object value) {
    return copy(world -> world.values.put(key, value));
  }

  World without(ResourceKey... keys) {
    return copy(world -> {
      for (ResourceKey key : keys) {
        world.values.remove(new Key.ForResource(key));
      }
    });
  }

  // What the node then holds

  World ipSet(String id, String... members) {
    Set<IpAddress> addresses =
        Arrays.stream(members).map(IpAddress::parse).collect(Collectors.toUnmodifiableSet());
    return copy(world -> world.ipSets.put(id, addresses));
  }

  World noIpSet(String id) {
    return copy(world -> world.ipSets.remove(id));
  }

  World policy(String policy, RuleSet rules) {
    return copy(world -> world.policies.put(policy, rules));
  }

  World noPolicy(String policy) {
    return copy(world -> world.policies.remove(policy));
  }

  World profile(String profile, RuleSet rules) {
    return copy(world -> world.profiles.put(profile, rules));
  }

  World noProfile(String profile) {
    return copy(world -> world.profiles.remove(profile));
  }

  World workload(WorkloadEndpointKey key, LocalWorkload workload) {
    return copy(world -> world.workloads.put(key, workload));
  }

  World noWorkload(WorkloadEndpointKey key) {
    return copy(world -> world.workloads.remove(key));
  }

  World hostEndpoint(HostEndpointKey key, LocalHostEndpoint endpoint) {
    return copy(world -> world.hostEndpoints.put(key, endpoint));
  }

  World noHostEndpoint(HostEndpointKey key) {
    return copy(world -> world.hostEndpoints.remove(key));
  }

  World hostAddress(String node, String address) {
    return copy(world -> world.hostAddresses.put(node, IpAddress.parse(address)));
  }

  World noHostAddress(String node) {
    return copy(world -> world.hostAddresses.remove(node));
  }

  World pool(String cidr, boolean masquerade) {
    return pool(cidr, masquerade, Encapsulation.NONE);
  }

  World pool(String cidr, boolean masquerade, Encapsulation encapsulation) {
    PoolActive pool = new PoolActive(IpPrefix.parse(cidr), masquerade, encapsulation);
    return copy(world -> world.pools.put(pool.cidr(), pool));
  }

  World vtep(String node, boolean local, String mac, String... addresses) {
    Vtep vtep =
        new Vtep(MacAddress.parse(mac), Arrays.stream(addresses).map(IpAddress::parse).toList());
    return copy(world -> world.vteps.put(node, new VtepActive(node, local, vtep)));
  }

  World noVtep(String node) {
    return copy(world -> world.vteps.remove(node));
  }

  World noPool(String cidr) {
    return copy(world -> world.pools.remove(IpPrefix.parse(cidr)));
  }

  Map<Key<?>, Object> values() {
    return values;
  }

  NodeState expected() {
    return new NodeState(
        ipSets, policies, profiles, workloads, hostEndpoints, hostAddresses, vteps, pools);
  }

  @Override
  public String toString() {
    return name;
  }
}
