package io.margay.datastore.migration;

import io.margay.datastore.DatastoreException;
import io.margay.datastore.path.PathStore;
import io.margay.datastore.path.PathStore.Condition;
import io.margay.datastore.path.PathStore.PathValue;
import io.margay.datastore.path.PathStore.Put;
import io.margay.datastore.path.PathStore.Transaction;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// Copies everything below `/calico/` from one store to another, as texts: also what this version
/// does not understand.
///
/// It never overwrites or deletes. What is at the target already with the same value was copied
/// before, so a migration that was cut short is finished by running it again. The ready flag comes
/// last, so that no agent starts from half a cluster. What expires by itself is left out: whoever
/// reported it will report it again.
public final class Migration {

  private static final String ROOT = "/calico/";
  private static final String READY = "/calico/v1/Ready";

  /// The status of a node's agent, which has a time to live.
  private static final Pattern EXPIRES = Pattern.compile("/calico/felix/v1/host/[^/]+/status");

  /// How much is written at once, within the limits of every store.
  private static final int BATCH = 60;

  private final PathStore source;
  private final PathStore target;

  /// How it ended.
  public sealed interface Outcome {

    /// The target has what the source has; this was read back.
    ///
    /// @param copied how many values were copied now
    /// @param alreadyThere how many were there before
    record Done(int copied, int alreadyThere) implements Outcome {}

    /// The target holds other things, so nothing (more) was written.
    ///
    /// @param different paths with another value at the target
    /// @param foreign paths that the source does not have
    record Refused(List<String> different, List<String> foreign) implements Outcome {}

    /// All was copied, and meanwhile somebody wrote to one of the stores. Running again copies what
    /// is new.
    ///
    /// @param paths that are not the same in both
    record Changed(List<String> paths) implements Outcome {}
  }

  public Migration(PathStore source, PathStore target) {
    this.source = source;
    this.target = target;
  }

  /// @throws DatastoreException.Unavailable if a store is; run again when it is back
  public Outcome run() {
    var comparison = compare();
    if (!comparison.isExtensible()) {
      return new Outcome.Refused(comparison.different(), comparison.foreign());
    }
    var missing = comparison.missing();
    for (int from = 0; from < missing.size(); from += BATCH) {
      if (!copy(missing.subList(from, Math.min(missing.size(), from + BATCH)))) {
        var now = compare();
        return new Outcome.Refused(now.different(), now.foreign());
      }
    }
    var after = compare();
    return after.isEqual()
        ? new Outcome.Done(missing.size(), comparison.same())
        : new Outcome.Changed(after.differences());
  }

  private boolean copy(List<PathValue> values) {
    List<Condition> conditions = new ArrayList<>();
    List<Put> puts = new ArrayList<>();
    for (var value : values) {
      conditions.add(new Condition.Absent(value.path()));
      puts.add(new Put(value.path(), value.value()));
    }
    return target.commit(new Transaction(conditions, puts, List.of())).isPresent();
  }

  /// @param missing at the target, in the order in which they are to be written
  private record Comparison(
      List<PathValue> missing, List<String> different, List<String> foreign, int same) {
    boolean isExtensible() {
      return different.isEmpty() && foreign.isEmpty();
    }

    boolean isEqual() {
      return isExtensible() && missing.isEmpty();
    }

    List<String> differences() {
      List<String> all = new ArrayList<>(missing.stream().map(PathValue::path).toList());
      all.addAll(different);
      all.addAll(foreign);
      return List.copyOf(all);
    }
  }

  private Comparison compare() {
    Map<String, PathValue> there = read(target);
    List<PathValue> missing = new ArrayList<>();
    List<String> different = new ArrayList<>();
    int same = 0;
    for (var value : read(source).values()) {
      var other = there.remove(value.path());
      if (other == null) {
        missing.add(value);
      } else if (other.value().equals(value.value())) {
        same++;
      } else {
        different.add(value.path());
      }
    }
    missing.sort(Comparator.comparing(value -> value.path().equals(READY)));
    return new Comparison(
        List.copyOf(missing), List.copyOf(different), List.copyOf(there.keySet()), same);
  }

  private static Map<String, PathValue> read(PathStore store) {
    Map<String, PathValue> values = new TreeMap<>();
    store
        .list(List.of(ROOT), path -> !EXPIRES.matcher(path).matches())
        .values()
        .forEach(value -> values.put(value.path(), value));
    return values;
  }
}
