package io.margay.bgp.message;

import io.margay.net.IpAddress;
import io.margay.net.Ipv6Address;
import org.jspecify.annotations.Nullable;

/// Where to send packets for a prefix.
///
/// @param address the address of NEXT_HOP, or the global one of MP_REACH_NLRI
/// @param linkLocal the second address that IPv6 may carry along (RFC 2545 §3)
public record NextHop(IpAddress address, @Nullable Ipv6Address linkLocal) {

  public static NextHop of(IpAddress address) {
    return new NextHop(address, null);
  }

  @Override
  public String toString() {
    return linkLocal == null ? address.toString() : address + "+" + linkLocal;
  }
}
