package io.margay.kubernetes.controller;

import io.margay.datastore.Key;
import io.margay.datastore.SyncListener.SyncUpdate;
import io.margay.kubernetes.conversion.Naming;
import io.margay.model.Policy;
import io.margay.model.Profile;
import io.margay.model.ResourceKey;
import io.margay.model.ResourceKey.NodeKey;
import io.margay.model.ResourceKey.PolicyKey;
import io.margay.model.ResourceKey.ProfileKey;
import io.margay.model.ResourceKey.WorkloadEndpointKey;
import io.margay.model.WorkloadEndpoint;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What the datastore has. Used on the controller's loop only.
final class DatastorePicture {

  final Map<String, Policy> policies = new HashMap<>();
  final Map<String, Profile> profiles = new HashMap<>();
  final Map<WorkloadEndpointKey, WorkloadEndpoint> endpoints = new HashMap<>();
  final Set<String> nodes = new HashSet<>();

  /// The endpoints of each pod, by workload: one for each network that it is in.
  final Map<String, Set<WorkloadEndpointKey>> podEndpoints = new HashMap<>();

  /// @return what changed, or null if it is none of the controller's business
  @Nullable ResourceKey update(SyncUpdate update) {
    if (!(update.key() instanceof Key.ForResource(ResourceKey key))) {
      return null;
    }
    Object value = update.value();
    switch (key) {
      case PolicyKey(String name) -> put(policies, name, (Policy) value);
      case ProfileKey(String name) -> put(profiles, name, (Profile) value);
      case WorkloadEndpointKey endpoint -> {
        put(endpoints, endpoint, (WorkloadEndpoint) value);
        if (endpoint.orchestrator().equals(Naming.ORCHESTRATOR)) {
          index(endpoint, value != null);
        }
      }
      case NodeKey(String name) -> {
        if (value == null) {
          nodes.remove(name);
        } else {
          nodes.add(name);
        }
      }
      case ResourceKey _ -> {
        return null;
      }
    }
    return key;
  }

  private void index(WorkloadEndpointKey endpoint, boolean exists) {
    podEndpoints.compute(
        endpoint.workload(),
        (_, keys) -> {
          Set<WorkloadEndpointKey> all = keys == null ? new HashSet<>() : keys;
          if (exists) {
            all.add(endpoint);
          } else {
            all.remove(endpoint);
          }
          return all.isEmpty() ? null : all;
        });
  }

  private static <K, V> void put(Map<K, V> values, K key, @Nullable V value) {
    if (value == null) {
      values.remove(key);
    } else {
      values.put(key, value);
    }
  }
}
