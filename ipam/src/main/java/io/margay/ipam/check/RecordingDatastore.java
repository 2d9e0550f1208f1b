package io.margay.ipam.check;

import io.margay.datastore.Datastore;
import io.margay.datastore.Entry;
import io.margay.datastore.Key;
import io.margay.datastore.KeyRange;
import io.margay.datastore.View;
import io.margay.datastore.path.StoredTexts;
import io.margay.ipam.check.UndoFile.Line;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Notes down every commit before it is made. Other ways of writing are closed.
final class RecordingDatastore implements Datastore {

  private final Datastore datastore;
  private final UndoFile undo;

  RecordingDatastore(Datastore datastore, UndoFile undo) {
    this.datastore = datastore;
    this.undo = undo;
  }

  @Override
  public Commit commit(List<? extends Write> writes) {
    List<Line> lines = new ArrayList<>();
    for (Write write : writes) {
      Line line =
          switch (write) {
            case Write.Create<?>(var key, var value) ->
                new Line(StoredTexts.path(key), null, StoredTexts.text(key, value));
            case Write.Update<?>(var key, var value, long _) ->
                new Line(StoredTexts.path(key), now(key), StoredTexts.text(key, value));
            case Write.Delete(var key, long _) -> new Line(StoredTexts.path(key), now(key), null);
            case Write.Unchanged _, Write.Absent _ -> null;
          };
      if (line != null) {
        lines.add(line);
      }
    }
    undo.add(lines);
    return datastore.commit(writes);
  }

  private @Nullable String now(Key<?> key) {
    return datastore.get(key).map(entry -> StoredTexts.text(key, entry.value())).orElse(null);
  }

  @Override
  public <V> Optional<Entry<V>> get(Key<V> key) {
    return datastore.get(key);
  }

  @Override
  public <V> List<Entry<V>> list(KeyRange<V> range) {
    return datastore.list(range);
  }

  @Override
  public View view(Collection<? extends Key<?>> keys, Collection<? extends KeyRange<?>> ranges) {
    return datastore.view(keys, ranges);
  }

  @Override
  public Snapshot snapshot() {
    return datastore.snapshot();
  }

  @Override
  public Watch watch(long afterRevision, WatchListener listener) {
    return datastore.watch(afterRevision, listener);
  }

  @Override
  public <V> long create(Key<V> key, V value) {
    throw closed();
  }

  @Override
  public <V> long update(Key<V> key, V value, @Nullable Long expectedRevision) {
    throw closed();
  }

  @Override
  public <V> long apply(Key<V> key, V value) {
    throw closed();
  }

  @Override
  public <V> long apply(Key<V> key, V value, Duration timeToLive) {
    throw closed();
  }

  @Override
  public void delete(Key<?> key, @Nullable Long expectedRevision) {
    throw closed();
  }

  @Override
  public void deleteAll(Collection<? extends Key<?>> keys) {
    throw closed();
  }

  private static UnsupportedOperationException closed() {
    return new UnsupportedOperationException("a repair writes by commits only");
  }

  @Override
  public void close() {} // it is its opener's
}
