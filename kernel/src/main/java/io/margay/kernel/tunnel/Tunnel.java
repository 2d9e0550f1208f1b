package io.margay.kernel.tunnel;

import io.margay.net.IpAddress;
import io.margay.net.MacAddress;
import org.jspecify.annotations.Nullable;

/// A tunnel device that carries packets to many hosts: which one, the route says.
public sealed interface Tunnel {

  /// The device's name.
  String name();

  /// What fits into a packet inside, in bytes.
  int mtu();

  /// What rtnetlink and `ip-link(8)` call the kind of device.
  String kind();

  /// IP in IP (RFC 2003), over IPv4 and for IPv4 only.
  record Ipip(String name, int mtu) implements Tunnel {
    @Override
    public String kind() {
      return "ipip";
    }
  }

  /// VXLAN (RFC 7348) that learns nothing: what leads where is told to it.
  ///
  /// @param vni the network's identifier, 24 bits
  /// @param port the UDP port, the same on all hosts
  /// @param mac of this end
  /// @param local the address of this host that packets are sent from; its family is that of the
  ///   tunnel. Null for a device that was made without
  record Vxlan(
      String name, int mtu, int vni, int port, @Nullable MacAddress mac, @Nullable IpAddress local)
      implements Tunnel {
    @Override
    public String kind() {
      return "vxlan";
    }
  }
}
