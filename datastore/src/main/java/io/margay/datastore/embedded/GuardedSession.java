package io.margay.datastore.embedded;

import io.margay.datastore.DatastoreError;
import io.margay.datastore.DatastoreException.Unavailable;
import io.margay.datastore.FileFailure;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A session that one thread after the other uses, made anew when the file was replaced.
final class GuardedSession implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(GuardedSession.class);

  private final StoreFile file;
  private @Nullable Session session;
  private @Nullable Object identity;
  private boolean closed;

  GuardedSession(StoreFile file) {
    this.file = file;
  }

  synchronized <T> T read(Session.Work<T> work) {
    return run(s -> s.read(work));
  }

  synchronized <T> T write(Session.Work<T> work) {
    return run(s -> s.write(work));
  }

  private <T> T run(Session.Work<T> work) {
    var current = current();
    try {
      return work.run(current);
    } catch (SQLException e) {
      var translated = StoreErrors.translate(file.path(), e);
      if (!StoreErrors.leavesSessionSound(e)) {
        closeSession();
      }
      throw translated;
    } finally {
      if (current.access() == Session.Access.IMMUTABLE) {
        closeSession(); // it would never see what others write from now on
      }
    }
  }

  private Session current() {
    if (closed) {
      throw new IllegalStateException("the datastore " + file.path() + " was closed");
    }
    var now = identityNow();
    if (session != null && Objects.equals(identity, now)) {
      return session;
    }
    closeSession();
    var opened = file.open();
    session = opened;
    identity = now;
    return opened;
  }

  /// An agent whose store vanishes must not find an empty one in its place and take down what it
  /// has set up.
  private Object identityNow() {
    try {
      var now = file.identity();
      if (now != null) {
        return now;
      }
    } catch (UncheckedIOException e) {
      throw new Unavailable(
          DatastoreError.STORE_PERMISSION,
          "the datastore %s cannot be looked at: %s. Check the permissions of its directory"
              .formatted(file.path(), FileFailure.reason(e)),
          e);
    }
    throw new Unavailable(
        DatastoreError.STORE_GONE,
        ("the datastore %s is gone, and was there when this process opened it. What was read from it"
                + " stays in force; it is looked for again. Put it back, or restart this process to"
                + " have an empty one made")
            .formatted(file.path()));
  }

  private void closeSession() {
    if (session != null) {
      try {
        session.close();
      } catch (SQLException e) {
        LOG.debug("closing a session of {}", file.path(), e);
      }
      session = null;
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    closeSession();
  }
}
