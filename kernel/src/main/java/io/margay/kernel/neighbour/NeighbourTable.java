package io.margay.kernel.neighbour;

import io.margay.kernel.ApplyOutcome;
import io.margay.kernel.DeltaTracker;
import io.margay.kernel.KernelException;
import io.margay.kernel.Link;
import io.margay.kernel.Neighbour;
import io.margay.kernel.Neighbours;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Predicate;

/// The permanent neighbour entries of one family that are wanted, and the means to bring the kernel
/// there. Entries of others for the same address are overwritten: there can be only one.
///
/// Belongs to one thread, which its calls to [Neighbours] may block.
public final class NeighbourTable {

  private final IpFamily family;
  private final Neighbours neighbours;
  private final Predicate<Neighbour> ours;
  private final DeltaTracker<Key, Neighbour, Neighbour> tracker =
      new DeltaTracker<>(Neighbour::equals);
  private final Map<Key, Neighbour> waiting = new TreeMap<>();

  private boolean stale = true;
  private boolean retryWaiting;

  private record Key(String device, IpAddress address) implements Comparable<Key> {
    private static final Comparator<Key> ORDER =
        Comparator.comparing(Key::device).thenComparing(Key::address);

    static Key of(Neighbour neighbour) {
      return new Key(neighbour.device(), neighbour.address());
    }

    @Override
    public int compareTo(Key other) {
      return ORDER.compare(this, other);
    }
  }

  /// @param ours which permanent entries this table may delete
  public NeighbourTable(IpFamily family, Neighbours neighbours, Predicate<Neighbour> ours) {
    this.family = family;
    this.neighbours = neighbours;
    this.ours = ours;
  }

  /// Wants the entry, in the place of any other for its device and address.
  public void put(Neighbour neighbour) {
    if (neighbour.address().family() != family) {
      throw new IllegalArgumentException(
          neighbour + " does not belong to the neighbours of " + family);
    }
    waiting.remove(Key.of(neighbour));
    tracker.want(Key.of(neighbour), neighbour);
  }

  /// Wants no entry for the address on the device any more.
  public void remove(String device, IpAddress address) {
    Key key = new Key(device, address);
    waiting.remove(key);
    tracker.unwant(key);
  }

  /// Has the next apply read the kernel's entries anew.
  public void invalidate() {
    stale = true;
  }

  /// Notes from the monitor that a link appeared or changed. One that went down lost its entries.
  public void onLink(Link link) {
    if (link.adminUp()) {
      retryWaiting |= !waiting.isEmpty();
    } else {
      loseEntriesOf(link.name());
    }
  }

  public void onLinkRemoved(Link link) {
    loseEntriesOf(link.name());
  }

  private void loseEntriesOf(String device) {
    for (Key key : List.copyOf(tracker.actualKeys())) {
      if (key.device().equals(device)) {
        tracker.gone(key);
      }
    }
  }

  /// Whether an apply would read or write.
  public boolean needsApply() {
    return stale
        || retryWaiting
        || !tracker.toDelete().isEmpty()
        || !waiting.keySet().containsAll(tracker.toWrite());
  }

  /// Writes what is missing or differs, deletes what is not wanted.
  public ApplyOutcome<NeighbourChange> apply() {
    List<NeighbourChange> changes = new ArrayList<>();
    List<KernelException> failures = new ArrayList<>();
    retryWaiting = false;
    try {
      readIfStale();
      tracker.toWrite().forEach(key -> write(key, changes, failures));
      tracker.toDelete().forEach(key -> delete(key, changes, failures));
    } catch (KernelException e) {
      failures.add(e);
    }
    return new ApplyOutcome<>(changes, failures);
  }

  private void readIfStale() {
    if (!stale) {
      return;
    }
    Map<Key, Neighbour> actual = new HashMap<>();
    for (Neighbour neighbour : neighbours.list(family)) {
      Key key = Key.of(neighbour);
      if (ours.test(neighbour) || tracker.desired(key) != null) {
        actual.put(key, neighbour);
      }
    }
    tracker.foundAll(actual);
    stale = false;
  }

  private void write(Key key, List<NeighbourChange> changes, List<KernelException> failures) {
    Neighbour wanted = Objects.requireNonNull(tracker.desired(key));
    try {
      neighbours.replace(wanted);
      tracker.found(key, wanted);
      waiting.remove(key);
      changes.add(new NeighbourChange.Written(wanted));
    } catch (KernelException e) {
      if (e.names("ENODEV") || e.names("ENETDOWN")) {
        waiting.put(key, wanted);
      } else {
        failures.add(e);
      }
    }
  }

  private void delete(Key key, List<NeighbourChange> changes, List<KernelException> failures) {
    Neighbour unwanted = Objects.requireNonNull(tracker.actual(key));
    try {
      if (ours.test(unwanted)) {
        neighbours.delete(unwanted);
        changes.add(new NeighbourChange.Removed(unwanted));
      }
      tracker.gone(key);
    } catch (KernelException e) {
      failures.add(e);
    }
  }

  /// Wanted entries that are not there because their interface is not there, or down.
  public List<Neighbour> waiting() {
    return List.copyOf(waiting.values());
  }
}
