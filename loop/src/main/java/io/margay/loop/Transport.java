package io.margay.loop;

import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// Streams of bytes to and from peers, as TCP gives them. Every call is made and every handler
/// called on the event loop that the transport was made for, so the user needs no lock.
public interface Transport {

  /// Starts to open a connection. Exactly one of [Handler#onOpen] and [Handler#onClosed] follows.
  ///
  /// @param local the source address to use; null lets the kernel choose
  /// @return a handle whose [Connection#close] also gives up an attempt under way
  Connection connect(
      @Nullable IpAddress local, InetSocketAddress remote, Protection protection, Handler handler);

  /// Starts to open a connection without protection.
  default Connection connect(@Nullable IpAddress local, InetSocketAddress remote, Handler handler) {
    return connect(local, remote, Protection.NONE, handler);
  }

  /// Accepts connections on an address and port until the listener is closed.
  ///
  /// @throws java.io.UncheckedIOException if the address cannot be bound
  Listener listen(InetSocketAddress local, Acceptor acceptor);

  /// An open port.
  interface Listener {
    /// The bound address, with the port the kernel chose if 0 was asked for.
    InetSocketAddress localAddress();

    /// Demands protection of connections from a network, in place of what was demanded for it
    /// before; of several networks that an address lies in, the narrowest counts. Does nothing if
    /// the port is of another address family.
    ///
    /// @param remotes masked
    /// @throws java.io.UncheckedIOException if the kernel does not take it
    void protect(IpPrefix remotes, Protection protection);

    /// Demands protection of connections from one address.
    default void protect(IpAddress remote, Protection protection) {
      protect(remote.toPrefix(), protection);
    }

    void close();
  }

  /// Decides about an incoming connection.
  interface Acceptor {
    /// Returns the handler for a new connection, or null to refuse it (it is then reset).
    /// [Handler#onOpen] is not called for accepted connections: this call takes its place.
    @Nullable Handler onAccept(Connection connection);
  }

  /// One stream.
  interface Connection {
    InetSocketAddress localAddress();

    InetSocketAddress remoteAddress();

    /// Queues the bytes between position and limit; the buffer must not change until it is written,
    /// and may be shared among connections. Its position is not moved.
    void write(ByteBuffer bytes);

    /// Bytes queued and not yet given to the kernel.
    long unwritten();

    /// More unwritten bytes than this are much: [Handler#onDrained] follows once there are none.
    int MUCH = 1 << 16;

    /// Stops or resumes the delivery of [Handler#onBytes], to push back on the peer.
    void setReading(boolean reading);

    /// Writes what is queued, then closes. [Handler#onClosed] is called once. Idempotent.
    void close();
  }

  /// What happens on a stream.
  interface Handler {
    /// An outgoing connection is established.
    void onOpen(Connection connection);

    /// Bytes arrived, between position and limit. The buffer is the transport's again afterwards.
    void onBytes(Connection connection, ByteBuffer bytes);

    /// Much was queued, and the kernel has taken all of it by now: it is worth writing more.
    default void onDrained(Connection connection) {}

    /// The stream is at its end, or never came to be. Called once, last.
    ///
    /// @param cause why; null after an orderly close by either side
    void onClosed(Connection connection, @Nullable Throwable cause);
  }
}
