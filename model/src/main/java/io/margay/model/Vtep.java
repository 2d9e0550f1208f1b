package io.margay.model;

import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.Ipv6Address;
import io.margay.net.MacAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A node as an end of VXLAN tunnels (VXLAN Tunnel End Point, RFC 7348 §3).
///
/// All of it follows from what every node knows of every other, so that nothing has to be written
/// before packets flow: the hardware address from the node's name, unless the datastore says
/// otherwise, and where to send from the node's addresses.
///
/// @param mac of its VXLAN devices
/// @param addresses of the node, at most one of each family
public record Vtep(MacAddress mac, List<IpAddress> addresses) {

  /// The per-host setting that gives a node another hardware address.
  public static final String MAC_SETTING = "VXLANTunnelMACAddr";

  public Vtep {
    addresses = List.copyOf(addresses);
  }

  /// The hardware address of a node that was given none: 66 and the first five octets of the SHA-1
  /// of its name, as Calico makes it. It is locally administered and unicast (IEEE 802 §8.4).
  public static MacAddress defaultMac(String node) {
    byte[] octets = new byte[6];
    octets[0] = 0x66;
    try {
      byte[] sha1 =
          MessageDigest.getInstance("SHA-1").digest(node.getBytes(StandardCharsets.UTF_8));
      System.arraycopy(sha1, 0, octets, 1, 5);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-1", e);
    }
    return MacAddress.of(octets);
  }

  /// The node's address of the family, null if it has none.
  public @Nullable IpAddress address(IpFamily family) {
    return addresses.stream()
        .filter(address -> address.family() == family)
        .findFirst()
        .orElse(null);
  }

  /// What routes through the tunnel of a family name as their gateway for this node; null if the
  /// tunnel does not reach it. It is never asked for on the wire, as each node has a permanent
  /// neighbour entry for it.
  ///
  /// For IPv4 it is the node's own address, as with IP in IP. IPv6 refuses gateways that it has
  /// another way to, so there it is the link-local address that belongs to the hardware address
  /// (RFC 4291, appendix A).
  public @Nullable IpAddress gateway(IpFamily family) {
    IpAddress address = address(family);
    return address == null || family == IpFamily.IPV4 ? address : linkLocal(mac);
  }

  private static IpAddress linkLocal(MacAddress mac) {
    byte[] octets = mac.toBytes();
    long low =
        (octets[0] ^ 2L) << 56
            | (octets[1] & 0xffL) << 48
            | (octets[2] & 0xffL) << 40
            | 0xfffeL << 24
            | (octets[3] & 0xffL) << 16
            | (octets[4] & 0xffL) << 8
            | octets[5] & 0xffL;
    return new Ipv6Address(0xfe80L << 48, low);
  }
}
