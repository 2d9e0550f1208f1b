package io.margay.transport;

import io.margay.loop.Protection.Password;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import io.netty.channel.ChannelException;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.unix.RawUnixChannelOption;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// A password for all peers of a network: `TCP_MD5SIG_EXT` of tcp(7), since Linux 4.13. Netty has
/// no name for it, but takes options as octets.
///
/// ```
///   struct tcp_md5sig {                          linux/tcp.h
///     struct sockaddr_storage tcpm_addr;           0  128 octets
///     __u8  tcpm_flags;                          128  TCP_MD5SIG_FLAG_PREFIX
///     __u8  tcpm_prefixlen;                      129
///     __u16 tcpm_keylen;                         130  0: forget the password
///     int   tcpm_ifindex;                        132
///     __u8  tcpm_key[TCP_MD5SIG_MAXKEYLEN];      136  80 octets
///   };
/// ```
final class NetworkPassword {

  private static final int IPPROTO_TCP = 6;
  private static final int TCP_MD5SIG_EXT = 32;
  private static final byte TCP_MD5SIG_FLAG_PREFIX = 1;
  private static final int SIZE = 216;
  private static final int FLAGS = 128;
  private static final int KEY = 136;

  private static final short AF_INET = 2;
  private static final short AF_INET6 = 10;

  // Where sockaddr_in and sockaddr_in6 have the address.
  private static final int IPV4_ADDRESS = 4;
  private static final int IPV6_ADDRESS = 8;

  /// `::ffff:0:0/96`, in which IPv6 sockets see IPv4 (RFC 4291 §2.5.5.2).
  private static final byte[] MAPPED = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte) 0xff, (byte) 0xff};

  private static final RawUnixChannelOption OPTION =
      new RawUnixChannelOption("TCP_MD5SIG_EXT", IPPROTO_TCP, TCP_MD5SIG_EXT, SIZE);

  private NetworkPassword() {}

  /// Sets or forgets the password of a network on a port.
  ///
  /// @throws ChannelException if the kernel does not take it
  static void set(EpollServerSocketChannel port, IpPrefix network, @Nullable Password password) {
    if (network.family() == IpFamily.IPV6) {
      port.config().setOption(OPTION, option(AF_INET6, network, password));
      return;
    }
    // Netty's sockets are of IPv6 where the host has it; which kind this one is, only they know.
    try {
      port.config().setOption(OPTION, option(AF_INET6, network, password));
    } catch (ChannelException _) {
      port.config().setOption(OPTION, option(AF_INET, network, password));
    }
  }

  private static ByteBuffer option(short family, IpPrefix network, @Nullable Password password) {
    byte[] key = password == null ? new byte[0] : password.text().getBytes(StandardCharsets.UTF_8);
    ByteBuffer option = ByteBuffer.allocateDirect(SIZE).order(ByteOrder.nativeOrder());
    option.putShort(0, family);
    byte[] address = network.address().toInetAddress().getAddress();
    if (family == AF_INET) {
      option.put(IPV4_ADDRESS, address);
    } else if (network.family() == IpFamily.IPV4) {
      option.put(IPV6_ADDRESS, MAPPED).put(IPV6_ADDRESS + MAPPED.length, address);
    } else {
      option.put(IPV6_ADDRESS, address);
    }
    option
        .put(FLAGS, TCP_MD5SIG_FLAG_PREFIX)
        .put(FLAGS + 1, (byte) network.length())
        .putShort(FLAGS + 2, (short) key.length)
        .put(KEY, key);
    return option;
  }
}
