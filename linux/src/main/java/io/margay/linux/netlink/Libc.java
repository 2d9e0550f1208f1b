package io.margay.linux.netlink;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/// The system calls that netlink takes. Each returns what the C function returns, or the negated
/// `errno` where that is -1, as the system call itself would; `EINTR` is tried again.
final class Libc {

  static final int AF_NETLINK = 16;
  static final int SOCK_RAW = 3;
  static final int SOCK_CLOEXEC = 0x80000;
  static final int NETLINK_ROUTE = 0;
  static final int NETLINK_NETFILTER = 12;

  static final int SOL_SOCKET = 1;
  static final int SO_RCVBUF = 8;
  static final int SO_RCVBUFFORCE = 33;
  static final int SOL_NETLINK = 270;
  static final int NETLINK_ADD_MEMBERSHIP = 1;
  static final int NETLINK_CAP_ACK = 10;
  static final int NETLINK_EXT_ACK = 11;

  static final int MSG_TRUNC = 0x20;
  static final int EFD_CLOEXEC = 0x80000;
  static final short POLLIN = 1;
  static final int O_RDONLY_CLOEXEC = 0x80000;
  static final int CLONE_NEWNET = 0x40000000;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO = STATE.varHandle(PathElement.groupElement("errno"));

  private static final MethodHandle SOCKET =
      downcall("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle BIND =
      downcall("bind", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle SETSOCKOPT =
      downcall(
          "setsockopt",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle SEND =
      downcall("send", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
  private static final MethodHandle RECV =
      downcall("recv", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
  private static final MethodHandle POLL =
      downcall("poll", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
  private static final MethodHandle EVENTFD =
      downcall("eventfd", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle WRITE =
      downcall("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
  private static final MethodHandle OPEN =
      downcall("open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle SETNS =
      downcall("setns", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle CLOSE =
      downcall("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

  private Libc() {}

  private static MethodHandle downcall(String name, FunctionDescriptor descriptor) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(name),
        descriptor,
        Linker.Option.captureCallState("errno"));
  }

  static int socket(int domain, int type, int protocol) {
    return call(state -> (int) SOCKET.invokeExact(state, domain, type, protocol));
  }

  static int bind(int fd, MemorySegment address) {
    int length = (int) address.byteSize();
    return call(state -> (int) BIND.invokeExact(state, fd, address, length));
  }

  static int setsockopt(int fd, int level, int option, int value) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment holder = arena.allocateFrom(JAVA_INT, value);
      return call(
          state -> (int) SETSOCKOPT.invokeExact(state, fd, level, option, holder, Integer.BYTES));
    }
  }

  static int send(int fd, MemorySegment bytes, int flags) {
    long length = bytes.byteSize();
    return call(state -> (int) (long) SEND.invokeExact(state, fd, bytes, length, flags));
  }

  /// With [#MSG_TRUNC] the result is the datagram's true length, even if the buffer is shorter.
  static int recv(int fd, MemorySegment buffer, int flags) {
    long length = buffer.byteSize();
    return call(state -> (int) (long) RECV.invokeExact(state, fd, buffer, length, flags));
  }

  /// Waits until one of the descriptors has something to read; `ready` gets the answer for each.
  ///
  /// @param timeoutMillis -1 for no limit
  static int pollIn(int[] fds, boolean[] ready, int timeoutMillis) {
    try (Arena arena = Arena.ofConfined()) {
      // struct pollfd { int fd; short events; short revents; }: both halves in one int of flags.
      MemorySegment polls = arena.allocate(MemoryLayout.sequenceLayout(fds.length, JAVA_LONG));
      for (int i = 0; i < fds.length; i++) {
        polls.setAtIndex(JAVA_INT, 2L * i, fds[i]);
        polls.set(JAVA_SHORT, 8L * i + 4, POLLIN);
      }
      long count = fds.length;
      int result = call(state -> (int) POLL.invokeExact(state, polls, count, timeoutMillis));
      for (int i = 0; i < fds.length; i++) {
        ready[i] = polls.get(JAVA_SHORT, 8L * i + 6) != 0;
      }
      return result;
    }
  }

  static int eventfd() {
    return call(state -> (int) EVENTFD.invokeExact(state, 0, EFD_CLOEXEC));
  }

  /// Makes an eventfd(2) readable.
  static int signal(int eventfd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment one = arena.allocateFrom(JAVA_LONG, 1);
      return call(state -> (int) (long) WRITE.invokeExact(state, eventfd, one, (long) Long.BYTES));
    }
  }

  static int open(String path, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocateFrom(path);
      return call(state -> (int) OPEN.invokeExact(state, text, flags));
    }
  }

  /// Moves the calling thread into a namespace.
  static int setns(int fd, int type) {
    return call(state -> (int) SETNS.invokeExact(state, fd, type));
  }

  /// Not tried again on `EINTR`: Linux has closed the descriptor by then (close(2)).
  static int close(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      return (int) CLOSE.invokeExact(state, fd);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  private interface Call {
    int apply(MemorySegment state) throws Throwable;
  }

  private static int call(Call call) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      while (true) {
        int result = call.apply(state);
        if (result >= 0) {
          return result;
        }
        int errno = (int) ERRNO.get(state, 0L);
        if (errno != Errno.EINTR) {
          return -errno;
        }
      }
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  private static RuntimeException unexpected(Throwable t) {
    return switch (t) {
      case Error error -> throw error;
      case RuntimeException runtime -> runtime;
      default -> new IllegalStateException("a C function threw", t);
    };
  }
}
