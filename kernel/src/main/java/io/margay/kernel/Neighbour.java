package io.margay.kernel;

import io.margay.net.IpAddress;
import io.margay.net.MacAddress;

/// A permanent neighbour entry (`ip-neighbour(8)`, `NUD_PERMANENT`).
///
/// @param device the interface's name
public record Neighbour(String device, IpAddress address, MacAddress mac)
    implements DeviceEntry<IpAddress> {
  @Override
  public IpAddress place() {
    return address;
  }

  /// As `ip neigh` writes it.
  @Override
  public String toString() {
    return "neighbour %s lladdr %s dev %s".formatted(address, mac, device);
  }
}
