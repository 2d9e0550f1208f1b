package io.margay.dataplane;

import io.margay.net.IpPrefix;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Which interface an address is routed to. Two workloads may claim one address, as when one takes
/// the place of another; then it is the interface that comes first by name, in whatever order they
/// claimed it.
final class AddressClaims {

  private final Map<IpPrefix, SortedSet<String>> interfacesByAddress = new HashMap<>();
  private final Map<String, Set<IpPrefix>> addressesByInterface = new HashMap<>();

  /// Sets what the interface claims.
  ///
  /// @return the addresses whose owner may be another now
  Set<IpPrefix> claim(String interfaceName, Set<IpPrefix> addresses) {
    Set<IpPrefix> concerned = new TreeSet<>(addresses);
    Set<IpPrefix> before = addressesByInterface.getOrDefault(interfaceName, Set.of());
    concerned.addAll(before);
    for (IpPrefix address : before) {
      interfacesByAddress.computeIfPresent(
          address,
          (same, names) -> {
            names.remove(interfaceName);
            return names.isEmpty() ? null : names;
          });
    }
    for (IpPrefix address : addresses) {
      interfacesByAddress.computeIfAbsent(address, key -> new TreeSet<>()).add(interfaceName);
    }
    if (addresses.isEmpty()) {
      addressesByInterface.remove(interfaceName);
    } else {
      addressesByInterface.put(interfaceName, Set.copyOf(addresses));
    }
    return concerned;
  }

  /// The interface the address is routed to, null if none claims it.
  @Nullable String ownerOf(IpPrefix address) {
    SortedSet<String> names = interfacesByAddress.get(address);
    return names == null ? null : names.getFirst();
  }

  /// What the interface claims.
  Set<IpPrefix> claimsOf(String interfaceName) {
    return addressesByInterface.getOrDefault(interfaceName, Set.of());
  }
}
