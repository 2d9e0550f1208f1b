package io.margay.linux.netlink;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.margay.kernel.KernelException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// A socket of the family `AF_NETLINK`, in the network namespace of the thread that opened it.
///
/// One thread at a time sends and receives. [#wake] is for any thread, and only until [#close].
public final class NetlinkSocket implements AutoCloseable {

  /// Larger than any datagram the kernel makes for a dump (32 KiB) and than a route of a thousand
  /// next hops.
  private static final int BUFFER_LENGTH = 128 * 1024;

  private static final int SOCKADDR_NL_LENGTH = 12;

  private final int fd;
  private final int waker;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment buffer = arena.allocate(BUFFER_LENGTH);

  private NetlinkSocket(int fd, int waker) {
    this.fd = fd;
    this.waker = waker;
  }

  /// Opens a socket of the protocol `NETLINK_ROUTE` for requests and their answers, or notices.
  ///
  /// @throws KernelException if the kernel refuses
  public static NetlinkSocket open() {
    return open(Libc.NETLINK_ROUTE);
  }

  /// Opens a socket of the protocol `NETLINK_NETFILTER`.
  ///
  /// @throws KernelException if the kernel refuses
  static NetlinkSocket openNetfilter() {
    return open(Libc.NETLINK_NETFILTER);
  }

  private static NetlinkSocket open(int protocol) {
    int fd =
        checked(
            "open a netlink socket",
            Libc.socket(Libc.AF_NETLINK, Libc.SOCK_RAW | Libc.SOCK_CLOEXEC, protocol));
    int waker = Libc.eventfd();
    if (waker < 0) {
      Libc.close(fd);
    }
    NetlinkSocket socket = new NetlinkSocket(fd, checked("make an eventfd", waker));
    try {
      socket.bind();
    } catch (KernelException e) {
      socket.close();
      throw e;
    }
    // Kernels before 4.12 know neither; errors then come without words and quote the request.
    Libc.setsockopt(fd, Libc.SOL_NETLINK, Libc.NETLINK_CAP_ACK, 1);
    Libc.setsockopt(fd, Libc.SOL_NETLINK, Libc.NETLINK_EXT_ACK, 1);
    return socket;
  }

  private void bind() {
    try (Arena scratch = Arena.ofConfined()) {
      // struct sockaddr_nl { u16 family; u16 pad; u32 pid; u32 groups; }: the kernel gives the pid.
      MemorySegment address = scratch.allocate(SOCKADDR_NL_LENGTH, Integer.BYTES);
      address.set(JAVA_SHORT, 0, (short) Libc.AF_NETLINK);
      checked("bind a netlink socket", Libc.bind(fd, address));
    }
  }

  /// Follows a multicast group from now on.
  ///
  /// @param group of [Rtnetlink.Rtnlgrp]
  public void join(int group) {
    checked(
        "join the netlink group " + group,
        Libc.setsockopt(fd, Libc.SOL_NETLINK, Libc.NETLINK_ADD_MEMBERSHIP, group));
  }

  /// Asks for room for notices that were not read yet: as much as given if we may go past the
  /// system's limit (`net.core.rmem_max`), else that limit.
  public void receiveBuffer(int octets) {
    if (Libc.setsockopt(fd, Libc.SOL_SOCKET, Libc.SO_RCVBUFFORCE, octets) < 0) {
      checked(
          "set the receive buffer of a netlink socket",
          Libc.setsockopt(fd, Libc.SOL_SOCKET, Libc.SO_RCVBUF, octets));
    }
  }

  void send(byte[] message) {
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment octets = scratch.allocateFrom(JAVA_BYTE, message);
      checked("send a netlink request", Libc.send(fd, octets, 0));
    }
  }

  /// The next datagram's messages; waits for one.
  ///
  /// @throws NetlinkException with `ENOBUFS` if notices were lost since the last call
  public List<NetlinkMessage> receive() {
    int length = checked("read a netlink socket", Libc.recv(fd, buffer, Libc.MSG_TRUNC));
    if (length > BUFFER_LENGTH) {
      throw new KernelException(
          "netlink datagram of %d octets, room is for %d. It is lost."
              .formatted(length, BUFFER_LENGTH));
    }
    return NetlinkMessage.split(buffer.asSlice(0, length).toArray(JAVA_BYTE));
  }

  /// Waits until there is something to receive.
  ///
  /// @return false if [#wake] ended the wait
  public boolean awaitReadable() {
    boolean[] ready = new boolean[2];
    checked("poll a netlink socket", Libc.pollIn(new int[] {fd, waker}, ready, -1));
    return !ready[1];
  }

  /// Waits until there is something to receive or the time is over.
  ///
  /// @return whether there is something
  public boolean awaitReadable(int timeoutMillis) {
    boolean[] ready = new boolean[1];
    checked("poll a netlink socket", Libc.pollIn(new int[] {fd}, ready, timeoutMillis));
    return ready[0];
  }

  /// Ends a wait for good, from any thread.
  public void wake() {
    checked("wake a netlink reader", Libc.signal(waker));
  }

  /// The caller sees to it that no other call is under way.
  @Override
  public void close() {
    Libc.close(fd);
    Libc.close(waker);
    arena.close();
  }

  private static int checked(String what, int result) {
    if (result < 0) {
      throw NetlinkException.ofSocket(what, -result);
    }
    return result;
  }
}
