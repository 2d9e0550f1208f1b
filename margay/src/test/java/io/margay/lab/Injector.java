package io.margay.lab;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;

/// Sends the frames that standard input lists, one `INTERFACE HEX` a line, and prints the numbers
/// of those packets that come in again on an interface of the same namespace.
///
/// The last line is a frame that is known to come through. It is sent until it has come back
/// several times, by when all before it have come, or never will.
public final class Injector {

  private static final long LIMIT_NANOS = 20_000_000_000L;
  private static final int TIMES = 5;

  private final PacketSocket socket = new PacketSocket();
  private final Set<Integer> seen = new TreeSet<>();

  private Injector() throws IOException {}

  public static void main(String[] arguments) throws IOException {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    new Injector().run(in.lines().toList());
  }

  private void run(List<String> lines) throws IOException {
    for (String line : lines.subList(0, lines.size() - 1)) {
      send(line);
      drain();
    }
    String last = lines.getLast();
    int marker = RawPacket.number(ByteBuffer.wrap(bytes(last)));
    for (int i = 0; i < TIMES; i++) {
      seen.remove(marker);
      send(last);
      long deadline = System.nanoTime() + LIMIT_NANOS;
      while (!seen.contains(marker)) {
        if (System.nanoTime() > deadline) {
          throw new IOException("the last packet did not come through");
        }
        LockSupport.parkNanos(1_000_000);
        drain();
      }
    }
    seen.forEach(System.out::println);
  }

  private static byte[] bytes(String line) {
    return HexFormat.of().parseHex(line.split(" ")[1]);
  }

  private void send(String line) throws IOException {
    socket.send(line.split(" ")[0], bytes(line));
  }

  private void drain() {
    Optional<ByteBuffer> frame = socket.receive();
    while (frame.isPresent()) {
      seen.add(RawPacket.number(frame.get()));
      frame = socket.receive();
    }
  }
}
