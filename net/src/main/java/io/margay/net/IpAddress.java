package io.margay.net;

import java.net.InetAddress;
import java.net.UnknownHostException;

/// An IPv4 or IPv6 address. Ordered by family (IPv4 first), then as an unsigned number.
public sealed interface IpAddress extends Comparable<IpAddress> permits Ipv4Address, Ipv6Address {

  /// The family the address belongs to.
  IpFamily family();

  /// The address in network byte order: 4 or 16 octets, a fresh array.
  byte[] toBytes();

  /// The bit at `index`, 0 being the most significant.
  boolean bit(int index);

  /// The address with every bit after the first `length` cleared.
  IpAddress masked(int length);

  /// Reads a dotted quad, or IPv6 text as RFC 4291 §2.2 writes it. No prefix length, no zone.
  ///
  /// @throws IllegalArgumentException if the text is neither
  static IpAddress parse(String text) {
    return text.indexOf(':') >= 0 ? Ipv6Address.parse(text) : Ipv4Address.parse(text);
  }

  /// An address from its 4 or 16 octets in network byte order.
  static IpAddress of(byte[] octets) {
    return switch (octets.length) {
      case 4 -> Ipv4Address.of(octets);
      case 16 -> Ipv6Address.of(octets);
      default ->
          throw new IllegalArgumentException(
              "an IP address has 4 or 16 octets, not " + octets.length);
    };
  }

  /// The same address as the JDK's type, without a name.
  default InetAddress toInetAddress() {
    try {
      return InetAddress.getByAddress(toBytes());
    } catch (UnknownHostException e) {
      throw new AssertionError("4 or 16 octets always make an address", e);
    }
  }

  /// The prefix that holds this address alone: `/32` or `/128`.
  default IpPrefix toPrefix() {
    return new IpPrefix(this, family().bits());
  }
}
