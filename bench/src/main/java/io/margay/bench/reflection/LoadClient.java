package io.margay.bench.reflection;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Objects;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;

/// One client's session.
final class LoadClient {

  /// The peer has ended the session, or said something that it must not.
  static final class SessionLost extends RuntimeException {
    private static final long serialVersionUID = 1;

    SessionLost(String message) {
      super(message);
    }
  }

  private final Plan plan;
  private final int number;
  private final Selector selector;
  private final ReflectedUpdates updates;
  private final Deque<ByteBuffer> unwritten = new ArrayDeque<>();

  private @Nullable SocketChannel channel;
  private @Nullable SelectionKey key;

  /// Octets of a message that has not come whole.
  private byte[] begun = {};

  private boolean opened;
  private boolean established;

  /// Whether the current phase has nothing more to wait for here; [Load] keeps it.
  boolean done;

  LoadClient(Plan plan, int number, Selector selector) {
    this.plan = plan;
    this.number = number;
    this.selector = selector;
    this.updates = new ReflectedUpdates(plan, number);
  }

  int number() {
    return number;
  }

  ReflectedUpdates updates() {
    return updates;
  }

  boolean isEstablished() {
    return established;
  }

  boolean isConnecting() {
    return channel != null && !opened;
  }

  void connect(InetSocketAddress reflector) throws IOException {
    SocketChannel opening = SocketChannel.open();
    opening.configureBlocking(false);
    opening.bind(new InetSocketAddress(Plan.source(number), 0));
    channel = opening;
    opening.connect(reflector);
    key = opening.register(selector, SelectionKey.OP_CONNECT, this);
  }

  /// The connection is there, or could not be made.
  ///
  /// @throws IOException why not; [#connect] may be tried again
  void finishConnect() throws IOException {
    SocketChannel opening = open();
    try {
      opening.finishConnect();
    } catch (IOException e) {
      drop();
      throw e;
    }
    opening.setOption(StandardSocketOptions.TCP_NODELAY, true);
    Objects.requireNonNull(key).interestOps(SelectionKey.OP_READ);
    write(ClientMessages.open(plan, number));
  }

  private SocketChannel open() {
    return Objects.requireNonNull(channel, "not connected");
  }

  /// Hands octets to the kernel, or keeps what it does not take for [#flush].
  void write(byte[] bytes) throws IOException {
    unwritten.add(ByteBuffer.wrap(bytes));
    flush();
  }

  void flush() throws IOException {
    while (!unwritten.isEmpty()) {
      ByteBuffer next = unwritten.element();
      open().write(next);
      if (next.hasRemaining()) {
        Objects.requireNonNull(key).interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
        return;
      }
      unwritten.remove();
    }
    Objects.requireNonNull(key).interestOps(SelectionKey.OP_READ);
  }

  /// Reads what has come into `bytes`, which are the caller's again afterwards.
  ///
  /// @throws SessionLost if the session has ended
  void read(byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).put(begun);
    begun = new byte[0];
    int count;
    try {
      count = open().read(buffer);
      // A daemon without TCP_NODELAY would else wait 40 ms for each acknowledgement.
      open().setOption(ExtendedSocketOptions.TCP_QUICKACK, true);
    } catch (IOException e) {
      throw new SessionLost("client " + number + ": " + e.getMessage());
    }
    if (count < 0) {
      throw new SessionLost("client " + number + ": closed by the reflector");
    }
    int end = buffer.position();
    int at = 0;
    while (end - at >= ClientMessages.HEADER) {
      int length = (bytes[at + 16] & 0xff) << 8 | (bytes[at + 17] & 0xff);
      if (length < ClientMessages.HEADER || length > ClientMessages.MAX_MESSAGE) {
        throw new SessionLost("client %d: a message of %d octets".formatted(number, length));
      }
      if (end - at < length) {
        break;
      }
      message(bytes, at, length);
      at += length;
    }
    begun = Arrays.copyOfRange(bytes, at, end);
  }

  private void message(byte[] bytes, int at, int length) throws IOException {
    int body = at + ClientMessages.HEADER;
    switch (bytes[at + ClientMessages.HEADER - 1]) {
      case ClientMessages.OPEN -> {
        opened = true;
        write(ClientMessages.keepalive());
      }
      case ClientMessages.UPDATE -> updates.read(bytes, body, at + length);
      case ClientMessages.KEEPALIVE -> established = true;
      case ClientMessages.NOTIFICATION ->
          throw new SessionLost(
              "client %d: NOTIFICATION %d/%d".formatted(number, bytes[body], bytes[body + 1]));
      default -> throw new SessionLost("client " + number + ": a message of unknown type");
    }
  }

  /// Cuts the connection with a TCP reset, as a host does that has forgotten it.
  void reset() throws IOException {
    open().setOption(StandardSocketOptions.SO_LINGER, 0);
    drop();
  }

  private void drop() throws IOException {
    open().close();
    channel = null;
    key = null;
    opened = false;
    established = false;
    unwritten.clear();
    begun = new byte[0];
    updates.clear();
  }

  void close() throws IOException {
    if (channel != null) {
      drop();
    }
  }
}
