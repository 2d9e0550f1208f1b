package io.margay.bgp.rib;

import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import io.margay.net.Ipv4Address;
import io.margay.net.Ipv6Address;
import java.nio.ByteBuffer;
import java.util.Arrays;

/// Numbers prefixes from 0 on, so that what belongs to a prefix sits in plain arrays, and sets of
/// prefixes are bit sets.
///
/// ```
///   IpPrefix ──hash──> slots[] ──number──> high[], low[], lengths[]
/// ```
///
/// A hash table with open addressing and linear probing over primitive arrays. A prefix costs 9
/// octets in the arrays and 8 to 16 in the slots; 8 more from the moment that there is IPv6.
/// Removing closes the gap that it leaves (Knuth, The Art of Computer Programming, 6.4 R), so the
/// table never fills up with marks.
final class PrefixIndex {

  static final int NONE = -1;

  private static final int FIRST_CAPACITY = 64;

  /// Set in the length of an IPv6 prefix.
  private static final int IPV6 = 0x100;

  private static final long[] NO_LOW = {};

  /// Numbers, plus one; 0 is an empty slot. Twice as many as there may be prefixes.
  private int[] slots = new int[2 * FIRST_CAPACITY];

  private long[] high = new long[FIRST_CAPACITY];
  private long[] low = NO_LOW;
  private short[] lengths = new short[FIRST_CAPACITY];

  /// Numbers below `limit` that are not in use.
  private int[] free = new int[16];

  private int freeCount;
  private int limit;

  /// The prefix's number, or [#NONE].
  int find(IpPrefix prefix) {
    int slot = slot(high(prefix), low(prefix), length(prefix));
    return slots[slot] - 1;
  }

  /// The prefix's number, a new one if it had none.
  int add(IpPrefix prefix) {
    long keyHigh = high(prefix);
    long keyLow = low(prefix);
    int keyLength = length(prefix);
    int slot = slot(keyHigh, keyLow, keyLength);
    if (slots[slot] != 0) {
      return slots[slot] - 1;
    }
    int number = freeCount > 0 ? free[--freeCount] : limit++;
    if (number == high.length) {
      grow();
      slot = slot(keyHigh, keyLow, keyLength);
    }
    if (keyLow != 0 && low.length == 0) {
      low = new long[high.length];
    }
    high[number] = keyHigh;
    if (low.length != 0) {
      low[number] = keyLow;
    }
    lengths[number] = (short) keyLength;
    slots[slot] = number + 1;
    return number;
  }

  /// Gives the number back.
  void remove(int number) {
    int mask = slots.length - 1;
    int gap = slot(high[number], low(number), lengths[number]);
    for (int at = gap + 1 & mask; slots[at] != 0; at = at + 1 & mask) {
      int home = home(slots[at] - 1);
      // The entry may move into the gap unless its home lies behind the gap.
      boolean homeBehindGap = gap <= at ? gap < home && home <= at : gap < home || home <= at;
      if (!homeBehindGap) {
        slots[gap] = slots[at];
        gap = at;
      }
    }
    slots[gap] = 0;
    if (freeCount == free.length) {
      free = Arrays.copyOf(free, 2 * free.length);
    }
    free[freeCount++] = number;
  }

  /// All numbers are below this.
  int limit() {
    return limit;
  }

  /// How many numbers arrays should have room for.
  int capacity() {
    return high.length;
  }

  boolean isIpv4(int number) {
    return (lengths[number] & IPV6) == 0;
  }

  IpFamily family(int number) {
    return isIpv4(number) ? IpFamily.IPV4 : IpFamily.IPV6;
  }

  IpPrefix prefix(int number) {
    IpAddress address =
        isIpv4(number)
            ? new Ipv4Address((int) high[number])
            : new Ipv6Address(high[number], low(number));
    return new IpPrefix(address, lengths[number] & ~IPV6);
  }

  int length(int number) {
    return lengths[number] & ~IPV6;
  }

  /// Writes as many octets of the prefix's address as its length needs.
  void putAddress(int number, ByteBuffer buffer) {
    int octets = (length(number) + Byte.SIZE - 1) / Byte.SIZE;
    // An IPv4 address is in the lower half.
    long bits = isIpv4(number) ? high[number] << Integer.SIZE : high[number];
    for (int i = 0; i < octets; i++) {
      if (i == Long.BYTES) {
        bits = low(number);
      }
      buffer.put((byte) (bits >>> Long.SIZE - Byte.SIZE));
      bits <<= Byte.SIZE;
    }
  }

  private long low(int number) {
    return low.length == 0 ? 0 : low[number];
  }

  private static long high(IpPrefix prefix) {
    return switch (prefix.address()) {
      case Ipv4Address(int bits) -> bits;
      case Ipv6Address(long bits, long _) -> bits;
    };
  }

  private static long low(IpPrefix prefix) {
    return switch (prefix.address()) {
      case Ipv4Address _ -> 0;
      case Ipv6Address(long _, long bits) -> bits;
    };
  }

  private static int length(IpPrefix prefix) {
    return switch (prefix.address()) {
      case Ipv4Address _ -> prefix.length();
      case Ipv6Address _ -> prefix.length() | IPV6;
    };
  }

  private void grow() {
    int capacity = 2 * high.length;
    high = Arrays.copyOf(high, capacity);
    lengths = Arrays.copyOf(lengths, capacity);
    if (low.length != 0) {
      low = Arrays.copyOf(low, capacity);
    }
    int[] old = slots;
    slots = new int[2 * capacity];
    int mask = slots.length - 1;
    for (int entry : old) {
      if (entry != 0) {
        int at = home(entry - 1);
        while (slots[at] != 0) {
          at = at + 1 & mask;
        }
        slots[at] = entry;
      }
    }
  }

  /// Where the key is, or the empty slot where it would be.
  private int slot(long keyHigh, long keyLow, int keyLength) {
    int mask = slots.length - 1;
    int at = hash(keyHigh, keyLow, keyLength) & mask;
    while (slots[at] != 0) {
      int number = slots[at] - 1;
      if (high[number] == keyHigh && lengths[number] == keyLength && low(number) == keyLow) {
        return at;
      }
      at = at + 1 & mask;
    }
    return at;
  }

  private int home(int number) {
    return hash(high[number], low(number), lengths[number]) & slots.length - 1;
  }

  /// Prefixes of one pool differ in few bits, so these have to reach all others (the constants are
  /// those of SplitMix64).
  private static int hash(long keyHigh, long keyLow, int keyLength) {
    long mixed = keyHigh * 0x9e3779b97f4a7c15L + keyLow * 0xbf58476d1ce4e5b9L + keyLength;
    mixed = (mixed ^ mixed >>> 30) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ mixed >>> 27) * 0x94d049bb133111ebL;
    return (int) (mixed ^ mixed >>> 31);
  }
}
