package io.margay.bgp.message;

import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import io.margay.net.Ipv4Address;
import io.margay.net.Ipv6Address;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Prefixes as messages carry them: a length in bits, then as many octets as hold them (RFC 4271
/// §4.3); with ADD-PATH an identifier of 4 octets before each (RFC 7911 §3).
record Nlri(List<IpPrefix> prefixes, PathIds pathIds) {

  static final Nlri NONE = new Nlri(List.of(), PathIds.NONE);

  private static final int PATH_ID = 4;

  /// Reads prefixes until the buffer ends. Bits after the prefix length are cleared: their value is
  /// irrelevant (RFC 4271 §4.3).
  ///
  /// @param error what to answer if this is no list of prefixes
  static Nlri decode(
      ByteBuffer buffer, IpFamily family, SessionCodec codec, NotificationError error) {
    boolean withIds = codec.pathIdsReceived().contains(family);
    List<IpPrefix> prefixes = new ArrayList<>();
    int[] ids = withIds ? new int[buffer.remaining() / (PATH_ID + 1)] : new int[0];
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
      prefixes.add(prefix(buffer, family, error));
    }
    if (prefixes.isEmpty()) {
      return NONE;
    }
    return new Nlri(prefixes, PathIds.of(withIds ? Arrays.copyOf(ids, prefixes.size()) : ids));
  }

  private static IpPrefix prefix(ByteBuffer buffer, IpFamily family, NotificationError error) {
    int length = buffer.get() & 0xff;
    int octets = octets(length);
    if (length > family.bits() || octets > buffer.remaining()) {
      throw new MalformedMessageException(
          error,
          "NLRI with prefix length %d and %d octets left, expected 0-%d and %d octets"
              .formatted(length, buffer.remaining(), family.bits(), octets));
    }
    if (family == IpFamily.IPV4) {
      // Most of what a reflector reads is this.
      int bits = 0;
      for (int i = 0; i < octets; i++) {
        bits |= (buffer.get() & 0xff) << (24 - Byte.SIZE * i);
      }
      return new IpPrefix(new Ipv4Address(bits).masked(length), length);
    }
    byte[] address = new byte[family.bits() / Byte.SIZE];
    buffer.get(address, 0, octets);
    return new IpPrefix(IpAddress.of(address), length).masked();
  }

  boolean isEmpty() {
    return prefixes.isEmpty();
  }

  Nlri join(Nlri other) {
    if (isEmpty() || other.isEmpty()) {
      return isEmpty() ? other : this;
    }
    List<IpPrefix> joined = new ArrayList<>(prefixes);
    joined.addAll(other.prefixes);
    return new Nlri(joined, pathIds.append(prefixes.size(), other.pathIds));
  }

  /// The octets that a prefix of this length takes.
  static int encodedLength(int prefixLength, boolean withId) {
    return (withId ? PATH_ID : 0) + 1 + octets(prefixLength);
  }

  static void putAddress(ByteBuffer buffer, IpPrefix prefix) {
    int octets = octets(prefix.length());
    switch (prefix.address()) {
      case Ipv4Address(int bits) -> putHigh(buffer, (long) bits << Integer.SIZE, octets);
      case Ipv6Address(long high, long low) -> {
        putHigh(buffer, high, Math.min(octets, Long.BYTES));
        putHigh(buffer, low, Math.max(0, octets - Long.BYTES));
      }
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
