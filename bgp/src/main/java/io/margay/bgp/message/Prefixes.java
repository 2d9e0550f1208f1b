package io.margay.bgp.message;

import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// Prefixes as NLRI: a length in bits, then as many octets as hold them (RFC 4271 §4.3).
final class Prefixes {

  private Prefixes() {}

  /// Reads prefixes until the buffer ends. Bits after the prefix length are cleared: their value is
  /// irrelevant (RFC 4271 §4.3).
  ///
  /// @param error what to answer if this is no list of prefixes
  static List<IpPrefix> decode(ByteBuffer buffer, IpFamily family, NotificationError error) {
    List<IpPrefix> prefixes = new ArrayList<>();
    while (buffer.hasRemaining()) {
      int length = buffer.get() & 0xff;
      int octets = octets(length);
      if (length > family.bits() || octets > buffer.remaining()) {
        throw new MalformedMessageException(
            error,
            "NLRI with prefix length %d and %d octets left, expected 0-%d and %d octets"
                .formatted(length, buffer.remaining(), family.bits(), octets));
      }
      byte[] address = new byte[family.bits() / Byte.SIZE];
      buffer.get(address, 0, octets);
      prefixes.add(new IpPrefix(IpAddress.of(address), length).masked());
    }
    return prefixes;
  }

  /// The octets that a prefix takes.
  static int encodedLength(IpPrefix prefix) {
    return 1 + octets(prefix.length());
  }

  static void encode(ByteBuffer buffer, IpPrefix prefix) {
    buffer.put((byte) prefix.length());
    buffer.put(prefix.address().toBytes(), 0, octets(prefix.length()));
  }

  private static int octets(int bits) {
    return (bits + Byte.SIZE - 1) / Byte.SIZE;
  }
}
