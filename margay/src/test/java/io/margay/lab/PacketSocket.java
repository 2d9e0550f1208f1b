package io.margay.lab;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/// Sends and receives whole frames on the interfaces of its network namespace (packet(7)).
final class PacketSocket {

  private static final int AF_PACKET = 17;
  private static final int SOCK_RAW = 3;
  private static final int ETH_P_ALL_BIG_ENDIAN = 0x0300;
  private static final int SOL_SOCKET = 1;
  private static final int SO_RCVBUFFORCE = 33;
  private static final int BUFFER_BYTES = 8 << 20;
  private static final int MSG_DONTWAIT = 0x40;
  private static final byte PACKET_OUTGOING = 4;

  /// `struct sockaddr_ll`: family 0, protocol 2, interface index 4, hardware type 8, packet type
  /// 10, length and bytes of the address 11.
  private static final int ADDRESS_BYTES = 20;

  private static final MethodHandle SOCKET =
      function("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle SETSOCKOPT =
      function(
          "setsockopt",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle SENDTO =
      function(
          "sendto",
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle RECVFROM =
      function(
          "recvfrom",
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS));

  private static final MethodHandle IF_NAMETOINDEX =
      function("if_nametoindex", FunctionDescriptor.of(JAVA_INT, ADDRESS));

  private final int fd;
  private final MemorySegment frame = Arena.global().allocate(2048);
  private final MemorySegment address = Arena.global().allocate(ADDRESS_BYTES);
  private final MemorySegment addressLength = Arena.global().allocate(JAVA_INT);

  PacketSocket() throws IOException {
    fd = (int) call(() -> (int) SOCKET.invokeExact(AF_PACKET, SOCK_RAW, ETH_P_ALL_BIG_ENDIAN));
    if (fd < 0) {
      throw new IOException("no packet socket can be had; it takes CAP_NET_RAW");
    }
    MemorySegment size = Arena.global().allocateFrom(JAVA_INT, BUFFER_BYTES);
    call(() -> (int) SETSOCKOPT.invokeExact(fd, SOL_SOCKET, SO_RCVBUFFORCE, size, 4));
  }

  private static MethodHandle function(String name, FunctionDescriptor descriptor) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor);
  }

  private interface Call {
    long run() throws Throwable;
  }

  private static long call(Call call) {
    try {
      return call.run();
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  void send(String interfaceName, byte[] bytes) throws IOException {
    int index;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom(interfaceName);
      index = (int) call(() -> (int) IF_NAMETOINDEX.invokeExact(name));
    }
    address.fill((byte) 0);
    ByteBuffer fields = address.asByteBuffer().order(ByteOrder.nativeOrder());
    fields.putShort(0, (short) AF_PACKET).putInt(4, index);
    MemorySegment.copy(bytes, 0, frame, JAVA_BYTE, 0, bytes.length);
    long length = bytes.length;
    long sent = call(() -> (long) SENDTO.invokeExact(fd, frame, length, 0, address, ADDRESS_BYTES));
    if (sent != length) {
      throw new IOException("a frame could not be sent on " + interfaceName);
    }
  }

  /// The next frame that came in on any interface, if there is one already.
  Optional<ByteBuffer> receive() {
    while (true) {
      addressLength.set(JAVA_INT, 0, ADDRESS_BYTES);
      long length =
          call(() ->
              (long)
                  RECVFROM.invokeExact(
                      fd, frame, frame.byteSize(), MSG_DONTWAIT, address, addressLength));
      if (length < 0) {
        return Optional.empty();
      }
      if (address.get(JAVA_BYTE, 10) != PACKET_OUTGOING) {
        byte[] bytes = frame.asSlice(0, length).toArray(JAVA_BYTE);
        return Optional.of(ByteBuffer.wrap(bytes));
      }
    }
  }
}
