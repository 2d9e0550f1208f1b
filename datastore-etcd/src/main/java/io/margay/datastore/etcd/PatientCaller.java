package io.margay.datastore.etcd;

import io.margay.datastore.DatastoreException.Unavailable;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Makes calls, and makes them again where that can help and cannot harm: an election of a leader
/// takes a second or two, in which members answer that they have none.
///
/// A connection that failed is thrown away. gRPC waits up to two minutes before it tries a failed
/// one again; a fresh one is tried at once.
///
/// Any thread may call it.
///
/// @param <C> a connection, whose calls throw [CallFailedException]
public final class PatientCaller<C extends EtcdConnection> implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(8);

  /// A cluster of which no member listens is not electing anything.
  private static final Duration PATIENCE_UNREACHABLE = Duration.ofSeconds(1);

  private static final Duration PAUSE = Duration.ofMillis(100);

  private final Supplier<C> connect;
  private final EtcdErrors errors;
  private @Nullable Connection<C> current;
  private boolean closed;

  /// A connection in use; once discarded it is closed by its last user.
  private static final class Connection<C> {
    final C calls;
    int users;
    boolean discarded;

    Connection(C calls) {
      this.calls = calls;
    }
  }

  public PatientCaller(Supplier<C> connect, EtcdErrors errors) {
    this.connect = connect;
    this.errors = errors;
  }

  /// @throws Unavailable if there is no answer
  /// @throws CallFailedException if the revision asked for is compacted, and only then
  public <T> T read(Function<C, T> call) {
    return attempt(call, true, false);
  }

  /// @param repeatable whether making the write twice is the same as making it once
  /// @throws Unavailable if there is no answer
  public <T> T write(boolean repeatable, Function<C, T> call) {
    return attempt(call, repeatable, true);
  }

  private <T> T attempt(Function<C, T> call, boolean repeatable, boolean isWrite) {
    long start = System.nanoTime();
    while (true) {
      var connection = take();
      boolean usable = true;
      try {
        return call.apply(connection.calls);
      } catch (CallFailedException e) {
        usable = isUsableAfter(e);
        var patience =
            switch (e.kind()) {
              case UNREACHABLE, TOKEN_EXPIRED -> PATIENCE_UNREACHABLE;
              case UNANSWERED -> repeatable ? PATIENCE : Duration.ZERO;
              case UNAUTHORIZED, REFUSED -> Duration.ZERO;
              case COMPACTED -> throw e;
            };
        if (System.nanoTime() - start >= patience.toNanos() || isClosed() || !pause()) {
          throw errors.explain(e, isWrite);
        }
      } finally {
        giveBack(connection, usable);
      }
    }
  }

  private static boolean isUsableAfter(CallFailedException e) {
    return switch (e.kind()) {
      case UNREACHABLE, UNANSWERED -> false;
      case TOKEN_EXPIRED, UNAUTHORIZED, COMPACTED, REFUSED -> true;
    };
  }

  private static boolean pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  private synchronized Connection<C> take() {
    if (closed) {
      throw new IllegalStateException("the datastore is closed");
    }
    var connection = current;
    if (connection == null) {
      connection = new Connection<>(connect.get());
      current = connection;
    }
    connection.users++;
    return connection;
  }

  private synchronized void giveBack(Connection<C> connection, boolean usable) {
    connection.users--;
    if (!usable) {
      discard(connection);
    } else if (connection.discarded && connection.users == 0) {
      connection.calls.close();
    }
  }

  private synchronized void discard(Connection<C> connection) {
    connection.discarded = true;
    if (current == connection) {
      current = null;
    }
    if (connection.users == 0) {
      connection.calls.close();
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (current != null) {
      current.calls.close();
      current = null;
    }
  }
}
