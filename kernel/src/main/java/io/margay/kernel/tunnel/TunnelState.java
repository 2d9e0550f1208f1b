package io.margay.kernel.tunnel;

import io.margay.net.IpPrefix;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// How a device is.
///
/// @param kind what rtnetlink calls it; empty for hardware
/// @param tunnel the device if it is a tunnel that we know, else null
/// @param up whether someone asked for it to be up (`IFF_UP`)
/// @param addresses on it, host bits kept
public record TunnelState(
    String kind, @Nullable Tunnel tunnel, boolean up, Set<IpPrefix> addresses) {
  public TunnelState {
    addresses = Set.copyOf(addresses);
  }
}
