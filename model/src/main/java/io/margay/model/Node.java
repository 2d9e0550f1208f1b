package io.margay.model;

import io.margay.net.AsNumber;
import io.margay.net.IpPrefix;
import org.jspecify.annotations.Nullable;

/// A host that carries workloads.
public record Node(Metadata metadata, Spec spec) implements Resource {

  public record Metadata(@Nullable String name) {}

  /// @param bgp null for a node that enforces policy and speaks no BGP
  public record Spec(@Nullable Bgp bgp) {}

  /// @param asNumber null to inherit the global number
  /// @param ipv4Address the node's address in its network, host bits kept
  /// @param ipv6Address the same for IPv6
  public record Bgp(
      @Nullable AsNumber asNumber,
      @Nullable IpPrefix ipv4Address,
      @Nullable IpPrefix ipv6Address) {}

  @Override
  public ResourceKey.NodeKey key() {
    return new ResourceKey.NodeKey(MissingIdentifierException.require(metadata.name, "name"));
  }
}
