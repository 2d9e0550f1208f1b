package io.margay.dataplane.rules;

import io.margay.net.IpFamily;
import java.util.regex.Pattern;

/// The tunnel devices of a node, by the names that Calico gives them, and what names devices have.
public final class DeviceNames {

  /// For IP in IP. The kernel makes it by itself when it learns of IP in IP.
  public static final String IPIP = "tunl0";

  private static final Pattern POSSIBLE = Pattern.compile("[A-Za-z0-9_.-]{1,15}");

  private DeviceNames() {}

  /// Whether a device can have the name. Others would make iptables refuse the whole table.
  public static boolean canBe(String name) {
    return POSSIBLE.matcher(name).matches();
  }

  /// For VXLAN between hosts' addresses of the family.
  public static String vxlan(IpFamily family) {
    return family == IpFamily.IPV4 ? "vxlan.calico" : "vxlan-v6.calico";
  }
}
