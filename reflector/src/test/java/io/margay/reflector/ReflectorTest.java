package io.margay.reflector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.net.AsNumber;
import io.margay.net.IpPrefix;
import io.margay.net.Ipv4Address;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// A reflector on loopback addresses, with clients on sockets of their own.
class ReflectorTest {

  private static final AsNumber AS = new AsNumber(64512);

  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

  private static ReflectorConfig config(int port, @Nullable Path statusSocket) {
    return new ReflectorConfig(
        List.of(new InetSocketAddress("127.0.0.1", port)),
        AS,
        Ipv4Address.parse("10.0.0.9"),
        Ipv4Address.parse("10.0.0.9"),
        List.of(new ReflectorConfig.ClientRange(IpPrefix.parse("127.2.0.0/16"))),
        List.of(),
        Duration.ofSeconds(90),
        statusSocket,
        null,
        null);
  }

  private static String status(Path socket) {
    StringWriter out = new StringWriter();
    int exitCode =
        new CommandLine(new ReflectorCommand())
            .setOut(new PrintWriter(out))
            .execute("status", "--status-socket", socket.toString());
    assertThat(exitCode).isZero();
    return out.toString();
  }

  @Test
  void clientsFromTheRangeLearnEachOthersRoutesAndLoseThemWithTheReflector(@TempDir Path directory)
      throws Exception {
    int port = LoopbackClient.freePort();
    Path socket = directory.resolve("status");
    Reflector reflector = new Reflector(config(port, socket), failures::add);
    try (LoopbackClient one = new LoopbackClient(1, port, failures::add);
        LoopbackClient two = new LoopbackClient(2, port, failures::add)) {
      LoopbackClient.await(
          () -> one.routes().size() == 2 && two.routes().size() == 2, "both have two routes");
      assertThat(one.table())
          .containsExactly("172.16.2.0/26 via [127.2.0.2]", "fd80::200/122 via [fd00::2]");
      assertThat(status(socket))
          .startsWith(
              "Reflector 10.0.0.9, AS 64512, cluster 10.0.0.9: 2 of 2 sessions established,"
                  + " 4 prefixes\n")
          .contains("\n127.2.0.1 ")
          .contains("\n127.2.0.2 ");
      reflector.stop("maintenance");
      LoopbackClient.await(
          () -> one.routes().isEmpty() && two.routes().isEmpty(), "the routes are gone");
      LoopbackClient.await(
          () -> one.lastError().contains("maintenance"), "the client's operator can read why");
      assertThat(socket).doesNotExist();
      assertThat(failures).isEmpty();
    }
  }

  @Test
  void addressesToListenOnHaveAPortOrBgpsOwn() {
    assertThat(Words.socketAddress("192.0.2.1")).isEqualTo(new InetSocketAddress("192.0.2.1", 179));
    assertThat(Words.socketAddress("192.0.2.1:1179"))
        .isEqualTo(new InetSocketAddress("192.0.2.1", 1179));
    assertThat(Words.socketAddress("2001:db8::1"))
        .isEqualTo(new InetSocketAddress("2001:db8::1", 179));
    assertThat(Words.socketAddress("[2001:db8::1]:1179"))
        .isEqualTo(new InetSocketAddress("2001:db8::1", 1179));
    assertThatThrownBy(() -> Words.socketAddress("192.0.2.1:99999"))
        .hasMessageContaining("no port");
  }
}
