package io.margay.reflector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.margay.net.AsNumber;
import io.margay.net.IpPrefix;
import io.margay.net.Ipv4Address;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A reflector with BIRD 2 as clients, on loopback addresses: nothing of this machine is touched.
class BirdClientsTest {

  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

  @BeforeAll
  static void birdIsInstalled() throws Exception {
    boolean there =
        Stream.of("/usr/sbin/bird", "/usr/sbin/birdc").map(Path::of).allMatch(Files::isExecutable);
    assumeTrue(there, "BIRD 2 is not installed (Debian package bird2)");
    assumeTrue(
        run(List.of("/usr/sbin/bird", "--version")).contains("version 2."), "this BIRD is not 2.x");
  }

  private static int freePort(String address) throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(address))) {
      return socket.getLocalPort();
    }
  }

  private static String run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output;
  }

  /// A BIRD in the foreground that has a session with the reflector and two static routes.
  private static final class BirdClient implements AutoCloseable {
    private final Path directory;
    private final Process process;

    BirdClient(Path parent, int number, int reflectorPort) throws IOException {
      directory = Files.createDirectory(parent.resolve("bird" + number));
      String address = "127.2.0." + number;
      Files.writeString(
          directory.resolve("bird.conf"),
          template()
              .replace("@address@", address)
              .replace("@number@", String.valueOf(number))
              .replace("@birdPort@", String.valueOf(freePort(address)))
              .replace("@reflectorPort@", String.valueOf(reflectorPort)));
      process =
          new ProcessBuilder(
                  "/usr/sbin/bird", "-f", "-c", "bird.conf", "-s", "bird.ctl", "-P", "bird.pid")
              .directory(directory.toFile())
              .redirectErrorStream(true)
              .redirectOutput(directory.resolve("log").toFile())
              .start();
    }

    private static String template() throws IOException {
      try (InputStream in = BirdClientsTest.class.getResourceAsStream("/bird-client.conf")) {
        return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      }
    }

    String ask(String command) throws IOException, InterruptedException {
      String socket = directory.resolve("bird.ctl").toString();
      return run(List.of("/usr/sbin/birdc", "-s", socket, command));
    }

    void await(String command, Predicate<String> expected) throws Exception {
      long deadline = System.nanoTime() + LIMIT.toNanos();
      String answer = ask(command);
      while (!expected.test(answer)) {
        assertThat(System.nanoTime())
            .as("'%s' still answers: %s%n%s", command, answer, log())
            .isLessThan(deadline);
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        answer = ask(command);
      }
    }

    private String log() throws IOException {
      return Files.readString(directory.resolve("log"));
    }

    @Override
    public void close() throws Exception {
      process.destroy();
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    }
  }

  @Test
  void birdsLearnEachOthersRoutesWithOriginatorAndClusterAndLoseThem(@TempDir Path directory)
      throws Exception {
    int port = freePort("127.0.0.1");
    Reflector reflector =
        new Reflector(
            new ReflectorConfig(
                List.of(new InetSocketAddress("127.0.0.1", port)),
                new AsNumber(64512),
                Ipv4Address.parse("10.0.0.9"),
                Ipv4Address.parse("1.1.1.1"),
                List.of(new ReflectorConfig.ClientRange(IpPrefix.parse("127.2.0.0/16"))),
                List.of(),
                Duration.ofSeconds(90),
                null,
                null,
                null),
            failures::add);
    try (BirdClient one = new BirdClient(directory, 1, port);
        BirdClient two = new BirdClient(directory, 2, port)) {
      String fromOne = "show route all protocol reflector";
      two.await(
          fromOne, answer -> answer.contains("10.1.0.0/24") && answer.contains("fd80:1::/64"));
      one.await(
          fromOne, answer -> answer.contains("10.2.0.0/24") && answer.contains("fd80:2::/64"));
      assertThat(two.ask(fromOne))
          .contains("BGP.next_hop: 127.2.0.1")
          .contains("BGP.next_hop: fd00::1")
          .contains("BGP.originator_id: 127.2.0.1")
          .contains("BGP.cluster_list: 1.1.1.1")
          .doesNotContain("10.2.0.0/24");
      one.ask("disable static4");
      two.await(fromOne, answer -> !answer.contains("10.1.0.0/24"));
      assertThat(two.ask(fromOne)).contains("fd80:1::/64");
      one.ask("enable static4");
      two.await(fromOne, answer -> answer.contains("10.1.0.0/24"));
      reflector.stop("maintenance");
      two.await(fromOne, answer -> !answer.contains("10.1.0.0/24"));
      assertThat(failures).isEmpty();
    }
  }
}
