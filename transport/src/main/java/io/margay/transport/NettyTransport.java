package io.margay.transport;

import io.margay.loop.Protection;
import io.margay.loop.Transport;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// TCP by Netty's epoll channels, all on one [NettyEventLoop].
// How closing, writing or registering went shows in the channel's close future.
@SuppressWarnings("FutureReturnValueIgnored")
public final class NettyTransport implements Transport {

  private static final Logger log = LoggerFactory.getLogger(NettyTransport.class);

  private static final int RESET_ON_CLOSE = 0;

  private final NettyEventLoop loop;

  public NettyTransport(NettyEventLoop loop) {
    this.loop = loop;
  }

  @Override
  public Connection connect(
      @Nullable IpAddress local, InetSocketAddress remote, Protection protection, Handler handler) {
    loop.checkOnLoop();
    EpollSocketChannel channel = new EpollSocketChannel();
    configure(channel);
    // Leaves the choice of port to connect(), which can share ports among destinations: ip(7).
    channel.config().setOption(EpollChannelOption.IP_BIND_ADDRESS_NO_PORT, true);
    InetSocketAddress source =
        local == null ? null : new InetSocketAddress(local.toInetAddress(), 0);
    NettyConnection connection = new NettyConnection(loop, channel, source, remote, handler);
    channel.pipeline().addLast(connection);
    loop.register(channel);
    // Not within this call, as the caller has yet to get hold of the connection.
    loop.execute(() -> {
      try {
        SocketProtection.apply(channel, IpAddress.of(remote.getAddress().getAddress()), protection);
        connection.open(channel.connect(remote, source));
      } catch (UncheckedIOException e) {
        connection.open(channel.newFailedFuture(e));
      }
    });
    return connection;
  }

  @Override
  public Listener listen(InetSocketAddress local, Acceptor acceptor) {
    loop.checkOnLoop();
    EpollServerSocketChannel channel = new EpollServerSocketChannel();
    channel.config().setOption(ChannelOption.SO_REUSEADDR, true);
    NettyListener listener = new NettyListener(channel, new SocketProtection(channel));
    channel.pipeline().addLast(new Accepting(acceptor, listener.protection));
    loop.register(channel);
    ChannelFuture bound = channel.bind(local);
    Throwable failure = bound.cause();
    if (failure != null) {
      channel.close();
      throw new UncheckedIOException(
          new IOException(
              "cannot listen on %s: %s. Look who has the port (ss -tlnp), or choose another address."
                  .formatted(local, failure.getMessage()),
              failure));
    }
    return listener;
  }

  private void configure(EpollSocketChannel channel) {
    channel.config().setOption(ChannelOption.TCP_NODELAY, true);
    channel.config().setRecvByteBufAllocator(loop.receiveBuffer());
  }

  private final class Accepting extends ChannelInboundHandlerAdapter {
    private final Acceptor acceptor;
    private final SocketProtection protection;

    Accepting(Acceptor acceptor, SocketProtection protection) {
      this.acceptor = acceptor;
      this.protection = protection;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      EpollSocketChannel channel = (EpollSocketChannel) message;
      configure(channel);
      protection.accepted(channel);
      // Nothing is to be read before the handler is known.
      channel.config().setAutoRead(false);
      NettyConnection connection =
          new NettyConnection(loop, channel, channel.localAddress(), channel.remoteAddress(), null);
      channel.pipeline().addLast(connection);
      loop.register(channel);
      loop.run(() -> decide(channel, connection));
    }

    private void decide(EpollSocketChannel channel, NettyConnection connection) {
      Handler handler = acceptor.onAccept(connection);
      if (handler == null) {
        channel.config().setOption(ChannelOption.SO_LINGER, RESET_ON_CLOSE);
        channel.close();
      } else {
        connection.accepted(handler);
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      log.warn(
          "accepting on {} failed: {}. The port stays open; look at the limit of open files.",
          context.channel().localAddress(),
          cause.getMessage());
    }
  }

  private record NettyListener(EpollServerSocketChannel channel, SocketProtection protection)
      implements Listener {
    @Override
    public InetSocketAddress localAddress() {
      return channel.localAddress();
    }

    @Override
    public void protect(IpPrefix remotes, Protection demanded) {
      protection.demand(remotes, demanded);
    }

    @Override
    public void close() {
      channel.close();
    }
  }
}
