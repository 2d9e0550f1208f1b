package io.margay.transport;

import io.margay.loop.Protection;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;

/// [Protection] in socket options: tcp(7) for MD5, ip(7) and ipv6(7) for the time to live.
///
/// A port has one password for each peer or network of peers, in the kernel, since already the
/// first segment has to be right. The least time to live is set on each connection that was
/// accepted; our own segments leave with 255 from the first one on, as a peer that does the same
/// drops others.
final class SocketProtection {

  private static final int IPPROTO_IP = 0;
  private static final int IPPROTO_IPV6 = 41;
  private static final int MAX_TTL = 255;

  // linux/in.h and linux/in6.h.
  private static final ChannelOption<Integer> IP_TTL =
      new IntegerUnixChannelOption("IP_TTL", IPPROTO_IP, 2);
  private static final ChannelOption<Integer> IP_MINTTL =
      new IntegerUnixChannelOption("IP_MINTTL", IPPROTO_IP, 21);
  private static final ChannelOption<Integer> IPV6_UNICAST_HOPS =
      new IntegerUnixChannelOption("IPV6_UNICAST_HOPS", IPPROTO_IPV6, 16);
  private static final ChannelOption<Integer> IPV6_MINHOPCOUNT =
      new IntegerUnixChannelOption("IPV6_MINHOPCOUNT", IPPROTO_IPV6, 73);

  private final EpollServerSocketChannel port;
  private final Map<IpPrefix, Protection> demanded = new HashMap<>();

  /// @param port not bound yet
  SocketProtection(EpollServerSocketChannel port) {
    this.port = port;
  }

  void demand(IpPrefix remotes, Protection protection) {
    if (!reaches(remotes.address())) {
      return;
    }
    Protection before =
        protection.equals(Protection.NONE)
            ? demanded.remove(remotes)
            : demanded.put(remotes, protection);
    try {
      if (demanded.values().stream().anyMatch(wanted -> wanted.minTtl() > 0)) {
        port.config().setOption(ttl(remotes.family()), MAX_TTL);
      }
      if (remotes.isSingleAddress()) {
        Map<InetAddress, byte[]> passwords = new HashMap<>();
        demanded.forEach((each, wanted) -> {
          if (each.isSingleAddress()) {
            passwords.putAll(passwords(each.address(), wanted));
          }
        });
        port.config().setOption(EpollChannelOption.TCP_MD5SIG, passwords);
      } else if (protection.password() != null || (before != null && before.password() != null)) {
        NetworkPassword.set(port, remotes, protection.password());
      }
    } catch (ChannelException e) {
      throw refused(remotes, e);
    }
  }

  /// Whether connections from there can come to the port: `::` takes those of IPv4 too (ipv6(7)).
  private boolean reaches(IpAddress remote) {
    InetAddress bound = port.localAddress().getAddress();
    return IpAddress.of(bound.getAddress()).family() == remote.family()
        || (bound instanceof Inet6Address && bound.isAnyLocalAddress());
  }

  void accepted(EpollSocketChannel channel) {
    IpAddress remote = IpAddress.of(channel.remoteAddress().getAddress().getAddress());
    int minTtl =
        demanded.entrySet().stream()
            .filter(entry -> entry.getKey().contains(remote))
            .max(Comparator.comparingInt(entry -> entry.getKey().length()))
            .map(entry -> entry.getValue().minTtl())
            .orElse(0);
    if (minTtl > 0) {
      limit(channel, remote.family(), minTtl);
    }
  }

  /// Protects a connection that is about to be opened.
  ///
  /// @throws UncheckedIOException if the kernel does not take it
  static void apply(EpollSocketChannel channel, IpAddress remote, Protection protection) {
    try {
      if (protection.minTtl() > 0) {
        limit(channel, remote.family(), protection.minTtl());
      }
      if (protection.password() != null) {
        channel.config().setOption(EpollChannelOption.TCP_MD5SIG, passwords(remote, protection));
      }
    } catch (ChannelException e) {
      throw refused(remote.toPrefix(), e);
    }
  }

  private static void limit(EpollSocketChannel channel, IpFamily family, int minTtl) {
    channel.config().setOption(ttl(family), MAX_TTL);
    channel.config().setOption(family == IpFamily.IPV4 ? IP_MINTTL : IPV6_MINHOPCOUNT, minTtl);
  }

  private static ChannelOption<Integer> ttl(IpFamily family) {
    return family == IpFamily.IPV4 ? IP_TTL : IPV6_UNICAST_HOPS;
  }

  private static Map<InetAddress, byte[]> passwords(IpAddress remote, Protection protection) {
    Protection.Password password = protection.password();
    return password == null
        ? Map.of()
        : Map.of(remote.toInetAddress(), password.text().getBytes(StandardCharsets.UTF_8));
  }

  private static UncheckedIOException refused(IpPrefix remotes, ChannelException cause) {
    return new UncheckedIOException(
        new IOException(
            "the kernel refused the protection of connections with %s: %s. Look whether it has TCP MD5 (CONFIG_TCP_MD5SIG)."
                .formatted(remotes, cause.getMessage()),
            cause));
  }
}
