package io.margay.datastore.etcd.v2;

import io.margay.datastore.path.PathStore.Interest;
import io.margay.datastore.path.PathStore.PathChange;
import io.margay.datastore.path.PathStore.PathValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What exists, as of the last event, as far as it is of interest; and what the last event changed.
///
/// Values are kept only where the past is of interest. Used by one thread.
final class Picture {

  private final Function<String, Interest> interest;
  private final TreeMap<String, PathValue> known = new TreeMap<>();

  /// How paths that the last event changed were before; null if they did not exist.
  private final Map<String, @Nullable PathValue> before = new HashMap<>();

  private long last;

  Picture(Function<String, Interest> interest) {
    this.interest = interest;
  }

  void add(PathValue value) {
    var interestIn = interest.apply(value.path());
    if (interestIn != Interest.NONE) {
      known.put(
          value.path(),
          interestIn == Interest.PAST ? value : new PathValue(value.path(), "", value.revision()));
    }
  }

  /// Takes over a write.
  List<PathChange> put(PathValue value) {
    if (interest.apply(value.path()) == Interest.NONE) {
      return List.of();
    }
    begin(value.revision());
    before.put(value.path(), known.get(value.path()));
    add(value);
    return List.of(new PathChange(value.path(), value.value(), value.revision()));
  }

  /// Takes over the deletion of a key, or of a directory with all that is in it.
  List<PathChange> delete(String path, boolean directory, long index) {
    begin(index);
    List<String> gone = new ArrayList<>();
    if (directory) {
      gone.addAll(known.subMap(path + "/", path + "0").keySet()); // '0' comes after '/'
    } else if (known.containsKey(path)) {
      gone.add(path);
    }
    List<PathChange> changes = new ArrayList<>();
    for (String leaf : gone) {
      before.put(leaf, known.remove(leaf));
      changes.add(new PathChange(leaf, null, index));
    }
    return changes;
  }

  private void begin(long index) {
    before.clear();
    last = index;
  }

  /// Those of the paths that existed as of the last event, or before it.
  List<PathValue> at(List<String> paths, long revision) {
    List<PathValue> values = new ArrayList<>();
    for (String path : paths) {
      var value = revision < last && before.containsKey(path) ? before.get(path) : known.get(path);
      if (value != null) {
        values.add(value);
      }
    }
    return values;
  }
}
