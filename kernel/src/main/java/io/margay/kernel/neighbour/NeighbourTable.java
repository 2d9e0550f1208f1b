package io.margay.kernel.neighbour;

import io.margay.kernel.ApplyOutcome;
import io.margay.kernel.DeltaTracker;
import io.margay.kernel.DeviceEntry;
import io.margay.kernel.FdbEntry;
import io.margay.kernel.ForwardingDatabase;
import io.margay.kernel.KernelException;
import io.margay.kernel.Link;
import io.margay.kernel.Neighbour;
import io.margay.kernel.Neighbours;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.MacAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The permanent neighbour entries of one family that are wanted, or the entries of a forwarding
/// database, and the means to bring the kernel there. Entries of others for the same address are
/// overwritten: there can be only one.
///
/// Notices from the monitor come late. As in [io.margay.kernel.route.RouteTable], one is a reason
/// to read the entries, unless it agrees with what is known, as the echo of our own writes does.
///
/// Belongs to one thread, which its calls to the kernel may block.
///
/// @param <P> the kind of address that an entry is for
/// @param <E> the kind of entry
public final class NeighbourTable<P extends Comparable<P>, E extends DeviceEntry<P>> {

  private final Access<E> kernel;
  private final Predicate<E> ours;
  private final DeltaTracker<Key<P>, E, E> tracker = new DeltaTracker<>(Object::equals);
  private final Map<Key<P>, E> waiting = new TreeMap<>();

  /// Places at which someone else changed an entry, as found when last read.
  private final Set<Key<P>> drifted = new HashSet<>();

  private boolean everRead;
  private boolean stale = true;
  private boolean retryWaiting;

  private record Key<P extends Comparable<P>>(String device, P place)
      implements Comparable<Key<P>> {

    static <P extends Comparable<P>> Key<P> of(DeviceEntry<P> entry) {
      return new Key<>(entry.device(), entry.place());
    }

    @Override
    public int compareTo(Key<P> other) {
      int byDevice = device.compareTo(other.device);
      return byDevice != 0 ? byDevice : place.compareTo(other.place);
    }
  }

  /// The kernel's side of it.
  private interface Access<E> {
    List<E> list();

    void replace(E entry);

    void delete(E entry);
  }

  private NeighbourTable(Access<E> kernel, Predicate<E> ours) {
    this.kernel = kernel;
    this.ours = ours;
  }

  /// Permanent neighbour entries of one family.
  ///
  /// @param ours which of them this table may delete
  public static NeighbourTable<IpAddress, Neighbour> of(
      IpFamily family, Neighbours neighbours, Predicate<Neighbour> ours) {
    Access<Neighbour> access =
        new Access<>() {
          @Override
          public List<Neighbour> list() {
            return neighbours.list(family);
          }

          @Override
          public void replace(Neighbour entry) {
            neighbours.replace(entry);
          }

          @Override
          public void delete(Neighbour entry) {
            neighbours.delete(entry);
          }
        };
    return new NeighbourTable<>(access, ours);
  }

  /// Entries of forwarding databases.
  ///
  /// @param ours which of them this table may delete
  public static NeighbourTable<MacAddress, FdbEntry> of(
      ForwardingDatabase database, Predicate<FdbEntry> ours) {
    Access<FdbEntry> access =
        new Access<>() {
          @Override
          public List<FdbEntry> list() {
            return database.list();
          }

          @Override
          public void replace(FdbEntry entry) {
            database.replace(entry);
          }

          @Override
          public void delete(FdbEntry entry) {
            database.delete(entry);
          }
        };
    return new NeighbourTable<>(access, ours);
  }

  /// Wants the entry, in the place of any other for its device and address.
  public void put(E entry) {
    waiting.remove(Key.of(entry));
    tracker.want(Key.of(entry), entry);
  }

  /// Wants no entry for the address on the device any more.
  public void remove(String device, P place) {
    Key<P> key = new Key<>(device, place);
    waiting.remove(key);
    tracker.unwant(key);
  }

  /// Has the next apply read the kernel's entries anew.
  public void invalidate() {
    stale = true;
  }

  /// Notes from the monitor that an entry appeared or was replaced.
  public void onEntry(E entry) {
    Key<P> key = Key.of(entry);
    boolean concernsUs = ours.test(entry) || tracker.desired(key) != null;
    stale |= concernsUs && !entry.equals(tracker.actual(key));
  }

  /// Notes from the monitor that there is no entry at a place.
  public void onEntryRemoved(String device, P place) {
    stale |= tracker.actual(new Key<>(device, place)) != null;
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
    for (Key<P> key : List.copyOf(tracker.actualKeys())) {
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
  public ApplyOutcome<NeighbourChange<E>> apply() {
    List<NeighbourChange<E>> changes = new ArrayList<>();
    List<KernelException> failures = new ArrayList<>();
    retryWaiting = false;
    try {
      readIfStale();
      tracker.toWrite().forEach(key -> write(key, changes, failures));
      tracker.toDelete().forEach(key -> delete(key, changes, failures));
      drifted.clear();
    } catch (KernelException e) {
      failures.add(e);
    }
    return new ApplyOutcome<>(changes, failures);
  }

  private void readIfStale() {
    if (!stale) {
      return;
    }
    Map<Key<P>, E> actual = new HashMap<>();
    for (E entry : kernel.list()) {
      Key<P> key = Key.of(entry);
      if (ours.test(entry) || tracker.desired(key) != null) {
        actual.put(key, entry);
      }
    }
    if (everRead) {
      noteDrift(actual);
    }
    tracker.foundAll(actual);
    everRead = true;
    stale = false;
  }

  private void noteDrift(Map<Key<P>, E> now) {
    Set<Key<P>> keys = new HashSet<>(now.keySet());
    keys.addAll(tracker.actualKeys());
    for (Key<P> key : keys) {
      if (!Objects.equals(now.get(key), tracker.actual(key))) {
        drifted.add(key);
      }
    }
  }

  /// What is to be there is noted first, since the echo may come at once.
  private void write(Key<P> key, List<NeighbourChange<E>> changes, List<KernelException> failures) {
    E wanted = Objects.requireNonNull(tracker.desired(key));
    E before = tracker.actual(key);
    tracker.found(key, wanted);
    try {
      kernel.replace(wanted);
      waiting.remove(key);
      changes.add(new NeighbourChange.Written<>(wanted, drifted.contains(key)));
    } catch (KernelException e) {
      note(key, before);
      if (e.names("ENODEV") || e.names("ENETDOWN")) {
        waiting.put(key, wanted);
      } else {
        failures.add(e);
      }
    }
  }

  private void delete(
      Key<P> key, List<NeighbourChange<E>> changes, List<KernelException> failures) {
    E unwanted = Objects.requireNonNull(tracker.actual(key));
    tracker.gone(key);
    try {
      if (ours.test(unwanted)) {
        kernel.delete(unwanted);
        changes.add(new NeighbourChange.Removed<>(unwanted, drifted.contains(key)));
      }
    } catch (KernelException e) {
      note(key, unwanted);
      failures.add(e);
    }
  }

  private void note(Key<P> key, @Nullable E actual) {
    if (actual == null) {
      tracker.gone(key);
    } else {
      tracker.found(key, actual);
    }
  }

  /// Wanted entries that are not there because their interface is not there, or down.
  public List<E> waiting() {
    return List.copyOf(waiting.values());
  }
}
