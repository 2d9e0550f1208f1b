package io.margay.datastore;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A store of typed values with one revision counter. Every successful write has a revision higher
/// than all before it; a resource of several parts is written in one step.
///
/// Calls block; any thread may make them, several processes may share a store. All of them throw
/// [DatastoreException]; its subclasses say which reaction fits.
public interface Datastore extends AutoCloseable {

  <V> Optional<Entry<V>> get(Key<V> key);

  /// The entries of a range at one revision, in the order of their datastore keys. An unreadable
  /// value is left out; the watch reports it.
  <V> List<Entry<V>> list(KeyRange<V> range);

  /// Several values and small ranges, read in one call where the store has such a thing, and then
  /// as of one revision. On etcd's v2 API they are read one after the other.
  View view(Collection<? extends Key<?>> keys, Collection<? extends KeyRange<?>> ranges);

  /// Stores a value that must not exist yet.
  ///
  /// @return the revision of the write
  /// @throws DatastoreException.AlreadyExists if it does
  <V> long create(Key<V> key, V value);

  /// Overwrites a value that must exist.
  ///
  /// @param expectedRevision the revision it must have; null for any
  /// @throws DatastoreException.DoesNotExist if it does not exist
  /// @throws DatastoreException.UpdateConflict if its revision is another
  <V> long update(Key<V> key, V value, @Nullable Long expectedRevision);

  /// Stores a value whether it exists or not. Writing what is there already changes nothing, not
  /// even the revision.
  <V> long apply(Key<V> key, V value);

  /// Stores a value that vanishes unless it is written again within a time. Each write starts the
  /// time anew. (A [Key.NodeStatus] has one however it is written: the 90 s that Felix 2.1 has as
  /// its `ReportingTTLSecs`.)
  <V> long apply(Key<V> key, V value, Duration timeToLive);

  /// Removes a value that must exist.
  ///
  /// @param expectedRevision the revision it must have; null for any
  /// @throws DatastoreException.DoesNotExist if it does not exist
  /// @throws DatastoreException.UpdateConflict if its revision is another
  void delete(Key<?> key, @Nullable Long expectedRevision);

  /// Removes those of the keys that exist, in one write.
  void deleteAll(Collection<? extends Key<?>> keys);

  /// Writes several values, each under a condition of its own: all of them in one step, or none.
  ///
  /// etcd's v2 API has no transactions. There the writes are made one after the other as they are
  /// listed, up to the first whose condition does not hold; a process that dies leaves the first
  /// few. So callers put them in an order of which every beginning is harmless.
  ///
  /// @param writes at most [#MOST_WRITES]
  /// @throws DatastoreException.Unavailable if there is no answer; then all of it may be written
  Commit commit(List<? extends Write> writes);

  /// Everything at one revision.
  Snapshot snapshot();

  /// Follows all changes after a revision. The listener is called on a thread of the store's own.
  Watch watch(long afterRevision, WatchListener listener);

  @Override
  void close();

  /// What every store takes in one [#commit(List)].
  int MOST_WRITES = 40;

  /// A part of a [#commit(List)].
  sealed interface Write {
    Key<?> key();

    /// Must not exist yet.
    record Create<V>(Key<V> key, V value) implements Write {}

    /// Must exist at this revision.
    record Update<V>(Key<V> key, V value, long revision) implements Write {}

    /// Must exist at this revision.
    record Delete(Key<?> key, long revision) implements Write {}

    /// Stays as it is, and must be at this revision.
    record Unchanged(Key<?> key, long revision) implements Write {}

    /// Does not exist, and stays so.
    record Absent(Key<?> key) implements Write {}
  }

  /// What became of a [#commit(List)].
  sealed interface Commit {
    /// @param revision of the write
    record Done(long revision) implements Commit {}

    /// A condition did not hold.
    ///
    /// @param written how many writes were made before that one; 0 in a store with transactions
    record Refused(int written) implements Commit {}
  }

  /// @param entries in the order of their datastore keys
  /// @param unreadable values that cannot be understood
  /// @param revision the revision at which all of this holds
  record Snapshot(List<Entry<?>> entries, List<Unreadable> unreadable, long revision) {}

  /// @param key what the value would have been, if the datastore key tells
  /// @param path the datastore key
  record Unreadable(@Nullable Key<?> key, String path, String reason) {}

  interface WatchListener {
    /// Changes in the order of their revisions; those of one write are in one call.
    void onChanges(List<Change> changes);

    /// The watch cannot go on: the history it needs is gone, or the store was replaced. Nothing
    /// follows; take a snapshot and watch from there.
    void onLost(String reason);
  }

  /// A change of one value.
  sealed interface Change {
    long revision();

    record Put(Entry<?> entry) implements Change {
      @Override
      public long revision() {
        return entry.revision();
      }
    }

    record Deleted(Key<?> key, long revision) implements Change {}

    /// The value cannot be understood. Whoever held an older one counts it as gone.
    record Broken(Unreadable unreadable, long revision) implements Change {}
  }

  interface Watch extends AutoCloseable {
    @Override
    void close();
  }
}
