package io.margay.ipam.check;

import io.margay.datastore.ipam.AllocationBlock;
import io.margay.datastore.ipam.AllocationBlock.Attribute;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// A block whose lists agree again: what is in use decides.
final class BlockRepair {

  private BlockRepair() {}

  /// The same block, if there is nothing wrong with it.
  // What the record says of the elements of `allocations` is not in its class file (JDK-8225377).
  @SuppressWarnings("NullAway")
  static AllocationBlock of(AllocationBlock block) {
    List<Integer> free = new ArrayList<>(block.free());
    for (int ordinal = 0; ordinal < block.allocations().size(); ordinal++) {
      if (block.allocations().get(ordinal) == null && !free.contains(ordinal)) {
        free.add(ordinal);
      }
    }
    List<Attribute> known = new ArrayList<>();
    List<@Nullable Integer> allocations = new ArrayList<>();
    for (Attribute attribute : block.attributes()) {
      if (!known.contains(attribute) && !block.addresses(attribute::equals).isEmpty()) {
        known.add(attribute);
      }
    }
    for (Integer index : block.allocations()) {
      allocations.add(
          index == null ? null : Integer.valueOf(known.indexOf(block.attributes().get(index))));
    }
    return new AllocationBlock(
        block.cidr(),
        block.affinity(),
        block.strictAffinity(),
        allocations,
        free,
        known,
        block.hostAffinity());
  }

  /// What is wrong with it.
  static String reason(AllocationBlock block) {
    List<Integer> free = block.free();
    if (block.unallocated().size() > free.size()) {
      return "lists addresses as free that are in use, or more than once";
    }
    boolean allAccountedFor =
        IntStream.range(0, block.allocations().size())
            .allMatch(i -> block.allocations().get(i) != null || free.contains(i));
    return allAccountedFor
        ? "has attributes that nobody uses, or one twice"
        : "has addresses that are neither free nor in use";
  }
}
