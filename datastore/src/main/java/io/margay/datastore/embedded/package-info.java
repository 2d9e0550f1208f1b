/// The embedded store: one SQLite file that many processes of a machine share.
///
/// ```
///   any thread ──> EmbeddedStore ──Session──> datastore.db   (WAL: readers never wait for a writer)
///                       └──after a commit──> datastore.db-notify
///   watch thread <──inotify(7)──────────────────────┘ ; reads the change log, calls the listener
/// ```
///
/// - **Crash of a process**, kill -9 included, neither loses a write that was reported as done nor
///   corrupts the file. **Loss of power** cannot corrupt it either, but may take the writes of the
///   last moments: `synchronous=NORMAL` leaves it to the kernel when the log reaches the disk
///   (<https://www.sqlite.org/pragma.html#pragma_synchronous>).
/// - Each write transaction has one revision. The `change` table keeps the last of them with what
///   was there before, for watches and for looking back; a watch that needs older ones is lost.
/// - The file is the owner's alone (0600). Whoever may read but not write it can get, list and
///   watch.
/// - It must lie on a local file system: WAL needs memory shared between the processes.
///
/// SQLite was taken over a store of our own because many processes, crash safety and tools to look
/// inside (`sqlite3 datastore.db 'select * from entry'`) come with it.
@NullMarked
package io.margay.datastore.embedded;

import org.jspecify.annotations.NullMarked;
