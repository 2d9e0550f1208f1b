package io.margay.ipam;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.datastore.Datastore;
import io.margay.datastore.Key;
import io.margay.datastore.ipam.AllocationBlock;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;

/// What holds of the values in a datastore once nobody is working on it. Reads the raw values and
/// uses nothing of the code it judges.
final class Invariants {

  private final Map<IpPrefix, AllocationBlock> blocks = new TreeMap<>();
  private final Map<String, Map<IpPrefix, Integer>> handles = new TreeMap<>();
  private final Set<Key.BlockAffinity> affinities = new HashSet<>();

  private Invariants(Datastore datastore) {
    var snapshot = datastore.snapshot();
    assertThat(snapshot.unreadable()).isEmpty();
    for (var entry : snapshot.entries()) {
      switch (entry.key()) {
        case Key.IpamBlock(var cidr) -> blocks.put(cidr, (AllocationBlock) entry.value());
        case Key.IpamHandle(var id) ->
            handles.put(id, ((AllocationBlock.Handle) entry.value()).blocks());
        case Key.BlockAffinity affinity -> affinities.add(affinity);
        case Key<?> _ -> {}
      }
    }
  }

  /// All of them.
  static void assertHold(Datastore datastore) {
    var now = new Invariants(datastore);
    now.assertBlocksHold();
    assertThat(now.handles)
        .as("handles count the addresses that carry them")
        .isEqualTo(now.counted());
    Set<Key.BlockAffinity> expected = new HashSet<>();
    now.blocks.forEach((cidr, block) -> {
      if (block.affinity() != null) {
        expected.add(new Key.BlockAffinity(block.affinity().substring("host:".length()), cidr));
      }
    });
    assertThat(now.affinities).as("each affinity is its block's").isEqualTo(expected);
  }

  /// What holds even after a crash: nothing is given out twice.
  static void assertBlocksHold(Datastore datastore) {
    new Invariants(datastore).assertBlocksHold();
  }

  private void assertBlocksHold() {
    IpPrefix before = null;
    for (var block : blocks.values()) {
      assertThat(before != null && before.contains(block.cidr()))
          .as("%s overlaps %s", before, block.cidr())
          .isFalse();
      before = block.cidr();
      int size = block.allocations().size();
      List<Integer> all = new ArrayList<>(block.unallocated());
      IntStream.range(0, size).filter(i -> block.allocations().get(i) != null).forEach(all::add);
      assertThat(all)
          .as("free and used numbers of %s", block.cidr())
          .containsExactlyInAnyOrderElementsOf(IntStream.range(0, size).boxed().toList());
      Set<Integer> used = new TreeSet<>();
      block.allocations().stream().filter(index -> index != null).forEach(used::add);
      assertThat(used)
          .as("attributes of %s that are used", block.cidr())
          .isEqualTo(new TreeSet<>(IntStream.range(0, block.attributes().size()).boxed().toList()));
      assertThat(block.attributes()).doesNotHaveDuplicates();
    }
  }

  private Map<String, Map<IpPrefix, Integer>> counted() {
    Map<String, Map<IpPrefix, Integer>> counted = new TreeMap<>();
    blocks.forEach((cidr, block) -> {
      for (Integer index : block.allocations()) {
        String handle = index == null ? null : block.attributes().get(index).handle();
        if (handle != null) {
          counted.computeIfAbsent(handle, _ -> new TreeMap<>()).merge(cidr, 1, Integer::sum);
        }
      }
    });
    return counted;
  }

  /// The addresses in use, with the handle of each.
  static Map<IpAddress, String> inUse(Datastore datastore) {
    Map<IpAddress, String> inUse = new TreeMap<>();
    for (var block : new Invariants(datastore).blocks.values()) {
      for (int i = 0; i < block.allocations().size(); i++) {
        Integer index = block.allocations().get(i);
        if (index != null) {
          String handle = block.attributes().get(index).handle();
          inUse.put(block.address(i), handle == null ? "" : handle);
        }
      }
    }
    return inUse;
  }
}
