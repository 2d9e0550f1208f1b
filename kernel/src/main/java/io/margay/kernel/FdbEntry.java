package io.margay.kernel;

import io.margay.net.IpAddress;
import io.margay.net.MacAddress;

/// A permanent entry of a VXLAN device's forwarding database (`bridge(8)`, `fdb`): frames for the
/// hardware address go to a host in UDP packets.
///
/// @param device the VXLAN device's name
/// @param mac of the tunnel's other end
/// @param remote the host that has it
public record FdbEntry(String device, MacAddress mac, IpAddress remote)
    implements DeviceEntry<MacAddress> {
  @Override
  public MacAddress place() {
    return mac;
  }

  /// As `bridge fdb` writes it.
  @Override
  public String toString() {
    return "forwarding entry %s dst %s dev %s".formatted(mac, remote, device);
  }
}
