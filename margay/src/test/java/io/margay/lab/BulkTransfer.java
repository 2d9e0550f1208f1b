package io.margay.lab;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// TCP transfers between places of a lab.
final class BulkTransfer {

  /// Takes connections on ports, reads each to its end and answers with one octet.
  private static final String RECEIVER =
      """
      import socket, sys, threading
      def serve(c):
          while c.recv(1 << 18):
              pass
          c.sendall(b'k')
          c.close()
      def listen(s):
          while True:
              threading.Thread(target=serve, args=(s.accept()[0],), daemon=True).start()
      sockets = [socket.create_server(('', int(p)), backlog=64) for p in sys.argv[1:]]
      for s in sockets:
          threading.Thread(target=listen, args=(s,), daemon=True).start()
      print('listening', flush=True)
      threading.Event().wait()
      """;

  /// Sends octets, or for seconds, through connections at once; says the octets and the seconds.
  private static final String SENDER =
      """
      import socket, sys, threading, time
      host, port, octets, seconds, connections = sys.argv[1], *map(float, sys.argv[2:])
      block = bytes(1 << 16)
      sent = []
      def send():
          c = socket.create_connection((host, int(port)), 30)
          c.settimeout(120)
          n = 0
          while n < octets and time.monotonic() - start < seconds:
              n += c.send(block[:int(min(len(block), octets - n))])
          c.shutdown(socket.SHUT_WR)
          c.recv(1)
          sent.append(n)
      start = time.monotonic()
      threads = [threading.Thread(target=send) for _ in range(int(connections))]
      [t.start() for t in threads]
      [t.join() for t in threads]
      print(sum(sent), time.monotonic() - start, flush=True)
      """;

  private static final Duration LIMIT = Patience.of(Duration.ofSeconds(60));

  private BulkTransfer() {}

  /// What a transfer took.
  ///
  /// @param seconds until the receiver had all of it
  record Took(long octets, double seconds) {

    double bitsPerSecond() {
      return octets * 8 / seconds;
    }

    static Took parse(String text) {
      String[] words = text.strip().split(" ");
      return new Took(Long.parseLong(words[0]), Double.parseDouble(words[1]));
    }
  }

  /// Starts a receiver, and returns once it listens; the caller ends it.
  static Process receiver(Lab lab, String place, Path log, int... ports) {
    List<String> command = new ArrayList<>(List.of("python3", "-c", RECEIVER));
    for (int port : ports) {
      command.add(Integer.toString(port));
    }
    try {
      Process process =
          new ProcessBuilder(lab.holder().enter(place, command))
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      await(() -> text(log).contains("listening"), () -> "no receiver listens: " + text(log));
      return process;
    } catch (IOException e) {
      throw new LabException("cannot start a receiver", e);
    }
  }

  /// Waits until something is so.
  ///
  /// @throws LabException if it does not become so
  static void await(BooleanSupplier condition, Supplier<String> otherwise) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new LabException(otherwise.get());
      }
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
  }

  private static String text(Path log) {
    try {
      return Files.readString(log, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new LabException("cannot read " + log, e);
    }
  }

  /// A command that sends so many octets through one connection.
  static List<String> octets(String host, int port, long octets) {
    return sender(host, port, octets, 120, 1);
  }

  /// A command that sends as fast as it can for some seconds.
  static List<String> seconds(String host, int port, double seconds, int connections) {
    return sender(host, port, 1L << 50, seconds, connections);
  }

  private static List<String> sender(
      String host, int port, long octets, double seconds, int connections) {
    return List.of(
        "python3",
        "-c",
        SENDER,
        host,
        Integer.toString(port),
        Long.toString(octets),
        String.format(Locale.ROOT, "%.1f", seconds),
        Integer.toString(connections));
  }
}
