package io.margay.transport.peers;

import io.margay.bgp.message.BgpMessage.Open;
import io.margay.bgp.message.MessageDecoder;
import io.margay.bgp.message.MessageFramer;
import io.margay.bgp.message.SessionCodec;
import io.margay.loop.Protection;
import io.margay.loop.Transport;
import io.margay.net.IpAddress;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// A transport that lets through what the speaker and its peer say, and keeps a copy of the last
/// connection's octets. On the speaker's loop.
final class Wiretap implements Transport {

  static final int UPDATE = 2;
  static final int ROUTE_REFRESH = 5;

  private static final int LENGTH_AT = 16;
  private static final int TYPE_AT = 18;

  private final Transport transport;
  private ByteArrayOutputStream received = new ByteArrayOutputStream();
  private ByteArrayOutputStream sent = new ByteArrayOutputStream();

  Wiretap(Transport transport) {
    this.transport = transport;
  }

  int receivedCount(int type) {
    return count(received, type);
  }

  int sentCount(int type) {
    return count(sent, type);
  }

  /// The peer's OPEN.
  Open receivedOpen() {
    MessageFramer framer = new MessageFramer();
    framer.append(ByteBuffer.wrap(received.toByteArray()));
    ByteBuffer frame = framer.next();
    if (frame != null
        && MessageDecoder.decode(frame, new SessionCodec(true, false)).message()
            instanceof Open open) {
      return open;
    }
    throw new IllegalStateException("no OPEN has come");
  }

  private static int count(ByteArrayOutputStream octets, int type) {
    ByteBuffer messages = ByteBuffer.wrap(octets.toByteArray());
    int count = 0;
    int at = 0;
    while (at + TYPE_AT < messages.limit()) {
      count += messages.get(at + TYPE_AT) == type ? 1 : 0;
      at += messages.getShort(at + LENGTH_AT) & 0xffff;
    }
    return count;
  }

  @Override
  public Connection connect(
      @Nullable IpAddress local, InetSocketAddress remote, Protection protection, Handler handler) {
    return transport.connect(
        local,
        remote,
        protection,
        new Handler() {
          private @Nullable Connection tapped;

          @Override
          public void onOpen(Connection connection) {
            received = new ByteArrayOutputStream();
            sent = new ByteArrayOutputStream();
            tapped = new Tapped(connection);
            handler.onOpen(tapped);
          }

          @Override
          public void onBytes(Connection connection, ByteBuffer bytes) {
            copy(bytes, received);
            handler.onBytes(tapped == null ? connection : tapped, bytes);
          }

          @Override
          public void onDrained(Connection connection) {
            handler.onDrained(tapped == null ? connection : tapped);
          }

          @Override
          public void onClosed(Connection connection, @Nullable Throwable cause) {
            handler.onClosed(tapped == null ? connection : tapped, cause);
          }
        });
  }

  @Override
  public Listener listen(InetSocketAddress local, Acceptor acceptor) {
    return transport.listen(local, acceptor);
  }

  private static void copy(ByteBuffer bytes, ByteArrayOutputStream to) {
    byte[] octets = new byte[bytes.remaining()];
    bytes.duplicate().get(octets);
    to.writeBytes(octets);
  }

  private final class Tapped implements Connection {
    private final Connection connection;

    Tapped(Connection connection) {
      this.connection = connection;
    }

    @Override
    public InetSocketAddress localAddress() {
      return connection.localAddress();
    }

    @Override
    public InetSocketAddress remoteAddress() {
      return connection.remoteAddress();
    }

    @Override
    public void write(ByteBuffer bytes) {
      copy(bytes, sent);
      connection.write(bytes);
    }

    @Override
    public long unwritten() {
      return connection.unwritten();
    }

    @Override
    public void setReading(boolean reading) {
      connection.setReading(reading);
    }

    @Override
    public void close() {
      connection.close();
    }
  }
}
