package io.margay.dataplane;

import io.margay.calc.output.NodeUpdate.LocalHostEndpoint;
import io.margay.kernel.Link;
import io.margay.kernel.LinkAddress;
import io.margay.model.ResourceKey.HostEndpointKey;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Map.Entry;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// This node's host endpoints, and which of the host's interfaces each governs.
///
/// One that names an interface governs that one alone; one without a name governs every interface
/// that has one of its expected addresses. If several match an interface, it is the first by name.
final class HostEndpoints {

  private final SortedMap<HostEndpointKey, LocalHostEndpoint> endpoints =
      new TreeMap<>(Comparator.comparing(HostEndpointKey::name));

  /// With prefix lengths, since the same address may be there twice with different ones.
  private final Map<Integer, Set<IpPrefix>> addressesByLink = new HashMap<>();

  private SortedMap<String, HostEndpointKey> byInterface = new TreeMap<>();

  SortedMap<HostEndpointKey, LocalHostEndpoint> endpoints() {
    return Collections.unmodifiableSortedMap(endpoints);
  }

  void put(HostEndpointKey key, LocalHostEndpoint endpoint) {
    endpoints.put(key, endpoint);
  }

  void remove(HostEndpointKey key) {
    endpoints.remove(key);
  }

  /// These addresses are there and no others.
  void setAddresses(Collection<LinkAddress> addresses) {
    addressesByLink.clear();
    addresses.forEach(this::add);
  }

  void add(LinkAddress address) {
    addressesByLink
        .computeIfAbsent(address.linkIndex(), index -> new HashSet<>())
        .add(address.address());
  }

  void remove(LinkAddress address) {
    addressesByLink.computeIfPresent(
        address.linkIndex(),
        (index, there) -> {
          there.remove(address.address());
          return there.isEmpty() ? null : there;
        });
  }

  void forgetAddressesOf(Link link) {
    addressesByLink.remove(link.index());
  }

  /// Works out anew who governs what.
  ///
  /// @param links the host's own, without those of workloads
  void resolve(Collection<Link> links) {
    SortedMap<String, HostEndpointKey> governed = new TreeMap<>();
    for (Link link : links) {
      governorOf(link).ifPresent(key -> governed.put(link.name(), key));
    }
    byInterface = governed;
  }

  private Optional<HostEndpointKey> governorOf(Link link) {
    return endpoints.entrySet().stream()
        .filter(entry -> matches(entry.getValue(), link))
        .map(Entry::getKey)
        .findFirst();
  }

  private boolean matches(LocalHostEndpoint endpoint, Link link) {
    String interfaceName = endpoint.interfaceName();
    if (interfaceName != null && !interfaceName.isEmpty()) {
      return interfaceName.equals(link.name());
    }
    Set<IpAddress> expected = Set.copyOf(endpoint.expectedIps());
    return addressesByLink.getOrDefault(link.index(), Set.of()).stream()
        .anyMatch(address -> expected.contains(address.address()));
  }

  /// The endpoint of every governed interface, as of the last [#resolve(Collection)].
  SortedMap<String, LocalHostEndpoint> byInterface() {
    SortedMap<String, LocalHostEndpoint> governed = new TreeMap<>();
    byInterface.forEach(
        (name, key) -> governed.put(name, Objects.requireNonNull(endpoints.get(key))));
    return governed;
  }

  /// The interfaces that the endpoint governs.
  SortedSet<String> interfacesOf(HostEndpointKey key) {
    SortedSet<String> names = new TreeSet<>();
    byInterface.forEach((name, governor) -> {
      if (governor.equals(key)) {
        names.add(name);
      }
    });
    return names;
  }
}
