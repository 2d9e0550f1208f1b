package io.margay.lab;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Tries to reach targets, all at once, and prints a line for each: the target, a blank, the
/// outcome. A program of its own, as it runs inside the namespace it probes from.
public final class Probe {

  private static final Duration LIMIT = Duration.ofMillis(900);

  private Probe() {}

  /// What became of an attempt.
  public enum Outcome {
    /// The target answered.
    REACHED,
    /// Something on the way, or the target itself, said no.
    REFUSED,
    /// Nothing came back.
    SILENT
  }

  /// @param targets `icmp:ADDRESS` or `tcp:ADDRESS:PORT` (IPv4)
  public static void main(String[] targets) throws InterruptedException, ExecutionException {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<String>> lines =
          List.of(targets).stream()
              .map(target -> threads.submit(() -> target + " " + probe(target)))
              .toList();
      for (Future<String> line : lines) {
        System.out.println(line.get());
      }
    }
  }

  private static Outcome probe(String target) throws IOException, InterruptedException {
    String[] parts = target.split(":", -1);
    return switch (parts[0]) {
      case "icmp" -> ping(parts[1]);
      case "tcp" -> connect(parts[1], Integer.parseInt(parts[2]));
      default -> throw new IllegalArgumentException("not a target: " + target);
    };
  }

  private static Outcome connect(String address, int port) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(address, port), (int) LIMIT.toMillis());
      return Outcome.REACHED;
    } catch (SocketTimeoutException e) {
      return Outcome.SILENT;
    } catch (ConnectException | java.net.NoRouteToHostException e) {
      return Outcome.REFUSED;
    }
  }

  private static Outcome ping(String address) throws IOException, InterruptedException {
    int exit =
        new ProcessBuilder("ping", "-n", "-q", "-c", "1", "-W", "1", address)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor();
    return exit == 0 ? Outcome.REACHED : Outcome.SILENT;
  }
}
