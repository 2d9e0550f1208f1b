package io.margay.kernel;

import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import org.jspecify.annotations.Nullable;

/// A connection tracking entry: a connection, or what the kernel takes for one.
///
/// @param protocol its number
/// @param source of the first packet, as it was sent
/// @param destination of the first packet, as it was sent
/// @param ports of the first packet as it was sent; zeros for protocols without
/// @param icmp of the first packet; null for other protocols
/// @param translatedDestination where the packet really went: whoever answers
/// @param translatedPort the port there, 0 for protocols without
public record Flow(
    int protocol,
    IpAddress source,
    IpAddress destination,
    Ports ports,
    @Nullable Icmp icmp,
    IpAddress translatedDestination,
    int translatedPort) {

  public record Ports(int source, int destination) {}

  public record Icmp(int type, int code, int id) {}

  public IpFamily family() {
    return source.family();
  }

  /// For the log: `tcp 10.0.0.1:40000 -> 10.0.0.2:80`.
  @Override
  public String toString() {
    String name =
        switch (protocol) {
          case 1 -> "icmp";
          case 6 -> "tcp";
          case 17 -> "udp";
          case 58 -> "icmpv6";
          default -> "protocol " + protocol;
        };
    return ports.source() == 0 && ports.destination() == 0
        ? "%s %s -> %s".formatted(name, source, destination)
        : "%s %s:%d -> %s:%d"
            .formatted(name, source, ports.source(), destination, ports.destination());
  }
}
