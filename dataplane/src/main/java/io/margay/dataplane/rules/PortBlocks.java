package io.margay.dataplane.rules;

import io.margay.model.PortRange;
import java.util.ArrayList;
import java.util.List;

/// Port lists cut to what one `multiport` match takes: 15 slots, of which a single port fills one
/// and a range two (iptables-extensions(8), multiport).
final class PortBlocks {

  static final int SLOTS = 15;

  private PortBlocks() {}

  /// The ports in their order, in blocks. A block is closed as soon as the next one does not fit.
  static List<List<PortRange>> of(List<PortRange> ports) {
    List<List<PortRange>> blocks = new ArrayList<>();
    List<PortRange> block = new ArrayList<>();
    int free = SLOTS;
    for (PortRange port : ports) {
      int slots = port.isSingle() ? 1 : 2;
      if (slots > free) {
        blocks.add(List.copyOf(block));
        block.clear();
        free = SLOTS;
      }
      block.add(port);
      free -= slots;
    }
    if (!block.isEmpty()) {
      blocks.add(List.copyOf(block));
    }
    return blocks;
  }
}
