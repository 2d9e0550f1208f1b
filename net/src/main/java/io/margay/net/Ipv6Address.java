package io.margay.net;

import java.util.ArrayList;
import java.util.List;

/// An IPv6 address. Its text form is the canonical one of RFC 5952, except that an IPv4-mapped
/// address prints in hexadecimal like any other.
///
/// @param high the first 64 bits
/// @param low the last 64 bits
public record Ipv6Address(long high, long low) implements IpAddress {

  private static final int GROUPS = 8;

  /// `::`.
  public static final Ipv6Address ANY = new Ipv6Address(0, 0);

  /// Reads any text form of RFC 4291 §2.2, an embedded dotted quad included.
  ///
  /// @throws IllegalArgumentException if the text is anything else
  public static Ipv6Address parse(String text) {
    int gap = text.indexOf("::");
    if (gap >= 0 && text.indexOf("::", gap + 1) >= 0) {
      throw notAnAddress(text);
    }
    List<Integer> before = groups(gap < 0 ? text : text.substring(0, gap), text);
    List<Integer> after = gap < 0 ? List.of() : groups(text.substring(gap + 2), text);
    int given = before.size() + after.size();
    if (gap < 0 ? given != GROUPS : given >= GROUPS) {
      throw notAnAddress(text);
    }
    int[] all = new int[GROUPS];
    for (int i = 0; i < before.size(); i++) {
      all[i] = before.get(i);
    }
    for (int i = 0; i < after.size(); i++) {
      all[GROUPS - after.size() + i] = after.get(i);
    }
    return new Ipv6Address(join(all, 0), join(all, 4));
  }

  private static List<Integer> groups(String part, String whole) {
    List<Integer> groups = new ArrayList<>();
    if (part.isEmpty()) {
      return groups;
    }
    String[] words = part.split(":", -1);
    for (int i = 0; i < words.length; i++) {
      String word = words[i];
      if (i == words.length - 1 && word.indexOf('.') >= 0) {
        int quad = Ipv4Address.parse(word).bits();
        groups.add(quad >>> 16);
        groups.add(quad & 0xffff);
      } else if (word.matches("[0-9a-fA-F]{1,4}")) {
        groups.add(Integer.parseInt(word, 16));
      } else {
        throw notAnAddress(whole);
      }
    }
    return groups;
  }

  private static long join(int[] groups, int from) {
    long value = 0;
    for (int i = from; i < from + 4; i++) {
      value = value << 16 | groups[i];
    }
    return value;
  }

  static Ipv6Address of(byte[] octets) {
    long high = 0;
    long low = 0;
    for (int i = 0; i < 8; i++) {
      high = high << 8 | octets[i] & 0xff;
      low = low << 8 | octets[i + 8] & 0xff;
    }
    return new Ipv6Address(high, low);
  }

  private static IllegalArgumentException notAnAddress(String text) {
    return new IllegalArgumentException("not an IPv6 address: '" + text + "'");
  }

  @Override
  public IpFamily family() {
    return IpFamily.IPV6;
  }

  @Override
  public byte[] toBytes() {
    byte[] octets = new byte[16];
    for (int i = 0; i < 8; i++) {
      octets[i] = (byte) (high >>> (56 - 8 * i));
      octets[i + 8] = (byte) (low >>> (56 - 8 * i));
    }
    return octets;
  }

  @Override
  public boolean bit(int index) {
    return index < 64 ? (high >>> (63 - index) & 1) != 0 : (low >>> (127 - index) & 1) != 0;
  }

  @Override
  public Ipv6Address masked(int length) {
    return new Ipv6Address(high & mask(Math.min(length, 64)), low & mask(Math.max(length - 64, 0)));
  }

  private static long mask(int length) {
    return length == 0 ? 0 : -1L << (64 - length);
  }

  /// Whether the address is in `fe80::/10`, valid on one link only (RFC 4291 §2.5.6).
  public boolean isLinkLocal() {
    return high >>> 54 == 0x3fa;
  }

  @Override
  public int compareTo(IpAddress other) {
    if (!(other instanceof Ipv6Address(long otherHigh, long otherLow))) {
      return 1;
    }
    int byHigh = Long.compareUnsigned(high, otherHigh);
    return byHigh != 0 ? byHigh : Long.compareUnsigned(low, otherLow);
  }

  private int group(int index) {
    long half = index < 4 ? high : low;
    return (int) (half >>> (48 - 16 * (index & 3)) & 0xffff);
  }

  /// RFC 5952: lower case, no leading zeros, the longest run of two or more zero groups (the first
  /// of equal ones) as `::`.
  @Override
  public String toString() {
    int gapStart = -1;
    int gapLength = 1;
    for (int i = 0; i < GROUPS; i++) {
      int end = i;
      while (end < GROUPS && group(end) == 0) {
        end++;
      }
      if (end - i > gapLength) {
        gapStart = i;
        gapLength = end - i;
      }
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < GROUPS; i++) {
      if (i == gapStart) {
        text.append("::");
        i += gapLength - 1;
        continue;
      }
      if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
        text.append(':');
      }
      text.append(Integer.toHexString(group(i)));
    }
    return text.toString();
  }
}
