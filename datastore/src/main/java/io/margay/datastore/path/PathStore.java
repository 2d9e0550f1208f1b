package io.margay.datastore.path;

import io.margay.datastore.Datastore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A flat store of texts under paths such as `/calico/v1/Ready`, with one revision counter: what a
/// backend implements.
///
/// Calls block; any thread may make them, several processes may share a store. All of them throw
/// [DatastoreException.Unavailable].
public interface PathStore extends AutoCloseable {

  /// Those of the paths that exist, all as of one revision.
  Reading read(List<String> paths);

  /// All wanted values whose path has one of the prefixes, as of one revision, in no order that
  /// matters.
  Reading list(List<String> prefixes, Predicate<String> wanted);

  /// Those of the paths that exist, and all values whose path has one of the prefixes: as of one
  /// revision, but on a store without transactions, which is asked for one after the other. For a
  /// few prefixes with little below them.
  default Reading readTogether(List<String> paths, List<String> prefixes) {
    Reading values = read(paths);
    if (prefixes.isEmpty()) {
      return values;
    }
    Reading ranges = list(prefixes, _ -> true);
    List<PathValue> all = new ArrayList<>(values.values());
    all.addAll(ranges.values());
    return new Reading(List.copyOf(all), ranges.revision());
  }

  /// Writes all of a transaction, or nothing if a condition does not hold. A transaction that
  /// deletes only what does not exist makes no new revision.
  ///
  /// @return the revision of the write; empty if a condition did not hold
  OptionalLong commit(Transaction transaction);

  /// Writes several transactions as if they were one. A store that has no such thing writes one
  /// after the other and stops at the first that is refused.
  default Datastore.Commit commitAll(List<Transaction> steps) {
    var revision =
        commit(
            new Transaction(
                steps.stream().flatMap(step -> step.conditions().stream()).toList(),
                steps.stream().flatMap(step -> step.puts().stream()).toList(),
                steps.stream().flatMap(step -> step.deletes().stream()).toList()));
    return revision.isPresent()
        ? new Datastore.Commit.Done(revision.getAsLong())
        : new Datastore.Commit.Refused(0);
  }

  /// What the store could not hold of these values, had it nothing else.
  default List<Objection> objections(Collection<Put> puts) {
    return List.of();
  }

  /// Follows all changes after a revision, on a thread of the store's own.
  Datastore.Watch watch(long afterRevision, Listener listener);

  @Override
  void close();

  /// @param revision the revision of the write that put it there
  record PathValue(String path, String value, long revision) {}

  record Reading(List<PathValue> values, long revision) {}

  record Transaction(List<Condition> conditions, List<Put> puts, List<String> deletes) {
    public Transaction {
      conditions = List.copyOf(conditions);
      puts = List.copyOf(puts);
      deletes = List.copyOf(deletes);
    }
  }

  /// What must hold for a transaction to be written.
  sealed interface Condition {
    String path();

    record Absent(String path) implements Condition {}

    record Exists(String path) implements Condition {}

    /// Exists, and was last written at this revision.
    record At(String path, long revision) implements Condition {}
  }

  /// @param timeToLive null to stay
  record Put(String path, String value, @Nullable Duration timeToLive) {
    public Put(String path, String value) {
      this(path, value, null);
    }
  }

  /// Why a store cannot hold a value.
  ///
  /// @param reason what follows the path in a sentence
  record Objection(String path, String reason) {}

  /// @param value null if the path is gone
  record PathChange(String path, @Nullable String value, long revision) {}

  /// How things were when a change was made.
  interface Past {
    /// Those of the paths that existed once a write was made: one of those that the listener is
    /// being told of, or the one before it.
    ///
    /// @throws HistoryGoneException if that is too long ago
    List<PathValue> at(List<String> paths, long revision);
  }

  /// What a listener wants to know of a path.
  enum Interest {
    NONE,
    CHANGES,
    /// Its changes, and how it was when others changed.
    PAST
  }

  interface Listener {
    /// Changes in the order of their revisions, those of one revision in one call.
    ///
    /// @param past to be asked during the call only
    void onChanges(List<PathChange> changes, Past past);

    /// A store that has to remember the past by itself remembers what is of interest.
    default Interest interestIn(String path) {
      return Interest.PAST;
    }

    /// See [Datastore.WatchListener#onLost(String)].
    void onLost(String reason);
  }

  /// The store no longer knows how it was at a revision.
  final class HistoryGoneException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public HistoryGoneException(long revision, long oldest) {
      super(
          "the store no longer has revision %d, its history starts at %d"
              .formatted(revision, oldest));
    }
  }
}
