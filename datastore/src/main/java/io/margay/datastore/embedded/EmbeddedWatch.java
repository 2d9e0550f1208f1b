package io.margay.datastore.embedded;

import io.margay.datastore.path.PathStore.Listener;
import io.margay.datastore.path.PathStore.PathChange;
import io.margay.datastore.path.WatchThread;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Follows the change log from a revision on. While the store cannot be read, where it was stays
/// its place.
final class EmbeddedWatch implements WatchThread.Following {

  static final Duration RETRY = Duration.ofSeconds(1);

  /// How many changes go to the listener at once, or a little more: those of one write stay
  /// together.
  private static final int BATCH = 1000;

  private final EmbeddedStore store;
  private final StoreFile file;
  private final GuardedSession session;
  private final ChangeSignal signal;
  private final @Nullable String identity;
  private final Listener listener;

  private long revision;

  /// @param identity of the store that is to be followed; null for any
  EmbeddedWatch(
      EmbeddedStore store,
      StoreFile file,
      long afterRevision,
      @Nullable String identity,
      Listener listener) {
    this.store = store;
    this.file = file;
    this.session = new GuardedSession(file);
    this.signal = new ChangeSignal(file);
    this.revision = afterRevision;
    this.identity = identity;
    this.listener = listener;
  }

  /// What a look at the log found.
  private sealed interface Look {
    record Lost(String reason) implements Look {}

    record Found(List<PathChange> changes) implements Look {}

    /// Nothing new.
    ///
    /// @param due whether there are values that have outlived their time
    record Nothing(boolean due) implements Look {}
  }

  @Override
  public boolean follow(WatchThread thread) throws InterruptedException {
    switch (session.read(this::look)) {
      case Look.Lost(var reason) -> {
        listener.onLost(reason);
        return false;
      }
      case Look.Nothing(var due) -> {
        thread.answered("revision " + revision);
        if (due) {
          store.deleteExpired();
        } else {
          signal.await();
        }
      }
      case Look.Found(var changes) -> {
        thread.answered("revision " + revision);
        listener.onChanges(changes, store::readAt);
        revision = changes.getLast().revision();
      }
    }
    return true;
  }

  private Look look(Session s) throws SQLException {
    try (var rows =
        s.prepare("SELECT identity, revision, history_after FROM store").executeQuery()) {
      if (!rows.next()) {
        return new Look.Lost("the table `store` of " + file.path() + " is empty");
      }
      if (identity != null && !identity.equals(rows.getString(1))) {
        return new Look.Lost("the datastore " + file.path() + " was replaced by another one");
      }
      long now = rows.getLong(2);
      long oldest = rows.getLong(3);
      if (now < revision) {
        return new Look.Lost(
            "the datastore %s went back from revision %d to %d"
                .formatted(file.path(), revision, now));
      }
      if (oldest > revision) {
        return new Look.Lost(
            "the history of %s starts at revision %d, after %d"
                .formatted(file.path(), oldest, revision));
      }
      return now == revision ? new Look.Nothing(store.isDue(s)) : new Look.Found(changes(s));
    }
  }

  private List<PathChange> changes(Session s) throws SQLException {
    String sql =
        "SELECT revision, path, value FROM change WHERE revision > ? ORDER BY revision, path";
    List<PathChange> changes = new ArrayList<>();
    try (var rows = s.prepare(sql, revision).executeQuery()) {
      while (rows.next()) {
        long changeRevision = rows.getLong(1);
        if (changes.size() >= BATCH && changes.getLast().revision() != changeRevision) {
          break;
        }
        changes.add(new PathChange(rows.getString(2), rows.getString(3), changeRevision));
      }
    }
    return changes;
  }

  @Override
  public void wake() {
    signal.close();
  }

  @Override
  public void end() {
    session.close();
    signal.close();
  }
}
