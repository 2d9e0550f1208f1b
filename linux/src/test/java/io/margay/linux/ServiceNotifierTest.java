package io.margay.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceNotifierTest {

  /// Prints the datagrams that reach a socket.
  private static final String LISTENER =
      """
      import socket, sys
      s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
      s.bind(sys.argv[1].replace('@', '\\0'))
      open(sys.argv[2], 'w').write('x')
      s.settimeout(60)
      print(s.recv(4096).decode())
      print(s.recv(4096).decode())
      """;

  @TempDir private Path directory;

  @Test
  void whatIsSentReachesASocketWithAPath() throws Exception {
    assertReaches(directory.resolve("notify").toString());
  }

  @Test
  void whatIsSentReachesAnAbstractSocket() throws Exception {
    assertReaches("@margay-test-" + ProcessHandle.current().pid());
  }

  @Test
  void nobodyIsToldWhereNobodyAsks() {
    ServiceNotifier notifier = new ServiceNotifier(null);
    assertThat(notifier.isWanted()).isFalse();
    notifier.send("READY=1");
    assertThat(new ServiceNotifier("").isWanted()).isFalse();
  }

  @Test
  void aSocketThatIsGoneStopsNothing() {
    new ServiceNotifier(directory.resolve("none").toString()).send("READY=1");
    new ServiceNotifier("/" + "long".repeat(30)).send("READY=1");
  }

  private void assertReaches(String socket) throws Exception {
    assumeTrue(Programs.find("python3").isPresent(), "there is no python3 to listen with");
    Path bound = directory.resolve("bound");
    Process listener =
        new ProcessBuilder("python3", "-c", LISTENER, socket, bound.toString())
            .redirectErrorStream(true)
            .start();
    try {
      while (!Files.exists(bound) && listener.isAlive()) {
        Thread.onSpinWait();
      }
      ServiceNotifier notifier = new ServiceNotifier(socket);
      assertThat(notifier.isWanted()).isTrue();
      notifier.send("READY=1\nSTATUS=Ready.");
      notifier.send("STOPPING=1");
      assertThat(listener.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(new String(listener.getInputStream().readAllBytes()))
          .isEqualTo("READY=1\nSTATUS=Ready.\nSTOPPING=1\n");
    } finally {
      listener.destroyForcibly();
    }
  }
}
