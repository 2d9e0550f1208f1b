package io.margay.datastore.embedded;

import io.margay.datastore.DatastoreError;
import io.margay.datastore.DatastoreException.Unavailable;
import io.margay.datastore.FileFailure;
import io.margay.datastore.embedded.Session.Access;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The file of a store: how it comes into being, and how one makes sure that it is one.
///
/// ```
///   datastore.db         the store
///   datastore.db-wal     writes that are not in it yet   } while it is in use,
///   datastore.db-shm     where they are                  } SQLite's own
///   datastore.db-notify  written after each commit, so that others hear of it; also the lock
///                        under which the store is made
/// ```
///
/// @param directory where it lies, without symbolic links
/// @param path the store
record StoreFile(Path directory, Path path) {

  private static final FileAttribute<?> FILE_OF_OWNER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  private static final FileAttribute<?> DIRECTORY_OF_OWNER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  /// "marg", in SQLite's header; `file` shows it.
  private static final int APPLICATION_ID = 0x6d617267;

  private static final int SCHEMA_VERSION = 1;

  /// Finds the store, or makes an empty one.
  static StoreFile findOrCreate(Path given) {
    Path absolute = given.toAbsolutePath().normalize();
    try {
      Path directory = absolute.getParent();
      if (directory == null || Files.isDirectory(absolute)) {
        throw new Unavailable(
            DatastoreError.STORE_PATH,
            "the datastore cannot be the directory %s. Name a file with EMBEDDED_PATH or embeddedPath"
                .formatted(absolute));
      }
      Files.createDirectories(directory, DIRECTORY_OF_OWNER);
      var real = directory.toRealPath();
      var file = new StoreFile(real, real.resolve(absolute.getFileName()));
      if (!Files.exists(file.path)) {
        file.create();
      }
      return file;
    } catch (FileAlreadyExistsException e) {
      throw new Unavailable(
          DatastoreError.STORE_PATH,
          "the datastore %s cannot be made: %s is not a directory. Name another file with EMBEDDED_PATH"
              .formatted(absolute, e.getFile()),
          e);
    } catch (IOException e) {
      throw new Unavailable(
          DatastoreError.STORE_PERMISSION,
          ("the datastore %s cannot be made: %s. Check the permissions of its directory, or name"
                  + " another file with EMBEDDED_PATH; without root the default is"
                  + " ~/.local/state/margay/datastore.db")
              .formatted(absolute, FileFailure.reason(e)),
          e);
    } catch (SQLException e) {
      throw StoreErrors.translate(absolute, e);
    }
  }

  Path notifyPath() {
    return beside("-notify");
  }

  private Path beside(String suffix) {
    return path.resolveSibling(path.getFileName() + suffix);
  }

  /// What tells this file from another one of the same name later; null if there is none.
  @Nullable Object identity() {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Under a lock, as a second process could take away the log of a store that the first has just
  /// made; and under another name first, so that nobody opens half a store.
  private void create() throws IOException, SQLException {
    synchronized (StoreFile.class) { // a lock on a file is one of the whole process
      createNotifyFile();
      try (var channel = FileChannel.open(notifyPath(), StandardOpenOption.WRITE);
          var _ = channel.lock()) {
        if (Files.exists(path)) {
          return;
        }
        // What a removed store of this name has left would be taken for the log of the new one.
        Files.deleteIfExists(beside("-wal"));
        Files.deleteIfExists(beside("-shm"));
        Path fresh = beside("-new-" + UUID.randomUUID());
        try {
          Files.createFile(fresh, FILE_OF_OWNER);
          try (var session = Session.open(fresh, Access.READ_WRITE)) {
            createSchema(session);
          }
          Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
        } finally {
          Files.deleteIfExists(fresh);
        }
      }
    }
  }

  void createNotifyFile() throws IOException {
    try {
      Files.createFile(notifyPath(), FILE_OF_OWNER);
    } catch (FileAlreadyExistsException e) {
      // from an earlier store or another process: as good
    }
  }

  private static void createSchema(Session session) throws SQLException {
    session.execute("PRAGMA journal_mode=WAL");
    session.execute("PRAGMA application_id=" + APPLICATION_ID);
    session.write(s -> {
      s.execute(
          """
          CREATE TABLE store (
            identity TEXT NOT NULL,         -- random; another store has another
            revision INTEGER NOT NULL,      -- of the last write
            history_after INTEGER NOT NULL  -- changes up to this revision are forgotten
          )
          """);
      s.execute(
          """
          CREATE TABLE entry (
            path TEXT NOT NULL PRIMARY KEY,
            value TEXT NOT NULL,
            revision INTEGER NOT NULL,      -- of the write that put it there
            expires INTEGER                 -- ms since 1970; null for never
          ) WITHOUT ROWID
          """);
      s.execute("CREATE INDEX entry_expires ON entry (expires) WHERE expires IS NOT NULL");
      s.execute(
          """
          CREATE TABLE change (
            revision INTEGER NOT NULL,
            path TEXT NOT NULL,
            value TEXT,                     -- null if it was deleted
            previous_value TEXT,            -- null if there was none
            previous_revision INTEGER,
            PRIMARY KEY (revision, path)
          ) WITHOUT ROWID
          """);
      s.execute("CREATE INDEX change_path ON change (path, revision)");
      s.update("INSERT INTO store VALUES (?, 0, 0)", UUID.randomUUID().toString());
      s.execute("PRAGMA user_version=" + SCHEMA_VERSION);
      return SCHEMA_VERSION;
    });
  }

  /// Opens the store for reading and, if this user may, for writing.
  Session open() {
    try {
      return checked(openAsPermitted());
    } catch (SQLException e) {
      throw StoreErrors.translate(path, e);
    }
  }

  private Session openAsPermitted() throws SQLException {
    if (Files.isWritable(path)) {
      return Session.open(path, Access.READ_WRITE);
    }
    var session = Session.open(path, Access.READ_ONLY);
    try {
      session.number("PRAGMA user_version");
      return session;
    } catch (SQLException e) {
      session.close();
      // Sharing a store with writers takes its -shm file, which a reader without permissions cannot
      // make. Without a log nobody is writing, and the file can be read as it lies there.
      if (StoreErrors.isCannotOpen(e) && !Files.exists(beside("-wal"))) {
        return Session.open(path, Access.IMMUTABLE);
      }
      throw e;
    }
  }

  private Session checked(Session session) throws SQLException {
    Unavailable problem = null;
    try {
      long application = session.number("PRAGMA application_id");
      long version = session.number("PRAGMA user_version");
      if (application != APPLICATION_ID) {
        problem = StoreErrors.notOurs(path, "it is an SQLite file of something else");
      } else if (version != SCHEMA_VERSION) {
        problem =
            new Unavailable(
                DatastoreError.STORE_NEWER,
                ("the datastore %s has schema version %d, this build knows %d. It is left as it is."
                        + " Use the newer build that made it, or choose another file with"
                        + " EMBEDDED_PATH")
                    .formatted(path, version, SCHEMA_VERSION));
      }
    } catch (SQLException e) {
      session.close();
      throw e;
    }
    if (problem != null) {
      session.close();
      throw problem;
    }
    return session;
  }
}
