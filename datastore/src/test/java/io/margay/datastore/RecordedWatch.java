package io.margay.datastore;

import io.margay.datastore.Datastore.Change;
import io.margay.datastore.Datastore.Watch;
import io.margay.datastore.Datastore.WatchListener;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A watch that writes down what it hears.
public final class RecordedWatch implements WatchListener, AutoCloseable {

  private final List<List<Change>> calls = new ArrayList<>();
  private @Nullable String lost;
  private final Watch watch;

  public RecordedWatch(Datastore datastore, long afterRevision) {
    watch = datastore.watch(afterRevision, this);
  }

  @Override
  public synchronized void onChanges(List<Change> changes) {
    calls.add(changes);
  }

  @Override
  public synchronized void onLost(String reason) {
    lost = reason;
  }

  public synchronized List<Change> changes() {
    return calls.stream().flatMap(List::stream).toList();
  }

  public synchronized List<List<Change>> calls() {
    return List.copyOf(calls);
  }

  public synchronized @Nullable String lost() {
    return lost;
  }

  /// The first changes, once there are so many.
  public List<Change> await(int count) {
    Await.until(
        () -> changes().size() >= count || lost() != null,
        () -> "heard " + changes() + ", expected " + count + " changes");
    return changes();
  }

  public String awaitLost() {
    Await.until(() -> lost() != null, () -> "heard " + changes() + ", expected the watch's loss");
    return lost();
  }

  @Override
  public void close() {
    watch.close();
  }
}
