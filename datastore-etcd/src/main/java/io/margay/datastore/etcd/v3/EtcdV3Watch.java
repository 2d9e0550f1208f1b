package io.margay.datastore.etcd.v3;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.etcd.jetcd.watch.WatchEvent;
import io.etcd.jetcd.watch.WatchResponse;
import io.margay.datastore.etcd.CallFailedException;
import io.margay.datastore.etcd.CallFailedException.Kind;
import io.margay.datastore.etcd.EtcdErrors;
import io.margay.datastore.etcd.v3.WatchMail.Mail;
import io.margay.datastore.path.PathStore.Listener;
import io.margay.datastore.path.PathStore.Past;
import io.margay.datastore.path.PathStore.PathChange;
import io.margay.datastore.path.WatchThread;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Follows all changes below `/calico/` from a revision on, over as many connections as it takes.
///
/// ```
///   connect ──same cluster, not gone back──> follow ──connection fails──> connect, after a moment
///      └──────another cluster, gone back, history compacted──────> lost
/// ```
///
/// While nothing comes it asks for the revision now and then: silence of a watch is no sign of
/// life, and a cluster that was replaced shows nowhere else.
final class EtcdV3Watch implements WatchThread.Following {

  private static final String FROM = "/calico/";
  private static final String READY = "/calico/v1/Ready";

  static final Duration RETRY = Duration.ofMillis(300);
  private static final Duration SILENCE = Duration.ofSeconds(2);

  private final Supplier<JetcdCalls> connect;
  private final EtcdErrors errors;
  private final Past past;
  private final Listener listener;

  private @Nullable Long clusterId;
  private long revision;
  private volatile @Nullable WatchMail mail;

  /// @param clusterId of the cluster that is to be followed; null for any
  EtcdV3Watch(
      Supplier<JetcdCalls> connect,
      EtcdErrors errors,
      Past past,
      @Nullable Long clusterId,
      long afterRevision,
      Listener listener) {
    this.connect = connect;
    this.errors = errors;
    this.past = past;
    this.clusterId = clusterId;
    this.revision = afterRevision;
    this.listener = listener;
  }

  @Override
  public boolean follow(WatchThread thread) throws InterruptedException {
    try (var calls = connect.get()) {
      return follow(calls, thread);
    } catch (CallFailedException e) {
      throw errors.explain(e, false);
    }
  }

  private boolean follow(JetcdCalls calls, WatchThread thread) throws InterruptedException {
    if (!isInPlace(calls)) {
      return false;
    }
    var mail = new WatchMail();
    this.mail = mail;
    if (thread.isClosed()) {
      return false;
    }
    try (var _ = calls.watch(FROM, EtcdV3Store.end(FROM), revision + 1, mail)) {
      while (!thread.isClosed()) {
        switch (mail.poll(SILENCE.toMillis())) {
          case null -> {
            if (!isInPlace(calls)) {
              return false;
            }
            thread.answered("revision " + revision);
          }
          case Mail.Response(var response) -> {
            thread.answered("revision " + revision);
            deliver(response);
          }
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
            return !thread.isClosed();
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

  @Override
  public void wake() {
    var current = mail;
    if (current != null) {
      current.end();
    }
  }

  @Override
  public void end() {} // each connection is closed once it was followed
}
