package io.margay.model;

import io.margay.net.AsNumber;
import io.margay.net.IpAddress;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A speaker outside the mesh that one node, or every node, peers with.
public record BgpPeer(Metadata metadata, Spec spec) implements Resource {

  /// @param node the node that peers; null for scope global
  public record Metadata(
      @Nullable Scope scope, @Nullable String node, @Nullable IpAddress peerIp) {}

  public record Spec(AsNumber asNumber) {}

  public enum Scope {
    GLOBAL,
    NODE;

    /// The scope as documents spell it.
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Override
  public ResourceKey.BgpPeerKey key() {
    IpAddress peerIp = MissingIdentifierException.require(metadata.peerIp, "peerIP");
    return switch (MissingIdentifierException.require(metadata.scope, "scope")) {
      case GLOBAL -> new ResourceKey.BgpPeerKey(null, peerIp);
      case NODE ->
          new ResourceKey.BgpPeerKey(
              MissingIdentifierException.require(metadata.node, "node"), peerIp);
    };
  }
}
