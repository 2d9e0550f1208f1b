package io.margay.kubernetes.conversion;

import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/// What is left of a network when others are taken out of it, as the fewest networks.
final class PrefixDifference {

  private PrefixDifference() {}

  /// @param network masked
  /// @param taken masked
  /// @return in ascending order; empty if nothing is left
  static List<IpPrefix> of(IpPrefix network, Collection<IpPrefix> taken) {
    List<IpPrefix> left = new ArrayList<>();
    collect(network, taken, left);
    return left;
  }

  private static void collect(IpPrefix part, Collection<IpPrefix> taken, List<IpPrefix> left) {
    if (taken.stream().anyMatch(other -> other.contains(part))) {
      return;
    }
    if (taken.stream().noneMatch(part::contains)) {
      left.add(part);
      return;
    }
    int length = part.length() + 1;
    collect(new IpPrefix(part.address(), length), taken, left);
    collect(new IpPrefix(upperHalf(part), length), taken, left);
  }

  private static IpAddress upperHalf(IpPrefix part) {
    byte[] octets = part.address().toBytes();
    octets[part.length() / 8] |= (byte) (0x80 >> part.length() % 8);
    return IpAddress.of(octets);
  }
}
