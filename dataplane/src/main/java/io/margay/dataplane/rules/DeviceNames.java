package io.margay.dataplane.rules;

import io.margay.net.IpFamily;

/// The tunnel devices of a node, by the names that Calico gives them.
public final class DeviceNames {

  /// For IP in IP. The kernel makes it by itself when it learns of IP in IP.
  public static final String IPIP = "tunl0";

  private DeviceNames() {}

  /// For VXLAN between hosts' addresses of the family.
  public static String vxlan(IpFamily family) {
    return family == IpFamily.IPV4 ? "vxlan.calico" : "vxlan-v6.calico";
  }
}
