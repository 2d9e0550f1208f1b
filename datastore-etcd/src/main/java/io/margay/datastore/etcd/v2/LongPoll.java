package io.margay.datastore.etcd.v2;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow.Subscriber;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A question for the next event, whose headers came at once and whose one line comes when it
/// happens.
final class LongPoll implements Subscriber<String>, AutoCloseable {

  private final long index;
  private final String clusterId;
  private final BlockingQueue<Item> queue = new LinkedBlockingQueue<>();
  private volatile @Nullable Subscription subscription;
  private volatile boolean closed;

  sealed interface Item {
    record Line(String text) implements Item {}

    /// @param cause null if this is how it should end
    record End(@Nullable Throwable cause) implements Item {}
  }

  /// @param index of the store when the question arrived
  LongPoll(long index, String clusterId) {
    this.index = index;
    this.clusterId = clusterId;
  }

  /// An event up to this one would have come at once, so once there is silence there is none.
  long index() {
    return index;
  }

  String clusterId() {
    return clusterId;
  }

  @Override
  public void onSubscribe(Subscription subscription) {
    this.subscription = subscription;
    subscription.request(Long.MAX_VALUE);
    if (closed) {
      subscription.cancel();
    }
  }

  @Override
  public void onNext(String line) {
    queue.add(new Item.Line(line));
  }

  @Override
  public void onError(Throwable cause) {
    queue.add(new Item.End(cause));
  }

  @Override
  public void onComplete() {
    queue.add(new Item.End(null));
  }

  /// Null if nothing comes in time.
  @Nullable Item poll(long millis) throws InterruptedException {
    return queue.poll(millis, TimeUnit.MILLISECONDS);
  }

  /// Makes whoever is polling find the end.
  void end() {
    closed = true;
    queue.add(new Item.End(null));
  }

  @Override
  public void close() {
    end();
    var current = subscription;
    if (current != null) {
      current.cancel();
    }
  }
}
