package io.margay.routing;

import io.margay.net.AsNumber;
import io.margay.net.IpAddress;

/// A session this node is to have.
///
/// @param address of the peer, which is the name of the session too
/// @param remoteAs the AS the peer must be in
/// @param localAs ours; the session is internal if both are equal
/// @param localAddress this node's address of the same family, source and next hop of the session
/// @param origin why there is such a session
public record Peering(
    IpAddress address, AsNumber remoteAs, AsNumber localAs, IpAddress localAddress, Origin origin) {

  /// Why a node peers with someone.
  public enum Origin {
    MESH("node-to-node mesh"),
    GLOBAL("global"),
    NODE("node specific");

    private final String text;

    Origin(String text) {
      this.text = text;
    }

    /// The words `calicoctl node status` has for it.
    @Override
    public String toString() {
      return text;
    }
  }
}
