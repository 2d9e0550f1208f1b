package io.margay.linux.netlink;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The attributes (`rtattr`) of a message, by type. The last of several of one type counts, as in
/// the kernel; what is cut short at the end is left out.
public final class Attributes {

  private static final int HEADER_LENGTH = 4;

  /// `NLA_TYPE_MASK`: without the flags for nesting and byte order.
  private static final int TYPE_MASK = 0x3fff;

  private final Map<Integer, ByteBuffer> values;

  private Attributes(Map<Integer, ByteBuffer> values) {
    this.values = values;
  }

  public static Attributes read(ByteBuffer from) {
    Map<Integer, ByteBuffer> values = new HashMap<>();
    int start = 0;
    while (from.capacity() - start >= HEADER_LENGTH) {
      int length = from.getShort(start) & 0xffff;
      if (length < HEADER_LENGTH || length > from.capacity() - start) {
        break;
      }
      values.put(
          from.getShort(start + 2) & TYPE_MASK,
          NetlinkMessage.slice(from, start + HEADER_LENGTH, length - HEADER_LENGTH));
      start += aligned(length);
    }
    return new Attributes(values);
  }

  /// The value as it is, null if there is none. Read it by absolute offsets.
  public @Nullable ByteBuffer value(int type) {
    return values.get(type);
  }

  /// A fresh copy of the value, null if there is none.
  public byte @Nullable [] octets(int type) {
    ByteBuffer value = values.get(type);
    return value == null ? null : octets(value, 0);
  }

  /// The attributes inside one; none if it is not there.
  public Attributes nested(int type) {
    ByteBuffer value = values.get(type);
    return value == null ? new Attributes(Map.of()) : read(value);
  }

  /// Whether the value of one of the types is as asked.
  public boolean anyOctets(Set<Integer> types, Predicate<byte[]> asked) {
    return types.stream()
        .map(values::get)
        .anyMatch(value -> value != null && asked.test(octets(value, 0)));
  }

  /// A number of four octets.
  public OptionalInt u32(int type) {
    ByteBuffer value = values.get(type);
    return value == null || value.capacity() < Integer.BYTES
        ? OptionalInt.empty()
        : OptionalInt.of(value.getInt(0));
  }

  /// A number of eight octets.
  public OptionalLong u64(int type) {
    ByteBuffer value = values.get(type);
    return value == null || value.capacity() < Long.BYTES
        ? OptionalLong.empty()
        : OptionalLong.of(value.getLong(0));
  }

  /// Text up to the first zero octet.
  public Optional<String> text(int type) {
    byte[] octets = octets(type);
    if (octets == null) {
      return Optional.empty();
    }
    int end = 0;
    while (end < octets.length && octets[end] != 0) {
      end++;
    }
    return Optional.of(new String(octets, 0, end, StandardCharsets.UTF_8));
  }

  /// A copy of a value from an offset on.
  public static byte[] octets(ByteBuffer value, int from) {
    byte[] octets = new byte[value.capacity() - from];
    value.get(from, octets);
    return octets;
  }

  /// `NLMSG_ALIGN` and `RTA_ALIGN`: up to the next multiple of four.
  public static int aligned(int length) {
    return length + 3 & ~3;
  }
}
