package io.margay.datastore;

import io.margay.datastore.Datastore.Change;
import io.margay.datastore.Datastore.WatchListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// What the watch's thread leaves for the [Syncer]'s. When it is full the watch waits: the store's
/// history is the longer buffer, and if that does not reach either, the watch is lost and there is
/// a resync.
final class SyncMailbox implements WatchListener {

  private static final int CAPACITY = 10_000;

  private final List<Change> changes = new ArrayList<>();
  private @Nullable String lost;
  private boolean closed;

  /// What is to be dealt with next.
  sealed interface Mail {
    record Changes(List<Change> changes) implements Mail {}

    record Lost(String reason) implements Mail {}

    record Closed() implements Mail {}
  }

  @Override
  public synchronized void onChanges(List<Change> batch) {
    awaitWhile(() -> changes.size() >= CAPACITY && !closed);
    changes.addAll(batch);
    notifyAll();
  }

  @Override
  public synchronized void onLost(String reason) {
    lost = reason;
    notifyAll();
  }

  /// All changes that have piled up; after the last of them, that the watch is lost.
  synchronized Mail take() {
    awaitWhile(() -> changes.isEmpty() && lost == null && !closed);
    if (closed) {
      return new Mail.Closed();
    }
    if (changes.isEmpty() && lost != null) {
      return new Mail.Lost(lost);
    }
    var all = List.copyOf(changes);
    changes.clear();
    notifyAll();
    return new Mail.Changes(all);
  }

  /// Forgets what an earlier watch has left.
  synchronized void clear() {
    changes.clear();
    lost = null;
  }

  synchronized void pause(Duration time) {
    long deadline = System.nanoTime() + time.toNanos();
    try {
      for (long left = time.toNanos(); left > 0 && !closed; left = deadline - System.nanoTime()) {
        TimeUnit.NANOSECONDS.timedWait(this, left);
      }
    } catch (InterruptedException e) {
      close();
    }
  }

  synchronized boolean isClosed() {
    return closed;
  }

  synchronized void close() {
    closed = true;
    notifyAll();
  }

  /// Nobody interrupts these threads but to end them.
  private synchronized void awaitWhile(BooleanSupplier condition) {
    try {
      while (condition.getAsBoolean()) {
        wait();
      }
    } catch (InterruptedException e) {
      close();
    }
  }
}
