package io.margay.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells the service manager how this process is (sd_notify(3)): a datagram to the unix socket that
/// `$NOTIFY_SOCKET` names, for which Java has no channel. Where no service manager asks for it,
/// nothing is done. Any thread may call.
public final class ServiceNotifier {

  private static final Logger log = LoggerFactory.getLogger(ServiceNotifier.class);

  private static final int AF_UNIX = 1;
  private static final int SOCK_DGRAM_CLOEXEC = 2 | 0x80000;
  private static final int MSG_NOSIGNAL = 0x4000;

  /// unix(7): `sun_path` has 108 bytes, the family before it 2.
  private static final int PATH_SIZE = 108;

  private static final int PATH_OFFSET = 2;

  private final @Nullable String socket;

  /// @param socket a path, or an abstract name after an `@`; null or empty for nobody
  public ServiceNotifier(@Nullable String socket) {
    this.socket = socket == null || socket.isEmpty() ? null : socket;
  }

  /// As the service manager set it up.
  public static ServiceNotifier ofEnvironment() {
    return new ServiceNotifier(System.getenv("NOTIFY_SOCKET"));
  }

  /// Whether somebody wants to be told.
  public boolean isWanted() {
    return socket != null;
  }

  /// Sends assignments, one a line: `READY=1`, `STATUS=...`, `WATCHDOG=1`, `STOPPING=1`. A service
  /// manager that cannot be told does not keep the process from its work.
  public void send(String assignments) {
    String to = socket;
    if (to == null) {
      return;
    }
    byte[] path = to.getBytes(StandardCharsets.UTF_8);
    if (path.length >= PATH_SIZE) {
      log.warn("NOTIFY_SOCKET is '{}', longer than a socket's path can be; nobody is told.", to);
      return;
    }
    if (path[0] == '@') {
      path[0] = 0;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = arena.allocate(PATH_OFFSET + PATH_SIZE);
      address.set(JAVA_SHORT_UNALIGNED, 0, (short) AF_UNIX);
      MemorySegment.copy(path, 0, address, JAVA_BYTE, PATH_OFFSET, path.length);
      int end = path[0] == 0 ? path.length : path.length + 1;
      byte[] bytes = assignments.getBytes(StandardCharsets.UTF_8);
      MemorySegment text = arena.allocate(Math.max(1, bytes.length));
      MemorySegment.copy(bytes, 0, text, JAVA_BYTE, 0, bytes.length);
      if (!send(address, PATH_OFFSET + end, text, bytes.length)) {
        log.debug("The service manager at {} was not told: {}", to, assignments);
      }
    }
  }

  private static boolean send(
      MemorySegment address, int addressLength, MemorySegment text, long n) {
    try {
      int fd = (int) Calls.SOCKET.invokeExact(AF_UNIX, SOCK_DGRAM_CLOEXEC, 0);
      if (fd < 0) {
        return false;
      }
      try {
        return (long) Calls.SENDTO.invokeExact(fd, text, n, MSG_NOSIGNAL, address, addressLength)
            == n;
      } finally {
        int _ = (int) Calls.CLOSE.invokeExact(fd);
      }
    } catch (Throwable e) {
      throw new IllegalStateException("a system call could not be made", e);
    }
  }

  /// Looked up only where they are needed.
  private static final class Calls {
    private static final Linker LINKER = Linker.nativeLinker();
    static final MethodHandle SOCKET =
        call("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    static final MethodHandle SENDTO =
        call(
            "sendto",
            FunctionDescriptor.of(
                JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT));
    static final MethodHandle CLOSE = call("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

    private static MethodHandle call(String name, FunctionDescriptor descriptor) {
      return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), descriptor);
    }
  }
}
