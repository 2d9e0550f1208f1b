package io.margay.datastore.embedded;

import io.margay.datastore.DatastoreException.Unavailable;
import java.nio.file.Path;
import java.sql.SQLException;

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
    String what =
        switch (reasonOf(e)) {
          case SQLITE_BUSY ->
              ("the datastore %s is locked by another process for longer than %d s. Nothing was"
                      + " changed. Try again; `fuser -v %s` names the processes that have it open")
                  .formatted(path, Session.BUSY_TIMEOUT.toSeconds(), path);
          case SQLITE_READONLY ->
              ("the datastore %s cannot be written: the file, its directory or its file system is"
                      + " read-only for this user. Nothing was changed. Run as the owner of the"
                      + " file, or choose another one with EMBEDDED_PATH")
                  .formatted(path);
          case SQLITE_PERM, SQLITE_CANTOPEN ->
              ("the datastore %s cannot be opened. Check that this user may read and write the file"
                      + " and its directory, or choose another one with EMBEDDED_PATH")
                  .formatted(path);
          case SQLITE_FULL ->
              ("the disk of the datastore %s is full. Nothing was changed, and what is stored stays."
                      + " Free some space and try again")
                  .formatted(path);
          case SQLITE_IOERR ->
              ("the datastore %s cannot be read or written. Check the disk and its file system"
                      + " (dmesg); a datastore must lie on a local one")
                  .formatted(path);
          case SQLITE_NOTADB -> notOurs(path, "it is not an SQLite file");
          case SQLITE_CORRUPT ->
              ("the datastore %s is damaged. It is left as it is. Stop what uses it and restore a"
                      + " backup, or save what can be read with `sqlite3 %s .recover`")
                  .formatted(path, path);
          default -> "the datastore " + path + " failed";
        };
    return new Unavailable(what + ". (" + e.getMessage() + ")", e);
  }

  /// Memory that processes share lies in a file beside the datastore, which could not grow.
  private static int reasonOf(SQLException e) {
    return e.getErrorCode() == SQLITE_IOERR_SHMSIZE ? SQLITE_FULL : primaryCode(e);
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

  static String notOurs(Path path, String why) {
    return ("%s is not a Margay datastore: %s. It is left as it is. Move it away to have a new"
            + " datastore made there, or choose another file with EMBEDDED_PATH")
        .formatted(path, why);
  }
}
