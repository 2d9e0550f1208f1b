package io.margay.calc;

import io.margay.calc.Endpoint.Host;
import io.margay.calc.Endpoint.Workload;
import io.margay.calc.output.AskedPolicies;
import io.margay.calc.output.NodeUpdate.LocalHostEndpoint;
import io.margay.calc.output.NodeUpdate.LocalWorkload;
import io.margay.model.HostEndpoint;
import io.margay.model.Policy;
import io.margay.model.Policy.Direction;
import io.margay.model.ResourceKey;
import io.margay.model.WorkloadEndpoint;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/// Puts the policies of each local endpoint in the order in which they are asked: lowest order
/// first, those without one last, equal ones by the bytes of their names.
final class PolicyOrder {

  /// @param order infinite for a policy that has none
  private record Position(String name, double order, boolean untracked, List<Direction> types)
      implements Comparable<Position> {

    private static final Comparator<Position> ORDER =
        Comparator.comparingDouble(Position::order)
            .thenComparing(
                position -> position.name.getBytes(StandardCharsets.UTF_8),
                Arrays::compareUnsigned);

    static Position of(String name, Policy.Spec policy) {
      // Adding zero makes -0.0 the 0.0 that it is equal to as a number.
      double order = policy.order() == null ? Double.POSITIVE_INFINITY : policy.order() + 0.0;
      return new Position(
          name,
          order,
          policy.doNotTrack(),
          Stream.of(Direction.values()).filter(policy::appliesTo).toList());
    }

    @Override
    public int compareTo(Position other) {
      return ORDER.compare(this, other);
    }
  }

  private final EventSequencer sequencer;

  private final Map<ResourceKey, Endpoint> endpoints = new HashMap<>();
  private final Map<String, Position> positions = new HashMap<>();
  private final Map<ResourceKey, Set<String>> policiesOf = new HashMap<>();
  private final Map<String, Set<ResourceKey>> endpointsOf = new HashMap<>();

  /// Endpoints that have changed, or whose policies have.
  private final Set<ResourceKey> unsettled = new HashSet<>();

  PolicyOrder(EventSequencer sequencer) {
    this.sequencer = sequencer;
  }

  void onEndpoint(Endpoint endpoint) {
    endpoints.put(endpoint.key(), endpoint);
    unsettled.add(endpoint.key());
  }

  void onEndpointGone(ResourceKey key) {
    switch (endpoints.remove(key)) {
      case Workload(var workloadKey, _) -> sequencer.workloadGone(workloadKey);
      case Host(var hostKey, _) -> sequencer.hostEndpointGone(hostKey);
      case null -> {}
    }
  }

  void onPolicy(String name, Policy.Spec policy) {
    Position now = Position.of(name, policy);
    if (!now.equals(positions.put(name, now))) {
      unsettled.addAll(endpointsOf.getOrDefault(name, Set.of()));
    }
  }

  /// Its matches have stopped before.
  void onPolicyGone(String name) {
    positions.remove(name);
  }

  void onMatchStarted(String policy, ResourceKey endpoint) {
    policiesOf.computeIfAbsent(endpoint, _ -> new HashSet<>()).add(policy);
    endpointsOf.computeIfAbsent(policy, _ -> new HashSet<>()).add(endpoint);
    unsettled.add(endpoint);
  }

  void onMatchStopped(String policy, ResourceKey endpoint) {
    removeFrom(policiesOf, endpoint, policy);
    removeFrom(endpointsOf, policy, endpoint);
    unsettled.add(endpoint);
  }

  private static <K, V> void removeFrom(Map<K, Set<V>> sets, K key, V value) {
    sets.computeIfPresent(
        key,
        (_, values) -> {
          values.remove(value);
          return values.isEmpty() ? null : values;
        });
  }

  /// Tells of the endpoints that have changed since the last time.
  void settle() {
    for (ResourceKey key : unsettled) {
      Endpoint endpoint = endpoints.get(key);
      if (endpoint == null) {
        continue; // it went, and its policies stopped to match
      }
      List<Position> policies =
          policiesOf.getOrDefault(key, Set.of()).stream()
              .map(name -> Objects.requireNonNull(positions.get(name)))
              .sorted()
              .toList();
      switch (endpoint) {
        case Workload(var workloadKey, WorkloadEndpoint workload) ->
            sequencer.workload(workloadKey, local(workload, policies));
        case Host(var hostKey, HostEndpoint host) ->
            sequencer.hostEndpoint(hostKey, local(host, policies));
      }
    }
    unsettled.clear();
  }

  /// An untracked policy means nothing to a workload: it would have to decide before the packet is
  /// known to be the workload's.
  private static LocalWorkload local(WorkloadEndpoint workload, List<Position> policies) {
    WorkloadEndpoint.Spec spec = workload.spec();
    return new LocalWorkload(
        Objects.requireNonNull(spec.interfaceName()),
        workload.state().equals(WorkloadEndpoint.ACTIVE),
        spec.mac(),
        spec.ipNetworks(),
        spec.ipNats(),
        asked(policies, false),
        spec.profiles(),
        spec.qosControls());
  }

  private static LocalHostEndpoint local(HostEndpoint host, List<Position> policies) {
    HostEndpoint.Spec spec = host.spec();
    return new LocalHostEndpoint(
        spec.interfaceName(),
        spec.expectedIps(),
        asked(policies, false),
        asked(policies, true),
        spec.profiles());
  }

  private static AskedPolicies asked(List<Position> policies, boolean untracked) {
    return new AskedPolicies(
        names(policies, untracked, Direction.INGRESS),
        names(policies, untracked, Direction.EGRESS));
  }

  private static List<String> names(
      List<Position> policies, boolean untracked, Direction direction) {
    return policies.stream()
        .filter(position -> position.untracked == untracked && position.types.contains(direction))
        .map(Position::name)
        .toList();
  }

  int localEndpointCount() {
    return endpoints.size();
  }
}
