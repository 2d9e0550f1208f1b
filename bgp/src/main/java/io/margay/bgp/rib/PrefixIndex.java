package io.margay.bgp.rib;

import io.margay.bgp.message.PrefixList;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.nio.ByteBuffer;
import java.util.Arrays;

/// Numbers prefixes from 0 on, so that what belongs to a prefix sits in plain arrays, and sets of
/// prefixes are bit sets.
///
/// ```
///   IpPrefix ──hash──> slots[] ──number──> high[], low[], lengths[]
/// ```
///
/// A hash table with open addressing and linear probing over primitive arrays. A prefix costs 10
/// octets in the arrays and 8 to 16 in the slots; 8 more from the moment that there is IPv6.
///
/// 1. *What comes together lies together.* The hash of a prefix leaves its last four bits alone, so
///    that neighbours, which is what UPDATEs and blocks are made of, share a line of the cache:
///    waiting for memory was half of what a large table cost.
/// 2. *What goes often comes back.* A prefix that is removed keeps its place until those are as
///    many as the others; then all of them give up theirs at once.
final class PrefixIndex {

  static final int NONE = -1;

  private static final int FIRST_CAPACITY = 64;

  /// Set in the length of a prefix that was removed and still has its place.
  private static final int GONE = 0x200;

  /// How many of those may stay in a small table.
  private static final int MAX_GONE = 1024;

  private static final long[] NO_LOW = {};

  /// Bits of a prefix that do not take part in its hash.
  private static final int NEAR = 4;

  /// Numbers, plus one; 0 is an empty slot. Twice as many as there may be prefixes.
  private int[] slots = new int[2 * FIRST_CAPACITY];

  private long[] high = new long[FIRST_CAPACITY];
  private long[] low = NO_LOW;
  private short[] lengths = new short[FIRST_CAPACITY];

  /// Numbers below `limit` that are not in use.
  private int[] free = new int[16];

  private int freeCount;
  private int limit;
  private int goneCount;

  /// The prefix's number, or [#NONE].
  int find(IpPrefix prefix) {
    return find(PrefixList.high(prefix), PrefixList.low(prefix), PrefixList.key(prefix));
  }

  /// The number of a prefix given as in [PrefixList], or [#NONE].
  int find(long keyHigh, long keyLow, int keyLength) {
    int number = slots[slot(keyHigh, keyLow, keyLength)] - 1;
    return number >= 0 && (lengths[number] & GONE) == 0 ? number : NONE;
  }

  /// The prefix's number, a new one if it had none.
  int add(IpPrefix prefix) {
    return add(PrefixList.high(prefix), PrefixList.low(prefix), PrefixList.key(prefix));
  }

  /// The number of a prefix given as in [PrefixList], a new one if it had none.
  int add(long keyHigh, long keyLow, int keyLength) {
    int slot = slot(keyHigh, keyLow, keyLength);
    if (slots[slot] != 0) {
      int known = slots[slot] - 1;
      goneCount -= (lengths[known] & GONE) == 0 ? 0 : 1;
      lengths[known] = (short) keyLength;
      return known;
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

  /// Removes a prefix, whose number may be another's from now on.
  void remove(int number) {
    lengths[number] |= GONE;
    goneCount++;
    if (goneCount > MAX_GONE && goneCount > limit - freeCount - goneCount) {
      forgetGone();
    }
  }

  private void forgetGone() {
    Arrays.fill(slots, 0);
    if (free.length < freeCount + goneCount) {
      free = Arrays.copyOf(free, freeCount + goneCount);
    }
    // Numbers that were free already are gone as well, and must not be given twice.
    freeCount = 0;
    goneCount = 0;
    for (int number = limit - 1; number >= 0; number--) {
      if ((lengths[number] & GONE) == 0) {
        place(number);
      } else {
        free[freeCount++] = number;
      }
    }
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
    return (lengths[number] & PrefixList.IPV6) == 0;
  }

  IpFamily family(int number) {
    return isIpv4(number) ? IpFamily.IPV4 : IpFamily.IPV6;
  }

  IpPrefix prefix(int number) {
    return PrefixList.prefix(high[number], low(number), lengths[number]);
  }

  int length(int number) {
    return lengths[number] & ~PrefixList.IPV6;
  }

  /// Writes as many octets of the prefix's address as its length needs.
  void putAddress(int number, ByteBuffer buffer) {
    int octets = (length(number) + Byte.SIZE - 1) / Byte.SIZE;
    if (octets == Integer.BYTES && isIpv4(number)) {
      buffer.putInt((int) high[number]);
      return;
    }
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

  private void grow() {
    int capacity = 2 * high.length;
    high = Arrays.copyOf(high, capacity);
    lengths = Arrays.copyOf(lengths, capacity);
    if (low.length != 0) {
      low = Arrays.copyOf(low, capacity);
    }
    int[] old = slots;
    slots = new int[2 * capacity];
    for (int entry : old) {
      if (entry != 0) {
        place(entry - 1);
      }
    }
  }

  /// Puts a number into the first empty slot from its home on.
  private void place(int number) {
    int mask = slots.length - 1;
    int at = hash(high[number], low(number), key(number)) & mask;
    while (slots[at] != 0) {
      at = at + 1 & mask;
    }
    slots[at] = number + 1;
  }

  /// Where the key is, or the empty slot where it would be.
  private int slot(long keyHigh, long keyLow, int keyLength) {
    int mask = slots.length - 1;
    int at = hash(keyHigh, keyLow, keyLength) & mask;
    while (slots[at] != 0) {
      int number = slots[at] - 1;
      if (high[number] == keyHigh && key(number) == keyLength && low(number) == keyLow) {
        return at;
      }
      at = at + 1 & mask;
    }
    return at;
  }

  /// The length, and the family, of a prefix that may be gone.
  private int key(int number) {
    return lengths[number] & ~GONE;
  }

  /// Prefixes of one pool differ in few bits, so these have to reach all others (the constants are
  /// those of SplitMix64), except for the last ones.
  private static int hash(long keyHigh, long keyLow, int key) {
    int length = key & ~PrefixList.IPV6;
    boolean ipv4 = length == key;
    int inHigh = ipv4 ? Integer.SIZE : Long.SIZE;
    boolean beyond = length > inHigh;
    int unused = (beyond ? 2 * Long.SIZE : inHigh) - length;
    long last = length == 0 ? 0 : (beyond ? keyLow : keyHigh) >>> unused;
    long before = beyond ? keyHigh : 0;
    long mixed = (last >>> NEAR) * 0x9e3779b97f4a7c15L + before * 0xbf58476d1ce4e5b9L + key;
    mixed = (mixed ^ mixed >>> 30) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ mixed >>> 27) * 0x94d049bb133111ebL;
    return (int) (mixed ^ mixed >>> 31) + (int) (last & (1 << NEAR) - 1);
  }
}
