package io.margay.kernel;

import io.margay.net.IpAddress;
import org.jspecify.annotations.Nullable;

/// Where a route sends packets.
///
/// @param gateway the next router, null if the destination is on the link itself
/// @param device the outgoing interface's name; null leaves its choice to the kernel, which needs a
///   gateway for that
/// @param onLink whether the gateway is to be taken as reachable on the device without a route to
///   it (`RTNH_F_ONLINK`)
public record NextHop(@Nullable IpAddress gateway, @Nullable String device, boolean onLink) {

  public NextHop {
    if (gateway == null && device == null) {
      throw new IllegalArgumentException("a next hop needs a gateway or a device");
    }
  }

  public static NextHop via(IpAddress gateway) {
    return new NextHop(gateway, null, false);
  }

  public static NextHop via(IpAddress gateway, String device) {
    return new NextHop(gateway, device, false);
  }

  public static NextHop dev(String device) {
    return new NextHop(null, device, false);
  }
}
