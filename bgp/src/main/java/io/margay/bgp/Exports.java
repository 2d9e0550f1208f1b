package io.margay.bgp;

import io.margay.bgp.rib.ExportGroup;
import io.margay.bgp.rib.LocRib;
import io.margay.loop.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;

/// What all peers are told: the export groups, and when they write. Changes of one turn of the loop
/// go out together, without any wait.
final class Exports {

  /// When to look again whether a slow peer has read.
  private static final Duration BLOCKED_POLL = Duration.ofMillis(2);

  private final EventLoop loop;
  private final LocRib locRib;
  private final BooleanSupplier deferring;
  private final Map<ExportGroup.Key, ExportGroup> groups = new HashMap<>();

  /// Peers that want to hear when they have been told all.
  private final Set<Neighbor> awaiting = new LinkedHashSet<>();

  private boolean flushScheduled;
  private boolean polling;

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
    boolean blocked = false;
    List<ExportGroup> all = new ArrayList<>(groups.values());
    for (ExportGroup group : all) {
      switch (group.flush()) {
        case NOTHING -> {}
        case MORE -> scheduleFlush();
        case BLOCKED -> blocked = true;
      }
    }
    locRib.release();
    awaiting.removeIf(Neighbor::sayAllTold);
    if (blocked && !polling) {
      polling = true;
      loop.schedule(
          BLOCKED_POLL,
          () -> {
            polling = false;
            scheduleFlush();
          });
    }
  }
}
