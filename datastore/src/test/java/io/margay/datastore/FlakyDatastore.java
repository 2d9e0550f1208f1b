package io.margay.datastore;

import io.margay.datastore.DatastoreException.Unavailable;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A datastore whose watches can be made to be lost, and which can be made unavailable.
final class FlakyDatastore implements Datastore {

  private final Datastore datastore;

  private boolean available = true;
  private long snapshots;
  private @Nullable LosableListener latest;
  private boolean loseNextWatch;
  private @Nullable Snapshot latestSnapshot;

  FlakyDatastore(Datastore datastore) {
    this.datastore = datastore;
  }

  synchronized void setAvailable(boolean available) {
    this.available = available;
  }

  /// Loses the watch there is; if there is none, because its user is about to open one, that one.
  synchronized void loseWatch() {
    if (latest == null || latest.isLost()) {
      loseNextWatch = true;
    } else {
      latest.lose();
    }
  }

  /// Waits until so many more were taken.
  void awaitSnapshots(int count) {
    long until = snapshots() + count;
    Await.until(() -> snapshots() >= until, () -> "no more snapshots are taken");
  }

  private synchronized long snapshots() {
    return snapshots;
  }

  synchronized @Nullable Snapshot latestSnapshot() {
    return latestSnapshot;
  }

  @Override
  public Commit commit(List<? extends Write> writes) {
    return datastore.commit(writes);
  }

  @Override
  public Snapshot snapshot() {
    synchronized (this) {
      if (!available) {
        throw new Unavailable(DatastoreError.STORE_IO, "the store is made unavailable.");
      }
    }
    var snapshot = datastore.snapshot();
    synchronized (this) {
      latestSnapshot = snapshot;
      snapshots++;
    }
    return snapshot;
  }

  @Override
  public Watch watch(long afterRevision, WatchListener listener) {
    var losable = new LosableListener(listener);
    boolean lose;
    synchronized (this) {
      latest = losable;
      lose = loseNextWatch;
      loseNextWatch = false;
    }
    var watch = datastore.watch(afterRevision, losable);
    if (lose) {
      losable.lose();
    }
    return watch;
  }

  private static final class LosableListener implements WatchListener {
    private final WatchListener listener;
    private boolean lost;

    LosableListener(WatchListener listener) {
      this.listener = listener;
    }

    synchronized boolean isLost() {
      return lost;
    }

    @Override
    public synchronized void onChanges(List<Change> changes) {
      if (!lost) {
        listener.onChanges(changes);
      }
    }

    @Override
    public synchronized void onLost(String reason) {
      if (!lost) {
        lost = true;
        listener.onLost(reason);
      }
    }

    void lose() {
      onLost("the test wants it so");
    }
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
  public <V> long create(Key<V> key, V value) {
    return datastore.create(key, value);
  }

  @Override
  public <V> long update(Key<V> key, V value, @Nullable Long expectedRevision) {
    return datastore.update(key, value, expectedRevision);
  }

  @Override
  public <V> long apply(Key<V> key, V value) {
    return datastore.apply(key, value);
  }

  @Override
  public <V> long apply(Key<V> key, V value, Duration timeToLive) {
    return datastore.apply(key, value, timeToLive);
  }

  @Override
  public void delete(Key<?> key, @Nullable Long expectedRevision) {
    datastore.delete(key, expectedRevision);
  }

  @Override
  public void deleteAll(Collection<? extends Key<?>> keys) {
    datastore.deleteAll(keys);
  }

  @Override
  public void close() {
    datastore.close();
  }
}
