package io.margay.datastore.etcd.v3;

import io.margay.datastore.DatastoreException.Unavailable;
import io.margay.datastore.etcd.EtcdErrors;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Makes calls, and makes them again where that can help and cannot harm: an election of a leader
/// takes a second or two, in which members answer that they have none.
///
/// A channel that failed is thrown away. gRPC waits up to two minutes before it tries a failed
/// connection again; a fresh channel tries at once.
///
/// Any thread may call it.
final class PatientCaller implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(8);

  /// A cluster of which no member listens is not electing anything.
  private static final Duration PATIENCE_UNREACHABLE = Duration.ofSeconds(1);

  private static final Duration PAUSE = Duration.ofMillis(100);

  private final Supplier<EtcdCalls> connect;
  private final EtcdErrors errors;
  private @Nullable Connection current;
  private boolean closed;

  /// A channel in use; once discarded it is closed by its last user.
  private static final class Connection {
    final EtcdCalls calls;
    int users;
    boolean discarded;

    Connection(EtcdCalls calls) {
      this.calls = calls;
    }
  }

  PatientCaller(Supplier<EtcdCalls> connect, EtcdErrors errors) {
    this.connect = connect;
    this.errors = errors;
  }

  /// @throws Unavailable if there is no answer
  /// @throws CallFailedException if the revision asked for is compacted, and only then
  <T> T read(Function<EtcdCalls, T> call) {
    return attempt(call, true, false);
  }

  /// @param repeatable whether making the write twice is the same as making it once
  /// @throws Unavailable if there is no answer
  <T> T write(boolean repeatable, Function<EtcdCalls, T> call) {
    return attempt(call, repeatable, true);
  }

  private <T> T attempt(Function<EtcdCalls, T> call, boolean repeatable, boolean isWrite) {
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
          throw explain(errors, e, isWrite);
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

  static Unavailable explain(EtcdErrors errors, CallFailedException e, boolean isWrite) {
    return switch (e.kind()) {
      case UNREACHABLE -> errors.unreachable(e.reason(), e);
      case UNANSWERED -> errors.unanswered(e.reason(), isWrite, e);
      case TOKEN_EXPIRED, UNAUTHORIZED -> errors.unauthorized(e.reason(), e);
      case COMPACTED, REFUSED -> errors.refused(e.reason(), e);
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

  private synchronized Connection take() {
    if (closed) {
      throw new IllegalStateException("the datastore is closed");
    }
    var connection = current;
    if (connection == null) {
      connection = new Connection(connect.get());
      current = connection;
    }
    connection.users++;
    return connection;
  }

  private synchronized void giveBack(Connection connection, boolean usable) {
    connection.users--;
    if (!usable) {
      discard(connection);
    } else if (connection.discarded && connection.users == 0) {
      connection.calls.close();
    }
  }

  private synchronized void discard(Connection connection) {
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
