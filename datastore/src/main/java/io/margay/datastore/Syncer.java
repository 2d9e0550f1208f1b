package io.margay.datastore;

import io.margay.datastore.Datastore.Change;
import io.margay.datastore.Datastore.Snapshot;
import io.margay.datastore.DatastoreException.Unavailable;
import io.margay.datastore.SyncListener.Status;
import io.margay.datastore.SyncListener.SyncUpdate;
import io.margay.datastore.SyncMailbox.Mail;
import io.margay.datastore.cluster.ClusterInitialiser;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps a listener's picture equal to the store, whatever happens to the connection.
///
/// ```
///   WAITING ──snapshot read──> RESYNC ──told what differs──> IN_SYNC ──watch──┐
///      ^  └─store unavailable: again in a second    ^                         │
///      └───────────store unavailable────────────────┴────watch lost───────────┘
/// ```
///
/// It remembers what it has told. So a resync tells only of what differs, and of what went away
/// meanwhile; a write that changes nothing is no news; several changes of a key that pile up while
/// the listener is busy become the last one.
///
/// A datastore that was emptied or put up anew makes it wait rather than tell that everything is
/// gone ([EmptiedStore]).
///
/// Statuses are left out: they are for operators, and an agent must not be woken by its own.
///
/// Runs on a thread of its own. An exception from the listener ends it, loudly: after that the
/// listener's picture could not be trusted.
public final class Syncer implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Syncer.class);

  private static final Duration RETRY = Duration.ofSeconds(1);

  private final Datastore datastore;
  private final SyncListener listener;
  private final Duration retry;
  private final Thread thread;
  private final SyncMailbox mailbox = new SyncMailbox();

  /// What the listener was told of each key and was not told to be gone.
  private final Map<Key<?>, SyncUpdate> told = new HashMap<>();

  private @Nullable Status status;

  public Syncer(Datastore datastore, SyncListener listener) {
    this(datastore, listener, RETRY);
  }

  /// @param retry how long to wait before an unavailable store is asked again
  Syncer(Datastore datastore, SyncListener listener, Duration retry) {
    this.datastore = datastore;
    this.listener = listener;
    this.retry = retry;
    this.thread = Thread.ofPlatform().daemon().name("syncer").unstarted(this::run);
  }

  /// To be called once.
  public void start() {
    thread.start();
  }

  private void run() {
    enter(Status.WAITING);
    while (!mailbox.isClosed()) {
      try {
        var snapshot = datastore.snapshot();
        var emptied = EmptiedStore.sign(told, snapshot);
        if (emptied.isPresent()) {
          hold(emptied.get());
        } else {
          followFromSnapshot(snapshot);
        }
      } catch (Unavailable e) {
        if (status != Status.WAITING) {
          LOG.warn(
              "{} What is known stays in force; the next try is in {} ms. [{}]",
              e.getMessage(),
              retry.toMillis(),
              e.error());
        }
        enter(Status.WAITING);
        mailbox.pause(retry);
      }
    }
  }

  private void hold(String reason) {
    if (status != Status.WAITING) {
      LOG.error(
          "The datastore was emptied or replaced: {}. What was known stays in force, and nothing new"
              + " is taken over until the cluster is back. Restore the datastore; or, if this is"
              + " meant, restart this process, which then begins with what the datastore has now.",
          reason);
    }
    enter(Status.WAITING);
    mailbox.pause(retry);
  }

  private void followFromSnapshot(Snapshot snapshot) {
    enter(Status.RESYNC);
    tell(differencesFrom(snapshot));
    enter(Status.IN_SYNC);
    mailbox.clear();
    try (var _ = datastore.watch(snapshot.revision(), mailbox)) {
      while (true) {
        switch (mailbox.take()) {
          case Mail.Changes(var changes) when unmakesCluster(changes) -> {
            enter(Status.RESYNC); // to see what is left
            return;
          }
          case Mail.Changes(var changes) -> tell(news(changes));
          case Mail.Lost(var reason) -> {
            LOG.info("Reading the store anew: {}.", reason);
            enter(Status.RESYNC);
            return;
          }
          case Mail.Closed _ -> {
            return;
          }
        }
      }
    }
  }

  private boolean unmakesCluster(List<Change> changes) {
    return changes.stream()
        .anyMatch(change ->
            switch (change) {
              case Change.Deleted(var key, var _) -> key instanceof Key.Ready;
              case Change.Put(var entry) -> isOtherIdentity(entry);
              case Change.Broken _ -> false;
            });
  }

  private boolean isOtherIdentity(Entry<?> entry) {
    var before = told.get(entry.key());
    return entry.key().equals(ClusterInitialiser.CLUSTER_GUID)
        && before != null
        && !entry.value().equals(before.value());
  }

  private void enter(Status next) {
    if (status != next) {
      status = next;
      call(() -> listener.onStatus(next));
    }
  }

  private void tell(List<SyncUpdate> updates) {
    if (!updates.isEmpty()) {
      call(() -> listener.onUpdates(updates));
    }
  }

  private void call(Runnable callback) {
    try {
      callback.run();
    } catch (RuntimeException e) {
      mailbox.close(); // lets go of a watch that waits for room
      throw new IllegalStateException("the listener of the datastore failed; syncing ends", e);
    }
  }

  /// Mark and sweep: what is new or different, oldest first, then what is no longer there.
  private List<SyncUpdate> differencesFrom(Snapshot snapshot) {
    List<SyncUpdate> updates = new ArrayList<>();
    Set<Key<?>> marked = new HashSet<>();
    snapshot.entries().stream()
        .filter(entry -> isSynced(entry.key()))
        .sorted(Comparator.comparingLong(Entry::revision))
        .forEach(entry -> {
          marked.add(entry.key());
          addIfNew(new SyncUpdate(entry.key(), entry.value(), null), updates);
        });
    for (var unreadable : snapshot.unreadable()) {
      var key = unreadable.key();
      if (key != null && isSynced(key)) {
        marked.add(key);
        addIfNew(new SyncUpdate(key, null, unreadable.reason()), updates);
      }
    }
    for (var key : List.copyOf(told.keySet())) {
      if (!marked.contains(key)) {
        addIfNew(new SyncUpdate(key, null, null), updates);
      }
    }
    return List.copyOf(updates);
  }

  private List<SyncUpdate> news(Collection<Change> changes) {
    Map<Key<?>, SyncUpdate> last = new LinkedHashMap<>();
    for (var change : changes) {
      var update = toUpdate(change);
      if (update != null && isSynced(update.key())) {
        last.remove(update.key()); // so that it takes its place in the order anew
        last.put(update.key(), update);
      }
    }
    List<SyncUpdate> updates = new ArrayList<>();
    last.values().forEach(update -> addIfNew(update, updates));
    return List.copyOf(updates);
  }

  private static @Nullable SyncUpdate toUpdate(Change change) {
    return switch (change) {
      case Change.Put(var entry) -> new SyncUpdate(entry.key(), entry.value(), null);
      case Change.Deleted(var key, var _) -> new SyncUpdate(key, null, null);
      case Change.Broken(var unreadable, var _) -> {
        var key = unreadable.key();
        yield key == null ? null : new SyncUpdate(key, null, unreadable.reason());
      }
    };
  }

  private void addIfNew(SyncUpdate update, List<SyncUpdate> updates) {
    boolean gone = update.value() == null && update.problem() == null;
    SyncUpdate before = gone ? told.remove(update.key()) : told.put(update.key(), update);
    if (gone ? before != null : !update.equals(before)) {
      updates.add(update);
    }
  }

  private static boolean isSynced(Key<?> key) {
    return switch (key) {
      case Key.ForResource _,
          Key.Ready _,
          Key.FelixSetting _,
          Key.BgpSetting _,
          Key.BlockAffinity _ ->
          true;
      case Key.IpamBlock _,
          Key.ForIpamSettings _,
          Key.IpamHandle _,
          Key.NodeStatus _,
          Key.WorkloadEndpointStatus _,
          Key.HostEndpointStatus _ ->
          false;
    };
  }

  /// Once this returns the listener is no longer called, unless it is the listener that closes.
  @Override
  public void close() {
    mailbox.close();
    boolean interrupted = false;
    while (thread.isAlive() && Thread.currentThread() != thread) {
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
