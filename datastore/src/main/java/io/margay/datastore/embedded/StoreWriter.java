package io.margay.datastore.embedded;

import io.margay.datastore.path.PathStore.Condition;
import io.margay.datastore.path.PathStore.Put;
import io.margay.datastore.path.PathStore.Transaction;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// What happens inside a write transaction.
final class StoreWriter {

  private final long history;

  /// @param history how many revisions are kept, at least
  StoreWriter(long history) {
    this.history = history;
  }

  /// @param changed whether there is anything for watches
  record Outcome(OptionalLong revision, boolean changed) {}

  private record Existing(String value, long revision) {}

  Outcome commit(Session session, Transaction transaction, long nowMillis) throws SQLException {
    long before = session.number("SELECT revision FROM store");
    long revision = deleteExpired(session, before, nowMillis);
    if (!holds(session, transaction.conditions())) {
      finish(session, before, revision);
      return new Outcome(OptionalLong.empty(), revision != before);
    }
    long next = revision + 1;
    boolean written = !transaction.puts().isEmpty();
    for (Put put : transaction.puts()) {
      put(session, put, next, nowMillis);
    }
    for (String path : transaction.deletes()) {
      written |= delete(session, path, next);
    }
    if (written) {
      revision = next;
    }
    finish(session, before, revision);
    return new Outcome(OptionalLong.of(revision), revision != before);
  }

  private boolean holds(Session session, List<Condition> conditions) throws SQLException {
    for (var condition : conditions) {
      var existing = existing(session, condition.path());
      boolean holds =
          switch (condition) {
            case Condition.Absent _ -> existing == null;
            case Condition.Exists _ -> existing != null;
            case Condition.At(var _, var expected) ->
                existing != null && existing.revision == expected;
          };
      if (!holds) {
        return false;
      }
    }
    return true;
  }

  /// Before all else, so that nothing that is over counts as existing.
  private long deleteExpired(Session session, long revision, long nowMillis) throws SQLException {
    List<String> expired = new ArrayList<>();
    String due = "SELECT path FROM entry WHERE expires <= ?";
    try (var rows = session.prepare(due, nowMillis).executeQuery()) {
      while (rows.next()) {
        expired.add(rows.getString(1));
      }
    }
    for (String path : expired) {
      delete(session, path, revision + 1);
    }
    return expired.isEmpty() ? revision : revision + 1;
  }

  private static void put(Session session, Put put, long revision, long nowMillis)
      throws SQLException {
    log(session, revision, put.path(), put.value(), existing(session, put.path()));
    var timeToLive = put.timeToLive();
    session.update(
        "INSERT OR REPLACE INTO entry (path, value, revision, expires) VALUES (?, ?, ?, ?)",
        put.path(),
        put.value(),
        revision,
        timeToLive == null ? null : nowMillis + timeToLive.toMillis());
  }

  private static boolean delete(Session session, String path, long revision) throws SQLException {
    var existing = existing(session, path);
    if (existing == null) {
      return false;
    }
    log(session, revision, path, null, existing);
    session.update("DELETE FROM entry WHERE path = ?", path);
    return true;
  }

  private static @Nullable Existing existing(Session session, String path) throws SQLException {
    String sql = "SELECT value, revision FROM entry WHERE path = ?";
    try (var rows = session.prepare(sql, path).executeQuery()) {
      return rows.next() ? new Existing(rows.getString(1), rows.getLong(2)) : null;
    }
  }

  private static void log(
      Session session,
      long revision,
      String path,
      @Nullable String value,
      @Nullable Existing existing)
      throws SQLException {
    session.update(
        "INSERT INTO change (revision, path, value, previous_value, previous_revision)"
            + " VALUES (?, ?, ?, ?, ?)",
        revision,
        path,
        value,
        existing == null ? null : existing.value,
        existing == null ? null : existing.revision);
  }

  private void finish(Session session, long before, long revision) throws SQLException {
    if (revision == before) {
      return;
    }
    session.update("UPDATE store SET revision = ?", revision);
    // A quarter at a time: forgetting one by one would cost every write.
    long oldest = session.number("SELECT history_after FROM store");
    if (revision - oldest > history + history / 4) {
      session.update("DELETE FROM change WHERE revision <= ?", revision - history);
      session.update("UPDATE store SET history_after = ?", revision - history);
    }
  }
}
