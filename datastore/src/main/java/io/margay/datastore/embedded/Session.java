package io.margay.datastore.embedded;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteOpenMode;

/// One connection to the file, with its prepared statements. Not for several threads at once.
final class Session implements AutoCloseable {

  /// How long to wait for other writers. A write takes well under a millisecond; only a stopped
  /// process or a failing disk makes others wait this long.
  static final Duration BUSY_TIMEOUT = Duration.ofSeconds(10);

  private final Connection connection;
  private final Access access;
  private final Map<String, PreparedStatement> statements = new HashMap<>();

  private Session(Connection connection, Access access) {
    this.connection = connection;
    this.access = access;
  }

  enum Access {
    READ_WRITE,
    READ_ONLY,
    /// For a file that nobody can be writing: reads without locks and shared memory, so that no
    /// file needs to be made beside it.
    IMMUTABLE
  }

  interface Work<T> {
    T run(Session session) throws SQLException;
  }

  static Session open(Path file, Access access) throws SQLException {
    NativeLibrary.prepare();
    var config = new SQLiteConfig();
    config.setBusyTimeout((int) BUSY_TIMEOUT.toMillis());
    config.resetOpenMode(SQLiteOpenMode.CREATE);
    config.setOpenMode(SQLiteOpenMode.OPEN_URI);
    if (access != Access.READ_WRITE) {
      config.setReadOnly(true);
    }
    // SQLite's URI file names: https://www.sqlite.org/uri.html
    String url = "jdbc:sqlite:" + file.toUri().toString().replace("file:///", "file:/");
    var connection =
        config.createConnection(access == Access.IMMUTABLE ? url + "?immutable=1" : url);
    var session = new Session(connection, access);
    try {
      if (access == Access.READ_WRITE) {
        session.execute("PRAGMA synchronous=NORMAL");
      }
      return session;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  Access access() {
    return access;
  }

  /// Runs statements that see one state of the store.
  <T> T read(Work<T> work) throws SQLException {
    return transaction("BEGIN", work);
  }

  /// Runs statements of which either all take effect or none.
  <T> T write(Work<T> work) throws SQLException {
    return transaction("BEGIN IMMEDIATE", work);
  }

  private <T> T transaction(String begin, Work<T> work) throws SQLException {
    execute(begin);
    try {
      T result = work.run(this);
      execute("COMMIT");
      return result;
    } catch (SQLException | RuntimeException e) {
      rollback(e);
      throw e;
    }
  }

  /// Some errors have rolled back already (https://www.sqlite.org/lang_transaction.html); then this
  /// fails, and that is no news.
  private void rollback(Exception cause) {
    try {
      execute("ROLLBACK");
    } catch (SQLException e) {
      cause.addSuppressed(e);
    }
  }

  /// A statement with its parameters, in order: texts, numbers or null.
  PreparedStatement prepare(String sql, @Nullable Object... parameters) throws SQLException {
    var statement = statements.get(sql);
    if (statement == null) {
      statement = connection.prepareStatement(sql);
      statements.put(sql, statement);
    }
    for (int i = 0; i < parameters.length; i++) {
      statement.setObject(i + 1, parameters[i]);
    }
    return statement;
  }

  void update(String sql, @Nullable Object... parameters) throws SQLException {
    prepare(sql, parameters).executeUpdate();
  }

  long number(String sql, @Nullable Object... parameters) throws SQLException {
    try (var rows = prepare(sql, parameters).executeQuery()) {
      if (!rows.next()) {
        throw new SQLException("no row for " + sql);
      }
      return rows.getLong(1);
    }
  }

  void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
