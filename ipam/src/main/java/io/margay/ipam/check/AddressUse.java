package io.margay.ipam.check;

import io.margay.datastore.Entry;
import io.margay.datastore.Key;
import io.margay.ipam.TunnelAddresses.Tunnel;
import io.margay.model.ResourceKey;
import io.margay.model.WorkloadEndpoint;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// Who uses which addresses: workload endpoints, and nodes for their tunnels.
public record AddressUse(SortedMap<IpAddress, List<User>> users) {

  /// @param node on which node
  /// @param name what messages call it
  public record User(String node, String name) {}

  /// @param entries everything, or at least endpoints and settings
  public static AddressUse of(List<Entry<?>> entries) {
    SortedMap<IpAddress, List<User>> users = new TreeMap<>();
    for (Entry<?> entry : entries) {
      switch (entry.key()) {
        case Key.ForResource(ResourceKey.WorkloadEndpointKey key) -> {
          if (entry.value() instanceof WorkloadEndpoint endpoint) {
            var user = new User(key.node(), key.toString());
            for (IpPrefix network : endpoint.spec().ipNetworks()) {
              users.computeIfAbsent(network.address(), _ -> new ArrayList<>()).add(user);
            }
          }
        }
        case Key.FelixSetting(String node, String name) when node != null -> {
          for (Tunnel tunnel : Tunnel.values()) {
            if (tunnel.key(node).name().equals(name)) {
              addTunnel(users, node, tunnel, String.valueOf(entry.value()));
            }
          }
        }
        case Key<?> _ -> {} // says nothing of addresses
      }
    }
    return new AddressUse(users);
  }

  private static void addTunnel(
      Map<IpAddress, List<User>> users, String node, Tunnel tunnel, String text) {
    try {
      users
          .computeIfAbsent(IpAddress.parse(text.strip()), _ -> new ArrayList<>())
          .add(new User(node, "the %s tunnel of node %s".formatted(tunnel, node)));
    } catch (IllegalArgumentException e) {
      // No address, so nobody's.
    }
  }

  boolean isUsed(IpAddress address) {
    return users.containsKey(address);
  }

  /// Whether another node uses an address.
  public boolean isUsedElsewhere(IpAddress address, String node) {
    return users.getOrDefault(address, List.of()).stream()
        .anyMatch(user -> !user.node().equals(node));
  }
}
