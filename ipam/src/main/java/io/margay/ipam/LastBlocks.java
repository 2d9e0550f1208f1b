package io.margay.ipam;

import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Which block each node took an address from last, so that it is read along with everything else
/// before the next one is taken. A guess: a wrong one costs a call of the store.
final class LastBlocks {

  private record Place(String node, IpFamily family) {}

  private final Map<Place, IpPrefix> blocks = new ConcurrentHashMap<>();

  void note(String node, IpPrefix block) {
    blocks.put(new Place(node, block.family()), block);
  }

  Optional<IpPrefix> of(String node, IpFamily family) {
    return Optional.ofNullable(blocks.get(new Place(node, family)));
  }
}
