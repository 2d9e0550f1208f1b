package io.margay.datastore.path;

import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreException.Unavailable;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The thread on which a watch follows its store, from its start until nothing more is to be
/// followed or somebody closes it.
///
/// ```
///   follow ──store unavailable──> pause, follow again; at the second time running, complain once
///      └──nothing more to follow, or closed──> end
/// ```
public final class WatchThread implements Datastore.Watch {

  private static final Logger LOG = LoggerFactory.getLogger(WatchThread.class);

  /// At which failure running it is told.
  private static final int COMPLAINT = 2;

  /// What a backend does on the thread.
  public interface Following {

    /// Follows the store for as long as it likes; it is called again after.
    ///
    /// @return false if there is nothing more to follow
    /// @throws Unavailable if the store is; it is called again after a pause
    boolean follow(WatchThread thread) throws InterruptedException;

    /// Has [#follow] return soon, because the watch is being closed. Called on any thread, and
    /// before `follow` as well.
    void wake();

    /// The last call: gives back what `follow` used.
    void end();
  }

  private final Following following;
  private final Duration retry;
  private final Set<WatchThread> all;
  private final Thread thread;
  private final CountDownLatch closing = new CountDownLatch(1);

  /// How often running the store was unavailable. Used by the thread alone.
  private int failures;

  private WatchThread(Following following, Duration retry, Set<WatchThread> all) {
    this.following = following;
    this.retry = retry;
    this.all = all;
    this.thread = Thread.ofPlatform().daemon().name("datastore-watch").unstarted(this::run);
  }

  /// @param retry how long to pause where the store is unavailable
  /// @param all the store's watches, where this one is as long as it lives; a concurrent set
  public static WatchThread start(Following following, Duration retry, Set<WatchThread> all) {
    var watch = new WatchThread(following, retry, all);
    all.add(watch);
    watch.thread.start();
    return watch;
  }

  private void run() {
    try {
      boolean more = true;
      while (more && !isClosed()) {
        more = followOnce();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      following.end();
      all.remove(this);
    }
  }

  private boolean followOnce() throws InterruptedException {
    try {
      return following.follow(this);
    } catch (Unavailable e) {
      complain(e);
      var _ = closing.await(retry.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (IllegalStateException e) {
      if (isClosed()) { // the store was closed under us
        return false;
      }
      throw e;
    }
  }

  /// The first failure tells how a connection ended, the second why there is no new one; and where
  /// there is a new one, nobody has to know.
  private void complain(Unavailable failure) {
    failures++;
    if (failures == COMPLAINT && !isClosed()) {
      LOG.warn("{} The watch goes on when it can. [{}]", failure.getMessage(), failure.error());
    }
  }

  /// The store has answered, so that its next failure is news again.
  ///
  /// @param place where the watch goes on, for whoever read that it could not
  public void answered(String place) {
    boolean complained = failures >= COMPLAINT;
    failures = 0;
    if (complained) {
      LOG.info("The datastore answers again; the watch goes on after {}.", place);
    }
  }

  public boolean isClosed() {
    return closing.getCount() == 0;
  }

  /// Once this returns the listener is no longer called, unless it is the listener that closes.
  @Override
  public void close() {
    closing.countDown();
    following.wake();
    if (Thread.currentThread() == thread) {
      return;
    }
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
