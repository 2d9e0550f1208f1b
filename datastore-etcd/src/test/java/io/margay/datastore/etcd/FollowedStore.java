package io.margay.datastore.etcd;

import io.margay.datastore.Await;
import io.margay.datastore.Datastore;
import io.margay.datastore.Key;
import io.margay.datastore.SyncListener;
import io.margay.datastore.Syncer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What an agent would know.
final class FollowedStore implements SyncListener, AutoCloseable {

  private final Map<Key<?>, Object> values = new HashMap<>();
  private final Map<Key<?>, Integer> problems = new HashMap<>();
  private Status status = Status.WAITING;
  private final Syncer syncer;

  FollowedStore(Datastore datastore) {
    syncer = new Syncer(datastore, this);
    syncer.start();
  }

  @Override
  public synchronized void onUpdates(List<SyncUpdate> updates) {
    for (var update : updates) {
      if (update.value() == null) {
        values.remove(update.key());
      } else {
        values.put(update.key(), update.value());
      }
      if (update.problem() != null) {
        problems.merge(update.key(), 1, Integer::sum);
      }
    }
  }

  @Override
  public synchronized void onStatus(Status next) {
    status = next;
  }

  synchronized Map<Key<?>, Object> values() {
    return Map.copyOf(values);
  }

  /// How often each key was said to be not understood.
  synchronized Map<Key<?>, Integer> problems() {
    return Map.copyOf(problems);
  }

  private synchronized Status status() {
    return status;
  }

  void await(Status expected) {
    Await.until(() -> status() == expected, () -> status() + ", expected " + expected);
  }

  void await(Key<?> key, Object expected) {
    Await.until(
        () -> expected.equals(values().get(key)),
        () -> key + " is " + values().get(key) + ", expected " + expected);
  }

  void awaitGone(Key<?> key) {
    Await.until(() -> !values().containsKey(key), () -> key + " is " + values().get(key));
  }

  @Override
  public void close() {
    syncer.close();
  }
}
