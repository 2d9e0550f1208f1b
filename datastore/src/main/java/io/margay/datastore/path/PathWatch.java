package io.margay.datastore.path;

import io.margay.datastore.Datastore.Change;
import io.margay.datastore.Datastore.WatchListener;
import io.margay.datastore.Entry;
import io.margay.datastore.Key;
import io.margay.datastore.path.PartsReader.Assembled;
import io.margay.datastore.path.PathStore.HistoryGoneException;
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

  private final PathStore store;
  private final WatchListener listener;
  private boolean lost;

  PathWatch(PathStore store, WatchListener listener) {
    this.store = store;
    this.listener = listener;
  }

  @Override
  public void onChanges(List<PathChange> pathChanges) {
    if (lost) {
      return;
    }
    List<Change> changes = new ArrayList<>();
    try {
      for (var write : byRevision(pathChanges).values()) {
        convert(write, changes);
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

  private void convert(List<PathChange> write, List<Change> changes) {
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
        addOfParts(key, paths, change.revision(), changes);
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

  private void addOfParts(Key<?> key, List<String> paths, long revision, List<Change> changes) {
    var assembled = PartsReader.assemble(key, paths, store.readAt(paths, revision));
    if (assembled instanceof Assembled.Absent && !existed(paths.getFirst(), revision - 1)) {
      return; // parts without the one that makes it exist, as foreign writers leave them for a time
    }
    changes.add(toChange(key, assembled, revision));
  }

  private boolean existed(String path, long revision) {
    List<PathValue> before = store.readAt(List.of(path), revision);
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
