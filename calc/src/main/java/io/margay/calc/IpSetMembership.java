package io.margay.calc;

import io.margay.calc.label.Criterion;
import io.margay.calc.label.LabelIndex;
import io.margay.model.Profile;
import io.margay.model.ResourceKey;
import io.margay.model.ResourceKey.HostEndpointKey;
import io.margay.net.IpAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/// Knows the addresses in each active IP set: those of all endpoints in the cluster that match it.
/// Several endpoints may hold one address; it stays until the last of them goes.
final class IpSetMembership {

  private final EventSequencer sequencer;

  private final LabelIndex<ResourceKey, String> endpoints;
  private final Map<ResourceKey, Set<IpAddress>> addresses = new HashMap<>();
  private int hostEndpoints;

  /// By set id and address, how many matching endpoints hold the address.
  private final Map<String, Map<IpAddress, Integer>> holders = new HashMap<>();

  IpSetMembership(EventSequencer sequencer) {
    this.sequencer = sequencer;
    this.endpoints =
        new LabelIndex<>(
            new LabelIndex.Listener<>() {
              @Override
              public void matchStarted(String ipSetId, ResourceKey endpoint) {
                addressesOf(endpoint).forEach(address -> hold(ipSetId, address));
              }

              @Override
              public void matchStopped(String ipSetId, ResourceKey endpoint) {
                addressesOf(endpoint).forEach(address -> release(ipSetId, address));
              }
            });
  }

  void onEndpoint(Endpoint endpoint) {
    ResourceKey key = endpoint.key();
    Set<IpAddress> now = endpoint.addresses();
    Set<IpAddress> before = addresses.put(key, now);
    if (before == null && key instanceof HostEndpointKey) {
      hostEndpoints++;
    }
    if (before != null && !before.equals(now)) {
      for (String ipSetId : endpoints.criteriaMatchedBy(key)) {
        now.forEach(address -> hold(ipSetId, address));
        before.forEach(address -> release(ipSetId, address));
      }
    }
    endpoints.setItem(key, endpoint.labels(), endpoint.profiles());
  }

  void onEndpointGone(ResourceKey key) {
    endpoints.removeItem(key);
    Set<IpAddress> before = addresses.remove(key);
    if (before != null && key instanceof HostEndpointKey) {
      hostEndpoints--;
    }
  }

  void onProfile(String name, Profile.Metadata metadata) {
    endpoints.setParent(name, metadata.labels(), metadata.tags());
  }

  void onProfileGone(String name) {
    endpoints.removeParent(name);
  }

  /// Starts to follow a set; does nothing if that is done already.
  void activate(Criterion criterion) {
    String id = criterion.ipSetId();
    if (holders.putIfAbsent(id, new HashMap<>()) == null) {
      sequencer.ipSet(id);
      endpoints.setCriterion(id, criterion);
    }
  }

  /// Stops following a set, if it was followed.
  void deactivate(String id) {
    if (holders.remove(id) != null) {
      endpoints.removeCriterion(id);
      sequencer.ipSetGone(id);
    }
  }

  private Set<IpAddress> addressesOf(ResourceKey endpoint) {
    return addresses.getOrDefault(endpoint, Set.of());
  }

  private void hold(String ipSetId, IpAddress address) {
    Map<IpAddress, Integer> counts = holders.get(ipSetId);
    if (counts != null && counts.merge(address, 1, Integer::sum) == 1) {
      sequencer.memberAdded(ipSetId, address);
    }
  }

  /// A set that is deactivated goes as a whole, so its matches stop without a word.
  private void release(String ipSetId, IpAddress address) {
    Map<IpAddress, Integer> counts = holders.get(ipSetId);
    if (counts != null
        && counts.computeIfPresent(address, (_, count) -> count == 1 ? null : count - 1) == null) {
      sequencer.memberRemoved(ipSetId, address);
    }
  }

  int workloadEndpointCount() {
    return addresses.size() - hostEndpoints;
  }

  int hostEndpointCount() {
    return hostEndpoints;
  }

  int ipSetCount() {
    return holders.size();
  }

  int memberCount() {
    return holders.values().stream().mapToInt(Map::size).sum();
  }
}
