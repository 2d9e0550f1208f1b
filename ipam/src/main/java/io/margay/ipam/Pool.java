package io.margay.ipam;

import io.margay.datastore.Key;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;

/// A pool as it was at a revision.
///
/// @param blockLength prefix length of the blocks it is cut into
record Pool(Key.ForResource key, IpPrefix cidr, int blockLength, boolean enabled, long revision) {

  IpFamily family() {
    return cidr.family();
  }

  /// Whether blocks of two lengths would be cut from the same addresses.
  boolean contradicts(Pool other) {
    return (cidr.contains(other.cidr) || other.cidr.contains(cidr))
        && blockLength != other.blockLength;
  }
}
