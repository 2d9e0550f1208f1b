package io.margay.datastore.embedded;

import io.margay.datastore.DatastoreError;
import io.margay.datastore.DatastoreException.Unavailable;
import java.nio.file.Path;
import java.sql.SQLException;
import org.sqlite.SQLiteException;

/// SQLite's errors in words that say what to do. Codes: <https://www.sqlite.org/rescode.html>.
final class StoreErrors {

  private static final int SQLITE_PERM = 3;
  private static final int SQLITE_BUSY = 5;
  private static final int SQLITE_READONLY = 8;
  private static final int SQLITE_IOERR = 10;
  private static final int SQLITE_IOERR_SHMSIZE = SQLITE_IOERR | 19 << 8;
  private static final int SQLITE_CORRUPT = 11;
  private static final int SQLITE_FULL = 13;
  private static final int SQLITE_CANTOPEN = 14;
  private static final int SQLITE_NOTADB = 26;

  private StoreErrors() {}

  static Unavailable translate(Path path, SQLException e) {
    return switch (reasonOf(e)) {
      case SQLITE_BUSY ->
          unavailable(
              DatastoreError.STORE_LOCKED,
              ("the datastore %s is locked by another process for longer than %d s. Nothing was"
                      + " changed. Try again; `fuser -v %s` names the processes that have it open")
                  .formatted(path, Session.BUSY_TIMEOUT.toSeconds(), path),
              e);
      case SQLITE_READONLY ->
          unavailable(
              DatastoreError.STORE_READ_ONLY,
              ("the datastore %s cannot be written: the file, its directory or its file system is"
                      + " read-only for this user. Nothing was changed. Run as the owner of the"
                      + " file, or choose another one with EMBEDDED_PATH")
                  .formatted(path),
              e);
      case SQLITE_PERM, SQLITE_CANTOPEN ->
          unavailable(
              DatastoreError.STORE_PERMISSION,
              ("the datastore %s cannot be opened. Check that this user may read and write the file"
                      + " and its directory, or choose another one with EMBEDDED_PATH")
                  .formatted(path),
              e);
      case SQLITE_FULL ->
          unavailable(
              DatastoreError.STORE_FULL,
              ("the disk of the datastore %s is full. Nothing was changed, and what is stored stays."
                      + " Free some space and try again")
                  .formatted(path),
              e);
      case SQLITE_IOERR ->
          unavailable(
              DatastoreError.STORE_IO,
              ("the datastore %s cannot be read or written. Check the disk and its file system"
                      + " (dmesg); a datastore must lie on a local one")
                  .formatted(path),
              e);
      case SQLITE_NOTADB ->
          unavailable(
              DatastoreError.STORE_FOREIGN, notOursText(path, "it is not an SQLite file"), e);
      case SQLITE_CORRUPT ->
          unavailable(
              DatastoreError.STORE_DAMAGED,
              ("the datastore %s is damaged. It is left as it is. Stop what uses it and restore a"
                      + " backup, or save what can be read with `sqlite3 %s .recover`")
                  .formatted(path, path),
              e);
      default ->
          unavailable(
              DatastoreError.STORE_IO,
              "the datastore %s failed. Nothing was changed. Try again".formatted(path),
              e);
    };
  }

  /// SQLite's own words follow ours.
  private static Unavailable unavailable(DatastoreError error, String what, SQLException e) {
    return new Unavailable(error, what + ". (" + e.getMessage() + ")", e);
  }

  /// The primary result code, but for one: memory that processes share lies in a file beside the
  /// datastore, and that file could not grow.
  private static int reasonOf(SQLException e) {
    return e instanceof SQLiteException sqlite
            && sqlite.getResultCode().code == SQLITE_IOERR_SHMSIZE
        ? SQLITE_FULL
        : primaryCode(e);
  }

  static boolean isCannotOpen(SQLException e) {
    int code = primaryCode(e);
    return code == SQLITE_CANTOPEN || code == SQLITE_READONLY;
  }

  /// Whether the connection is as good as before: the statement was refused, nothing else.
  static boolean leavesSessionSound(SQLException e) {
    int code = primaryCode(e);
    return code == SQLITE_BUSY || code == SQLITE_FULL || code == SQLITE_READONLY;
  }

  private static int primaryCode(SQLException e) {
    return e.getErrorCode() & 0xff;
  }

  static Unavailable notOurs(Path path, String why) {
    return new Unavailable(DatastoreError.STORE_FOREIGN, notOursText(path, why));
  }

  private static String notOursText(Path path, String why) {
    return ("%s is not a Margay datastore: %s. It is left as it is. Move it away to have a new"
            + " datastore made there, or choose another file with EMBEDDED_PATH")
        .formatted(path, why);
  }
}
