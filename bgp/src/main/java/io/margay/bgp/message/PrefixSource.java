package io.margay.bgp.message;

import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.nio.ByteBuffer;
import java.util.List;

/// Prefixes that are to be written, wherever they are kept: whoever keeps them compactly need not
/// make an object of each.
public interface PrefixSource {

  int size();

  IpFamily family(int index);

  /// The prefix length in bits.
  int length(int index);

  /// Writes as many octets of the address as the prefix length needs.
  void putAddress(int index, ByteBuffer buffer);

  /// What tells this path apart (RFC 7911); only asked for where path identifiers are sent.
  int pathId(int index);

  /// The prefixes of a list.
  static PrefixSource of(List<IpPrefix> prefixes, PathIds pathIds) {
    return new PrefixSource() {
      @Override
      public int size() {
        return prefixes.size();
      }

      @Override
      public IpFamily family(int index) {
        return prefixes.get(index).family();
      }

      @Override
      public int length(int index) {
        return prefixes.get(index).length();
      }

      @Override
      public void putAddress(int index, ByteBuffer buffer) {
        Nlri.putAddress(buffer, prefixes.get(index));
      }

      @Override
      public int pathId(int index) {
        return pathIds.get(index);
      }
    };
  }
}
