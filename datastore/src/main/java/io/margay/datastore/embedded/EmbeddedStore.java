package io.margay.datastore.embedded;

import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreException;
import io.margay.datastore.path.PathStore;
import io.margay.datastore.path.WatchThread;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A store of paths in one SQLite file.
///
/// Reading and writing have a connection each, so that nobody who reads waits for a writer of
/// another process; each watch has its own as well.
public final class EmbeddedStore implements PathStore {

  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedStore.class);

  /// How many revisions a watch may fall behind before it is lost: hours of an idle cluster, and
  /// seconds of a storm, in which a fresh snapshot is the quicker way anyway.
  private static final long DEFAULT_HISTORY = 10_000;

  private static final String SELECT_ENTRY =
      "SELECT value, revision FROM entry WHERE path = ? AND (expires IS NULL OR expires > ?)";
  private static final String SELECT_RANGE =
      "SELECT path, value, revision FROM entry WHERE path >= ? AND path < ?"
          + " AND (expires IS NULL OR expires > ?)";

  private final StoreFile file;
  private final InstantSource clock;
  private final StoreWriter writer;
  private final GuardedSession reading;
  private final GuardedSession writing;
  private final ChangeNotice notice;
  private final Set<WatchThread> watches = ConcurrentHashMap.newKeySet();

  /// Whether it has turned out that a write from here gets nowhere.
  private volatile boolean leavesExpired;

  /// Which store was read last; a watch goes on from there.
  private volatile @Nullable String identity;

  private EmbeddedStore(StoreFile file, InstantSource clock, long history) {
    this.file = file;
    this.clock = clock;
    this.writer = new StoreWriter(history);
    this.reading = new GuardedSession(file);
    this.writing = new GuardedSession(file);
    this.notice = new ChangeNotice(file);
  }

  /// Opens the store in a file, or makes an empty one there.
  ///
  /// @throws DatastoreException.Unavailable if that cannot be done
  public static EmbeddedStore open(Path path) {
    return open(path, InstantSource.system(), DEFAULT_HISTORY);
  }

  /// @param clock decides when values with a time to live are over
  /// @param history how many revisions are kept for watches, at least
  static EmbeddedStore open(Path path, InstantSource clock, long history) {
    var store = new EmbeddedStore(StoreFile.findOrCreate(path), clock, history);
    try {
      store.reading.read(store::revision);
      return store;
    } catch (DatastoreException e) {
      store.close();
      throw e;
    }
  }

  @Override
  public Reading read(List<String> paths) {
    return readTogether(paths, List.of());
  }

  @Override
  public Reading readTogether(List<String> paths, List<String> prefixes) {
    return reading.read(session -> {
      List<PathValue> values = new ArrayList<>();
      for (String path : paths) {
        try (var rows = session.prepare(SELECT_ENTRY, path, clock.millis()).executeQuery()) {
          if (rows.next()) {
            values.add(new PathValue(path, rows.getString(1), rows.getLong(2)));
          }
        }
      }
      addRanges(session, prefixes, _ -> true, values);
      return new Reading(List.copyOf(values), revision(session));
    });
  }

  @Override
  public Reading list(List<String> prefixes, Predicate<String> wanted) {
    return reading.read(session -> {
      List<PathValue> values = new ArrayList<>();
      addRanges(session, prefixes, wanted, values);
      return new Reading(List.copyOf(values), revision(session));
    });
  }

  private void addRanges(
      Session session, List<String> prefixes, Predicate<String> wanted, List<PathValue> values)
      throws SQLException {
    for (String prefix : prefixes) {
      var statement = session.prepare(SELECT_RANGE, prefix, end(prefix), clock.millis());
      try (var rows = statement.executeQuery()) {
        addWanted(rows, wanted, values);
      }
    }
  }

  private static void addWanted(ResultSet rows, Predicate<String> wanted, List<PathValue> values)
      throws SQLException {
    while (rows.next()) {
      String path = rows.getString(1);
      if (wanted.test(path)) {
        values.add(new PathValue(path, rows.getString(2), rows.getLong(3)));
      }
    }
  }

  /// The first text after all that begin with a prefix.
  private static String end(String prefix) {
    int last = prefix.length() - 1;
    return prefix.substring(0, last) + (char) (prefix.charAt(last) + 1);
  }

  private long revision(Session session) throws SQLException {
    try (var rows = session.prepare("SELECT revision, identity FROM store").executeQuery()) {
      if (!rows.next()) {
        throw new SQLException("the table `store` is empty");
      }
      identity = rows.getString(2);
      return rows.getLong(1);
    }
  }

  /// What a path held then is what its first later change found there.
  List<PathValue> readAt(List<String> paths, long revision) {
    Set<PathValue> values = new HashSet<>();
    reading.read(session -> {
      long oldest = session.number("SELECT history_after FROM store");
      if (revision < oldest) {
        throw new HistoryGoneException(revision, oldest);
      }
      for (String path : paths) {
        addAt(session, path, revision, values);
      }
      return values;
    });
    return List.copyOf(values);
  }

  private static void addAt(Session session, String path, long revision, Set<PathValue> values)
      throws SQLException {
    String later =
        "SELECT previous_value, previous_revision FROM change WHERE path = ? AND revision > ?"
            + " ORDER BY revision LIMIT 1";
    try (var rows = session.prepare(later, path, revision).executeQuery()) {
      if (rows.next()) {
        add(path, rows, values);
        return;
      }
    }
    String now = "SELECT value, revision FROM entry WHERE path = ?";
    try (var rows = session.prepare(now, path).executeQuery()) {
      if (rows.next()) {
        add(path, rows, values);
      }
    }
  }

  private static void add(String path, ResultSet rows, Set<PathValue> values) throws SQLException {
    String value = rows.getString(1);
    if (value != null) {
      values.add(new PathValue(path, value, rows.getLong(2)));
    }
  }

  @Override
  public OptionalLong commit(Transaction transaction) {
    var outcome = writing.write(s -> writer.commit(s, transaction, clock.millis()));
    if (outcome.changed()) {
      notice.give();
    }
    return outcome.revision();
  }

  /// Whether there are values that have outlived their time.
  boolean isDue(Session session) throws SQLException {
    String due = "SELECT EXISTS (SELECT 1 FROM entry WHERE expires <= ?)";
    return !leavesExpired && session.number(due, clock.millis()) == 1;
  }

  /// Writers delete them anyway; a watch does when nobody writes.
  void deleteExpired() {
    try {
      commit(new Transaction(List.of(), List.of(), List.of()));
    } catch (DatastoreException.Unavailable e) {
      LOG.debug("expired values stay until somebody else deletes them", e);
      leavesExpired = true;
    }
  }

  @Override
  public Datastore.Watch watch(long afterRevision, Listener listener) {
    return WatchThread.start(
        new EmbeddedWatch(this, file, afterRevision, identity, listener),
        EmbeddedWatch.RETRY,
        watches);
  }

  @Override
  public void close() {
    List.copyOf(watches).forEach(WatchThread::close);
    reading.close();
    writing.close();
    notice.close();
  }
}
