package io.margay.model;

import io.margay.net.IpAddress;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/// An interface of a host itself, as a place where policy applies.
public record HostEndpoint(Metadata metadata, Spec spec) implements Resource {

  public record Metadata(
      @Nullable String name, @Nullable String node, SortedMap<String, String> labels) {
    public Metadata {
      labels = Labels.copyOf(labels);
    }
  }

  /// @param interfaceName the interface; null to find it by `expectedIps`
  /// @param profiles names, in the order in which they are asked
  public record Spec(
      @Nullable String interfaceName, List<IpAddress> expectedIps, List<String> profiles) {
    public Spec {
      expectedIps = List.copyOf(expectedIps);
      profiles = List.copyOf(profiles);
    }
  }

  @Override
  public ResourceKey.HostEndpointKey key() {
    String node = MissingIdentifierException.require(metadata.node, "node");
    return new ResourceKey.HostEndpointKey(
        node, MissingIdentifierException.require(metadata.name, "name"));
  }
}
