package io.margay.bgp.message;

import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import io.margay.net.Ipv4Address;
import io.margay.net.Ipv6Address;
import java.nio.ByteBuffer;
import java.util.Arrays;

/// Prefixes as messages carry them: a length in bits, then as many octets as hold them (RFC 4271
/// §4.3); with ADD-PATH an identifier of 4 octets before each (RFC 7911 §3).
record Nlri(PrefixList prefixes, PathIds pathIds) {

  static final Nlri NONE = new Nlri(PrefixList.NONE, PathIds.NONE);

  private static final int PATH_ID = 4;

  private static final int[] NO_IDS = {};

  /// Reads prefixes until the buffer ends. Bits after the prefix length are cleared: their value is
  /// irrelevant (RFC 4271 §4.3).
  ///
  /// @param error what to answer if this is no list of prefixes
  static Nlri decode(
      ByteBuffer buffer, IpFamily family, SessionCodec codec, NotificationError error) {
    if (!buffer.hasRemaining()) {
      return NONE;
    }
    boolean withIds = codec.pathIdsReceived().contains(family);
    // Most prefixes take as many octets as the first one.
    int first = buffer.position() + (withIds ? PATH_ID : 0);
    int octets = first < buffer.limit() ? encodedLength(buffer.get(first) & 0xff, withIds) : 1;
    PrefixList prefixes = new PrefixList(buffer.remaining() / octets + 1);
    int[] ids = withIds ? new int[buffer.remaining() / (PATH_ID + 1)] : NO_IDS;
    while (buffer.hasRemaining()) {
      if (withIds) {
        if (buffer.remaining() <= PATH_ID) {
          throw new MalformedMessageException(
              error,
              "NLRI ends in a path identifier: %d octets left, expected 4 and a prefix (RFC 7911)"
                  .formatted(buffer.remaining()));
        }
        ids[prefixes.size()] = buffer.getInt();
      }
      append(prefixes, buffer, family, error);
    }
    return new Nlri(
        prefixes, withIds ? PathIds.of(Arrays.copyOf(ids, prefixes.size())) : PathIds.NONE);
  }

  private static void append(
      PrefixList prefixes, ByteBuffer buffer, IpFamily family, NotificationError error) {
    int length = buffer.get() & 0xff;
    int octets = octets(length);
    if (length > family.bits() || octets > buffer.remaining()) {
      throw new MalformedMessageException(
          error,
          "NLRI with prefix length %d and %d octets left, expected 0-%d and %d octets"
              .formatted(length, buffer.remaining(), family.bits(), octets));
    }
    if (family == IpFamily.IPV4) {
      prefixes.append(bits(buffer, octets, length) >>> Integer.SIZE, 0, length);
    } else {
      long high = bits(buffer, Math.min(octets, Long.BYTES), Math.min(length, Long.SIZE));
      long low = bits(buffer, Math.max(octets - Long.BYTES, 0), Math.max(length - Long.SIZE, 0));
      prefixes.append(high, low, length | PrefixList.IPV6);
    }
  }

  /// The next octets as the highest of 64 bits, of which all after the first `length` are cleared.
  private static long bits(ByteBuffer buffer, int octets, int length) {
    long bits = 0;
    if (octets == Integer.BYTES) {
      bits = (long) buffer.getInt() << Integer.SIZE;
    } else {
      for (int i = 1; i <= octets; i++) {
        bits |= (buffer.get() & 0xffL) << Long.SIZE - Byte.SIZE * i;
      }
    }
    return length == 0 ? 0 : bits & -1L << Long.SIZE - length;
  }

  boolean isEmpty() {
    return prefixes.isEmpty();
  }

  Nlri join(Nlri other) {
    if (isEmpty() || other.isEmpty()) {
      return isEmpty() ? other : this;
    }
    return new Nlri(prefixes.join(other.prefixes), pathIds.append(prefixes.size(), other.pathIds));
  }

  /// The octets that a prefix of this length takes.
  static int encodedLength(int prefixLength, boolean withId) {
    return (withId ? PATH_ID : 0) + 1 + octets(prefixLength);
  }

  static void putAddress(ByteBuffer buffer, IpPrefix prefix) {
    int octets = octets(prefix.length());
    if (prefix.address() instanceof Ipv4Address v4) {
      putHigh(buffer, (long) v4.bits() << Integer.SIZE, octets);
    } else if (prefix.address() instanceof Ipv6Address v6) {
      putHigh(buffer, v6.high(), Math.min(octets, Long.BYTES));
      putHigh(buffer, v6.low(), Math.max(0, octets - Long.BYTES));
    }
  }

  private static void putHigh(ByteBuffer buffer, long bits, int octets) {
    for (int i = 1; i <= octets; i++) {
      buffer.put((byte) (bits >>> Long.SIZE - Byte.SIZE * i));
    }
  }

  private static int octets(int bits) {
    return (bits + Byte.SIZE - 1) / Byte.SIZE;
  }
}
