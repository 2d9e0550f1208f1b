package io.margay.bgp.rib;

import io.margay.bgp.message.PrefixSource;
import io.margay.net.IpFamily;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// Prefixes of [LocRib] on their way into UPDATEs.
///
/// @param ids the path identifier of each; null if all have the same
/// @param id the path identifier of all then
record NumberedPrefixes(LocRib locRib, Numbers numbers, @Nullable Numbers ids, int id)
    implements PrefixSource {

  @Override
  public int size() {
    return numbers.size();
  }

  @Override
  public IpFamily family(int index) {
    return locRib.family(numbers.get(index));
  }

  @Override
  public int length(int index) {
    return locRib.length(numbers.get(index));
  }

  @Override
  public void putAddress(int index, ByteBuffer buffer) {
    locRib.putAddress(numbers.get(index), buffer);
  }

  @Override
  public int pathId(int index) {
    return ids == null ? id : ids.get(index);
  }
}
