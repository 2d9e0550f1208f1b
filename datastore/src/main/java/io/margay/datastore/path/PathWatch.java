package io.margay.datastore.path;

import io.margay.datastore.Datastore.Change;
import io.margay.datastore.Datastore.WatchListener;
import io.margay.datastore.Entry;
import io.margay.datastore.Key;
import io.margay.datastore.path.PartsReader.Assembled;
import io.margay.datastore.path.PathStore.HistoryGoneException;
import io.margay.datastore.path.PathStore.Interest;
import io.margay.datastore.path.PathStore.Past;
import io.margay.datastore.path.PathStore.PathChange;
import io.margay.datastore.path.PathStore.PathValue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Turns changes of paths into changes of values. Changes that one write made to parts of one value
/// become one change, with the other parts as they were then.
///
/// Called on the thread of the watch only.
final class PathWatch implements PathStore.Listener {

  private final WatchListener listener;
  private boolean lost;

  PathWatch(WatchListener listener) {
    this.listener = listener;
  }

  @Override
  public Interest interestIn(String path) {
    Key<?> key = KeyPaths.keyAt(path);
    if (key == null) {
      return Interest.NONE;
    }
    return KeyPaths.of(key).size() == 1 ? Interest.CHANGES : Interest.PAST;
  }

  @Override
  public void onChanges(List<PathChange> pathChanges, Past past) {
    if (lost) {
      return;
    }
    List<Change> changes = new ArrayList<>();
    try {
      for (var write : byRevision(pathChanges).values()) {
        convert(write, past, changes);
      }
    } catch (HistoryGoneException e) {
      onLost(String.valueOf(e.getMessage()));
      return;
    }
    if (!changes.isEmpty()) {
      listener.onChanges(List.copyOf(changes));
    }
  }

  @Override
  public void onLost(String reason) {
    if (!lost) {
      lost = true;
      listener.onLost(reason);
    }
  }

  private static Map<Long, List<PathChange>> byRevision(List<PathChange> changes) {
    Map<Long, List<PathChange>> byRevision = new LinkedHashMap<>();
    for (var change : changes) {
      byRevision.computeIfAbsent(change.revision(), _ -> new ArrayList<>()).add(change);
    }
    return byRevision;
  }

  private static void convert(List<PathChange> write, Past past, List<Change> changes) {
    Map<Key<?>, PathChange> byKey = new LinkedHashMap<>();
    for (var change : write) {
      Key<?> key = KeyPaths.keyAt(change.path());
      if (key != null) {
        byKey.put(key, change);
      }
    }
    byKey.forEach((key, change) -> {
      var paths = KeyPaths.of(key);
      if (paths.size() == 1) {
        changes.add(ofWhole(key, change));
      } else {
        addOfParts(key, paths, change.revision(), past, changes);
      }
    });
  }

  private static Change ofWhole(Key<?> key, PathChange change) {
    String value = change.value();
    return value == null
        ? new Change.Deleted(key, change.revision())
        : toChange(
            key,
            PartsReader.assemble(key, change.path(), List.of(value), change.revision()),
            change.revision());
  }

  private static void addOfParts(
      Key<?> key, List<String> paths, long revision, Past past, List<Change> changes) {
    var assembled = PartsReader.assemble(key, paths, past.at(paths, revision));
    if (assembled instanceof Assembled.Absent && !existed(paths.getFirst(), revision - 1, past)) {
      return; // parts without the one that makes it exist, as foreign writers leave them for a time
    }
    changes.add(toChange(key, assembled, revision));
  }

  private static boolean existed(String path, long revision, Past past) {
    List<PathValue> before = past.at(List.of(path), revision);
    return !before.isEmpty();
  }

  private static Change toChange(Key<?> key, Assembled assembled, long revision) {
    return switch (assembled) {
      case Assembled.Absent _ -> new Change.Deleted(key, revision);
      case Assembled.Present(var entry) -> new Change.Put(at(entry, revision));
      case Assembled.NotUnderstood(var unreadable) -> new Change.Broken(unreadable, revision);
    };
  }

  /// A part that went away leaves older parts behind; the change itself is newer.
  private static <V> Entry<V> at(Entry<V> entry, long revision) {
    return new Entry<>(entry.key(), entry.value(), revision);
  }
}
