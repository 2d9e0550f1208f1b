package io.margay.transport;

import io.margay.loop.Transport;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// One TCP connection, and the last handler of its channel.
///
/// Closing has a trap: if octets are left unread when a socket is closed, the kernel sends a reset,
/// and the peer may lose what we wrote last (RFC 1122 §4.2.2.13). So closing shuts down our
/// direction, reads and drops what comes, and closes when the peer has closed too, or after
/// [#LINGER]. Writing what is queued gets [#DRAIN] at most.
// How closing or writing went shows in the channel's close future.
@SuppressWarnings("FutureReturnValueIgnored")
final class NettyConnection extends ChannelInboundHandlerAdapter implements Transport.Connection {

  private static final Duration LINGER = Duration.ofSeconds(2);
  private static final Duration DRAIN = Duration.ofSeconds(10);

  private final NettyEventLoop loop;
  private final EpollSocketChannel channel;
  private final @Nullable InetSocketAddress requestedLocal;
  private final InetSocketAddress remote;

  /// Null before the acceptor has decided, and once the end was reported.
  private Transport.@Nullable Handler handler;

  private @Nullable Throwable cause;
  private final WriteQueue queue;
  private boolean closing;

  NettyConnection(
      NettyEventLoop loop,
      EpollSocketChannel channel,
      @Nullable InetSocketAddress requestedLocal,
      InetSocketAddress remote,
      Transport.@Nullable Handler handler) {
    this.loop = loop;
    this.channel = channel;
    this.requestedLocal = requestedLocal;
    this.remote = remote;
    this.handler = handler;
    this.queue = new WriteQueue(channel, this::drained);
    channel.closeFuture().addListener(_ -> reportEnd());
  }

  /// Follows an attempt to connect.
  void open(ChannelFuture connecting) {
    connecting.addListener(future -> {
      if (future.cause() != null) {
        cause = future.cause();
        channel.close();
      } else if (handler != null && !closing) {
        Transport.Handler told = handler;
        loop.run(() -> told.onOpen(this));
      }
    });
  }

  void accepted(Transport.Handler by) {
    handler = by;
    if (!channel.isOpen()) {
      reportEnd();
    }
    channel.config().setAutoRead(true);
  }

  @Override
  public InetSocketAddress localAddress() {
    InetSocketAddress local = channel.localAddress();
    if (local == null) {
      local = requestedLocal;
    }
    return local == null ? new InetSocketAddress(InetAddress.getLoopbackAddress(), 0) : local;
  }

  @Override
  public InetSocketAddress remoteAddress() {
    return remote;
  }

  @Override
  public void write(ByteBuffer bytes) {
    if (closing) {
      return;
    }
    if (queue.add(bytes)) {
      // Everything that one turn of the loop writes goes to the kernel in one call.
      loop.flushLater(this);
    }
  }

  /// Hands what is queued to the kernel.
  void flush() {
    try {
      queue.flush();
    } catch (IOException e) {
      failed(e);
    }
  }

  private void drained() {
    Transport.Handler told = handler;
    if (told != null && !closing) {
      loop.run(() -> told.onDrained(this));
    }
  }

  @Override
  public long unwritten() {
    return queue.unwritten();
  }

  @Override
  public void setReading(boolean reading) {
    if (!closing) {
      channel.config().setAutoRead(reading);
    }
  }

  @Override
  public void close() {
    if (closing) {
      return;
    }
    closing = true;
    if (!channel.isActive()) {
      channel.close();
      return;
    }
    channel.config().setAutoRead(true);
    loop.schedule(DRAIN, channel::close);
    flush();
    // Behind what the kernel has not taken yet.
    channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(_ -> shutdown());
  }

  /// All is written.
  private void shutdown() {
    if (channel.isActive()) {
      channel.shutdownOutput();
      loop.schedule(LINGER, channel::close);
    }
    loop.execute(this::reportEnd);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    try {
      Transport.Handler told = handler;
      if (told != null && !closing) {
        told.onBytes(this, bytes.internalNioBuffer(bytes.readerIndex(), bytes.readableBytes()));
      }
    } catch (Throwable thrown) {
      loop.failed(thrown);
    } finally {
      bytes.release();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable thrown) {
    failed(thrown);
  }

  private void failed(Throwable thrown) {
    if (!closing) {
      cause = thrown;
    }
    channel.close();
  }

  private void reportEnd() {
    Transport.Handler told = handler;
    handler = null;
    closing = true;
    if (told != null) {
      loop.run(() -> told.onClosed(this, cause));
    }
  }
}
