package io.margay.kernel.namespace;

import io.margay.kernel.Link;

/// How a device is.
///
/// @param kind what rtnetlink calls it, `veth` for one of a pair; empty for hardware
/// @param alias what was noted down about it; empty if nothing was
/// @param peerIndex the index of its other end in the namespace of that (`IFLA_LINK`); 0 if it has
///   none
public record VethEnd(Link link, String kind, String alias, int peerIndex) {

  public boolean isVeth() {
    return kind.equals("veth");
  }
}
