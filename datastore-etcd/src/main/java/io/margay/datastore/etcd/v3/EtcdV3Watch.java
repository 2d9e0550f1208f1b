package io.margay.datastore.etcd.v3;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.etcd.jetcd.watch.WatchEvent;
import io.etcd.jetcd.watch.WatchResponse;
import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreException.Unavailable;
import io.margay.datastore.etcd.CallFailedException;
import io.margay.datastore.etcd.CallFailedException.Kind;
import io.margay.datastore.etcd.EtcdErrors;
import io.margay.datastore.etcd.v3.WatchMail.Mail;
import io.margay.datastore.path.PathStore.Listener;
import io.margay.datastore.path.PathStore.Past;
import io.margay.datastore.path.PathStore.PathChange;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Follows all changes below `/calico/` from a revision on, over as many connections as it takes.
///
/// ```
///   connect ──same cluster, not gone back──> follow ──connection fails──> connect, after a moment
///      └──────another cluster, gone back, history compacted──────> lost
/// ```
///
/// While nothing comes it asks for the revision now and then: silence of a watch is no sign of
/// life, and a cluster that was replaced shows nowhere else.
final class EtcdV3Watch implements Datastore.Watch {

  private static final Logger LOG = LoggerFactory.getLogger(EtcdV3Watch.class);

  private static final String FROM = "/calico/";
  private static final String READY = "/calico/v1/Ready";

  private static final Duration RETRY = Duration.ofMillis(300);
  private static final Duration SILENCE = Duration.ofSeconds(2);

  private final Supplier<JetcdCalls> connect;
  private final EtcdErrors errors;
  private final Past past;
  private final Listener listener;
  private final Consumer<EtcdV3Watch> onEnd;
  private final Thread thread;
  private final CountDownLatch closing = new CountDownLatch(1);

  private @Nullable Long clusterId;
  private long revision;
  private boolean complained;
  private volatile @Nullable WatchMail mail;

  /// @param clusterId of the cluster that is to be followed; null for any
  /// @param onEnd told when the watch has ended
  EtcdV3Watch(
      Supplier<JetcdCalls> connect,
      EtcdErrors errors,
      Past past,
      @Nullable Long clusterId,
      long afterRevision,
      Listener listener,
      Consumer<EtcdV3Watch> onEnd) {
    this.connect = connect;
    this.errors = errors;
    this.past = past;
    this.clusterId = clusterId;
    this.revision = afterRevision;
    this.listener = listener;
    this.onEnd = onEnd;
    this.thread = Thread.ofPlatform().daemon().name("datastore-watch").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  private void run() {
    try {
      boolean following = true;
      while (following && !isClosed()) {
        try (var calls = connect.get()) {
          following = follow(calls);
        } catch (CallFailedException e) {
          complain(errors.explain(e, false));
          var _ = closing.await(RETRY.toMillis(), TimeUnit.MILLISECONDS);
        } catch (Unavailable e) { // on reading the other parts of what changed
          complain(e);
          var _ = closing.await(RETRY.toMillis(), TimeUnit.MILLISECONDS);
        } catch (IllegalStateException e) {
          if (!isClosed()) { // else the store was closed under us
            throw e;
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      onEnd.accept(this);
    }
  }

  private boolean isClosed() {
    return closing.getCount() == 0;
  }

  private void complain(Unavailable failure) {
    if (!complained && !isClosed()) {
      complained = true;
      LOG.warn("{} The watch goes on when it can.", failure.getMessage());
    }
  }

  /// @return false if there is nothing more to follow
  private boolean follow(JetcdCalls calls) throws InterruptedException {
    if (!isInPlace(calls)) {
      return false;
    }
    var mail = new WatchMail();
    this.mail = mail;
    if (isClosed()) {
      return false;
    }
    try (var _ = calls.watch(FROM, EtcdV3Store.end(FROM), revision + 1, mail)) {
      while (!isClosed()) {
        switch (mail.poll(SILENCE.toMillis())) {
          case null -> {
            if (!isInPlace(calls)) {
              return false;
            }
          }
          case Mail.Response(var response) -> deliver(response);
          case Mail.Failed(var cause) -> {
            var failure = CallFailures.of(cause);
            if (failure.kind() == Kind.COMPACTED) {
              listener.onLost(
                  "etcd has compacted its history, and no longer has what came after revision "
                      + revision);
              return false;
            }
            throw failure;
          }
          case Mail.Ended _ -> {
            return !isClosed();
          }
        }
      }
      return false;
    } finally {
      mail.end();
    }
  }

  /// Whether the store is the one that was followed, and has all that was seen of it.
  private boolean isInPlace(JetcdCalls calls) {
    var header = calls.range(READY, READY + "\0", 1, 0).header();
    var expected = clusterId;
    clusterId = header.clusterId();
    if (expected != null && expected != header.clusterId()) {
      listener.onLost(
          "the etcd cluster %x was replaced by %x".formatted(expected, header.clusterId()));
      return false;
    }
    if (header.revision() < revision) {
      listener.onLost(
          "etcd went back from revision %d to %d".formatted(revision, header.revision()));
      return false;
    }
    if (complained) {
      complained = false;
      LOG.info("etcd answers again; the watch goes on after revision {}.", revision);
    }
    return true;
  }

  private void deliver(WatchResponse response) {
    var events = response.getEvents();
    if (events.isEmpty()) {
      // A notice of progress, sent when there is nothing to be caught up with. A watch that goes on
      // from there does not ask for history that was compacted meanwhile.
      revision = Math.max(revision, response.getHeader().getRevision());
      return;
    }
    List<PathChange> changes = events.stream().map(EtcdV3Watch::change).toList();
    listener.onChanges(changes, past);
    revision = changes.getLast().revision();
  }

  private static PathChange change(WatchEvent event) {
    var kv = event.getKeyValue();
    String value =
        event.getEventType() == WatchEvent.EventType.DELETE ? null : kv.getValue().toString(UTF_8);
    return new PathChange(kv.getKey().toString(UTF_8), value, kv.getModRevision());
  }

  /// Once this returns the listener is no longer called, unless it is the listener that closes.
  @Override
  public void close() {
    closing.countDown();
    var current = mail;
    if (current != null) {
      current.end();
    }
    if (Thread.currentThread() != thread) {
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
}
