package io.margay.bgp;

import io.margay.bgp.rib.ExportGroup;
import io.margay.bgp.rib.LocRib;
import io.margay.loop.EventLoop;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;

/// What all peers are told: the export groups, and when they write. Changes of one turn of the loop
/// go out together, without any wait. A peer that reads slowly is told more once it has read.
final class Exports {

  private final EventLoop loop;
  private final LocRib locRib;
  private final BooleanSupplier deferring;
  private final Map<ExportGroup.Key, ExportGroup> groups = new HashMap<>();

  /// Peers that want to hear when they have been told all.
  private final Set<Neighbor> awaiting = new LinkedHashSet<>();

  private boolean flushScheduled;

  Exports(EventLoop loop, LocRib locRib, BooleanSupplier deferring) {
    this.loop = loop;
    this.locRib = locRib;
    this.deferring = deferring;
  }

  /// The group of the peers with this key.
  ExportGroup group(ExportGroup.Key key) {
    ExportGroup group = groups.get(key);
    if (group == null || group.isEmpty()) {
      groups.values().removeIf(ExportGroup::isEmpty);
      group = new ExportGroup(key, locRib, deferring, this::scheduleFlush);
      groups.put(key, group);
    }
    return group;
  }

  void reconsider() {
    groups.values().forEach(ExportGroup::reconsider);
  }

  /// [Neighbor#sayAllTold] is called after each flush until it has nothing left.
  void awaitAllTold(Neighbor neighbor) {
    awaiting.add(neighbor);
    scheduleFlush();
  }

  void scheduleFlush() {
    if (!flushScheduled) {
      flushScheduled = true;
      loop.execute(this::flush);
    }
  }

  private void flush() {
    flushScheduled = false;
    for (ExportGroup group : List.copyOf(groups.values())) {
      if (group.flush()) {
        scheduleFlush();
      }
    }
    if (locRib.hasEmptied()) {
      // After what was told has been handed over.
      loop.execute(locRib::release);
    }
    if (!awaiting.isEmpty()) {
      awaiting.removeIf(Neighbor::sayAllTold);
    }
  }
}
