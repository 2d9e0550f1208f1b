package io.margay.loop.manual;

import io.margay.loop.EventLoop;
import io.margay.loop.Transport;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One end of a stream in memory.
abstract class ManualStream implements Transport.Connection {

  final InetSocketAddress local;
  final InetSocketAddress remote;

  /// Null once nothing is to be reported any more.
  Transport.@Nullable Handler handler;

  private final EventLoop loop;
  private final Duration latency;
  private final Random random;
  private final Queue<Piece> arrived = new ArrayDeque<>();
  private @Nullable ManualStream peer;
  private long unwritten;

  /// Whether more than [#MUCH] was unwritten since nothing was.
  private boolean much;

  private boolean reading = true;
  private boolean closed;

  /// Something was lost on the way. What comes after a gap is never read, as with TCP.
  private boolean lost;

  /// The peer's end has come, but is reported only after what arrived before it.
  private @Nullable Runnable end;

  ManualStream(
      EventLoop loop,
      Duration latency,
      Random random,
      InetSocketAddress local,
      InetSocketAddress remote,
      Transport.@Nullable Handler handler) {
    this.loop = loop;
    this.latency = latency;
    this.random = random;
    this.local = local;
    this.remote = remote;
    this.handler = handler;
  }

  /// What one call wrote.
  private record Piece(ByteBuffer bytes, Runnable taken) {}

  abstract boolean isSilent();

  /// The stream is over.
  abstract void forget();

  void pair(ManualStream other) {
    peer = other;
    other.peer = this;
  }

  void opened() {
    if (handler != null) {
      handler.onOpen(this);
    }
  }

  /// Runs `event` at the peer's end after the latency, behind everything sent before.
  void deliverToPeer(Consumer<ManualStream> event) {
    lost |= isSilent();
    ManualStream to = peer;
    if (to != null && !lost) {
      loop.schedule(latency, () -> event.accept(to));
    }
  }

  void end(@Nullable Throwable cause) {
    end =
        () -> {
          Transport.Handler told = handler;
          handler = null;
          closed = true;
          forget();
          if (told != null) {
            told.onClosed(this, cause);
          }
        };
    deliver();
  }

  private void receive(Piece piece) {
    arrived.add(piece);
    deliver();
  }

  private void deliver() {
    while (reading && handler != null && !closed && !arrived.isEmpty()) {
      Piece taken = arrived.remove();
      taken.taken.run();
      ByteBuffer bytes = taken.bytes;
      while (bytes.hasRemaining() && handler != null && !closed) {
        int length = 1 + random.nextInt(bytes.remaining());
        ByteBuffer piece = bytes.slice(bytes.position(), length).asReadOnlyBuffer();
        bytes.position(bytes.position() + length);
        handler.onBytes(this, piece);
      }
    }
    Runnable atEnd = end;
    if (atEnd != null && (arrived.isEmpty() || handler == null || closed)) {
      end = null;
      atEnd.run();
    }
  }

  @Override
  public InetSocketAddress localAddress() {
    return local;
  }

  @Override
  public InetSocketAddress remoteAddress() {
    return remote;
  }

  @Override
  public void write(ByteBuffer bytes) {
    if (closed) {
      return;
    }
    ByteBuffer copy = ByteBuffer.allocate(bytes.remaining()).put(bytes.duplicate()).flip();
    int length = copy.remaining();
    unwritten += length;
    much |= unwritten > MUCH;
    // There is no kernel in between to take it.
    Piece piece = new Piece(copy, () -> taken(length));
    deliverToPeer(to -> to.receive(piece));
  }

  private void taken(int length) {
    unwritten -= length;
    if (unwritten == 0 && much) {
      much = false;
      loop.execute(() -> {
        if (handler != null) {
          handler.onDrained(this);
        }
      });
    }
  }

  @Override
  public long unwritten() {
    return unwritten;
  }

  @Override
  public void setReading(boolean value) {
    reading = value;
    if (value) {
      loop.execute(this::deliver);
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    deliverToPeer(to -> to.end(null));
    loop.execute(() -> {
      Transport.Handler told = handler;
      handler = null;
      forget();
      if (told != null) {
        told.onClosed(this, null);
      }
    });
  }
}
