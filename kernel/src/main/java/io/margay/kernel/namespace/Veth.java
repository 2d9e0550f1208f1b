package io.margay.kernel.namespace;

import io.margay.net.MacAddress;
import org.jspecify.annotations.Nullable;

/// A pair of devices, of which each receives what the other sends (veth(4)).
///
/// @param name of the end here, 1 to 15 characters
/// @param mac of that end; null for a random one
/// @param peerName of the other end
/// @param peerMac of the other end; null for a random one
/// @param mtu of both, in bytes; 0 for the kernel's own choice
public record Veth(
    String name, @Nullable MacAddress mac, String peerName, @Nullable MacAddress peerMac, int mtu) {

  public Veth {
    if (mtu < 0) {
      throw new IllegalArgumentException("MTU %d of %s, expected 0 or more".formatted(mtu, name));
    }
  }
}
