package io.margay.bgp.message;

import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import io.margay.net.Ipv4Address;
import io.margay.net.Ipv6Address;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.RandomAccess;

/// The prefixes of an UPDATE, which are of either family. They lie in primitive arrays, and whoever
/// goes through many asks for bits rather than for an [IpPrefix] of each.
public final class PrefixList extends AbstractList<IpPrefix> implements RandomAccess {

  /// No prefixes.
  public static final PrefixList NONE = new PrefixList(0);

  /// Set in the [#key] of an IPv6 prefix.
  public static final int IPV6 = 0x100;

  private static final long[] NO_LOW = {};

  private long[] high;

  /// Empty as long as all are of IPv4.
  private long[] low = NO_LOW;

  private short[] keys;
  private int size;

  /// An empty list.
  ///
  /// @param expected how many are to come
  PrefixList(int expected) {
    high = new long[expected];
    keys = new short[expected];
  }

  /// These prefixes.
  ///
  /// @param prefixes masked
  public static PrefixList copyOf(List<IpPrefix> prefixes) {
    if (prefixes instanceof PrefixList list) {
      return list;
    }
    PrefixList list = new PrefixList(prefixes.size());
    prefixes.forEach(prefix -> list.append(high(prefix), low(prefix), key(prefix)));
    return list;
  }

  /// Adds a prefix. Only whoever makes the list does.
  void append(long prefixHigh, long prefixLow, int key) {
    if (size == high.length) {
      int capacity = Math.max(8, 2 * size);
      high = Arrays.copyOf(high, capacity);
      keys = Arrays.copyOf(keys, capacity);
    }
    if ((key & IPV6) != 0) {
      if (low.length < high.length) {
        low = Arrays.copyOf(low, high.length);
      }
      low[size] = prefixLow;
    }
    high[size] = prefixHigh;
    keys[size++] = (short) key;
  }

  /// Those of this list and then those of `other`.
  PrefixList join(PrefixList other) {
    if (isEmpty() || other.isEmpty()) {
      return isEmpty() ? other : this;
    }
    PrefixList joined = new PrefixList(size + other.size);
    joined.appendAll(this);
    joined.appendAll(other);
    return joined;
  }

  private void appendAll(PrefixList other) {
    for (int i = 0; i < other.size; i++) {
      append(other.high(i), other.low(i), other.key(i));
    }
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public IpPrefix get(int index) {
    return prefix(high(index), low(index), key(index));
  }

  /// The 32 bits of an IPv4 address, or the first 64 of an IPv6 address.
  public long high(int index) {
    return high[index];
  }

  /// The last 64 bits of an IPv6 address; 0 for IPv4.
  public long low(int index) {
    return index < low.length ? low[index] : 0;
  }

  /// The prefix length, and [#IPV6].
  public int key(int index) {
    return keys[index];
  }

  /// The family of the prefix at `index`.
  public IpFamily family(int index) {
    return familyOf(keys[index]);
  }

  // A prefix as three numbers, as above.

  /// The family of a prefix with this key.
  public static IpFamily familyOf(int key) {
    return (key & IPV6) == 0 ? IpFamily.IPV4 : IpFamily.IPV6;
  }

  /// The prefix of these numbers.
  public static IpPrefix prefix(long high, long low, int key) {
    IpAddress address =
        (key & IPV6) == 0 ? new Ipv4Address((int) high) : new Ipv6Address(high, low);
    return new IpPrefix(address, key & ~IPV6);
  }

  /// The `high` of a prefix.
  public static long high(IpPrefix prefix) {
    return prefix.address() instanceof Ipv4Address v4
        ? v4.bits() & 0xffff_ffffL
        : ((Ipv6Address) prefix.address()).high();
  }

  /// The `low` of a prefix.
  public static long low(IpPrefix prefix) {
    return prefix.address() instanceof Ipv6Address v6 ? v6.low() : 0;
  }

  /// The `key` of a prefix.
  public static int key(IpPrefix prefix) {
    return prefix.address() instanceof Ipv4Address ? prefix.length() : prefix.length() | IPV6;
  }
}
