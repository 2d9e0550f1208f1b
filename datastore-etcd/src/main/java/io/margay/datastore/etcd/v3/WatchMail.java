package io.margay.datastore.etcd.v3;

import io.etcd.jetcd.Watch;
import io.etcd.jetcd.watch.WatchResponse;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// What one watcher of jetcd leaves for the thread of an [EtcdV3Watch]. When it is full jetcd's
/// thread waits, and by gRPC's flow control etcd does.
///
/// jetcd would go on by itself after a failure, but from a place that may be wrong: it takes the
/// revision of etcd's answer to the watch's creation for one that it has seen, though older changes
/// are still to come. So after its first failure nothing of a watcher is believed.
final class WatchMail implements Watch.Listener {

  private static final int CAPACITY = 16;

  private final BlockingQueue<Mail> queue = new ArrayBlockingQueue<>(CAPACITY);
  private volatile boolean over;

  sealed interface Mail {
    record Response(WatchResponse response) implements Mail {}

    record Failed(Throwable cause) implements Mail {}

    /// The watcher was closed.
    record Ended() implements Mail {}
  }

  @Override
  public void onNext(WatchResponse response) {
    put(new Mail.Response(response));
  }

  @Override
  public void onError(Throwable cause) {
    put(new Mail.Failed(cause));
    over = true;
  }

  @Override
  public void onCompleted() {
    put(new Mail.Ended());
    over = true;
  }

  private void put(Mail mail) {
    try {
      boolean done = over;
      while (!done) {
        done = queue.offer(mail, 100, TimeUnit.MILLISECONDS) || over;
      }
    } catch (InterruptedException e) {
      over = true;
      Thread.currentThread().interrupt();
    }
  }

  /// Null if nothing comes in time.
  @Nullable Mail poll(long millis) throws InterruptedException {
    return queue.poll(millis, TimeUnit.MILLISECONDS);
  }

  /// Wakes whoever polls, for good.
  void end() {
    over = true;
    queue.clear();
    var _ = queue.offer(new Mail.Ended());
  }
}
