package io.margay.transport.peers;

import static org.assertj.core.api.Assumptions.assumeThat;

import io.margay.bgp.PeerPolicy;
import io.margay.bgp.message.NotificationError.Cease;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Each [Daemon] as a client of our reflector, and as the reflector of our nodes. Tables are
/// compared on both ends, with originators and cluster lists (RFC 4456 §8).
@ExtendWith(InteropResults.class)
class ReflectionInteropTest {

  @TempDir Path directory;

  private final List<AutoCloseable> open = new ArrayList<>();

  static Stream<Named<Supplier<Daemon>>> daemons() {
    return DaemonInteropTest.daemons();
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable closeable : open.reversed()) {
      closeable.close();
    }
  }

  private static int freePort(String address) throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(address))) {
      return socket.getLocalPort();
    }
  }

  private int start(Daemon daemon) throws Exception {
    assumeThat(daemon.absence()).as("%s is there", daemon).isEmpty();
    int port = freePort("127.0.0.1");
    open.add(daemon);
    daemon.start(directory, port, null);
    return port;
  }

  private LoopbackSpeaker ours(String address, int listenPort) throws Exception {
    LoopbackSpeaker speaker = new LoopbackSpeaker(address, listenPort);
    open.add(speaker);
    return speaker;
  }

  /// Without what a daemon of one family cannot pass on.
  private static List<String> known(Daemon daemon, String... routes) {
    return Stream.of(routes)
        .filter(route -> daemon.speaksIpv6() || !route.startsWith("fd"))
        .toList();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("daemons")
  void theDaemonIsAClientOfOurReflector(Supplier<Daemon> kind) throws Exception {
    Daemon daemon = kind.get();
    int daemonPort = start(daemon);
    int reflectorPort = freePort("127.0.0.2");
    LoopbackSpeaker reflector = ours("127.0.0.2", reflectorPort);
    reflector.acceptClients("127.0.0.4/32");
    reflector.connectTo("127.0.0.1", daemonPort, PeerPolicy.CLIENT);
    LoopbackSpeaker node = ours("127.0.0.4", 0);
    node.announce("172.16.2.0/26", "10.9.0.2");
    node.announce("fd80:2::/122", "fd00::2");
    node.connectTo("127.0.0.2", reflectorPort, PeerPolicy.ACCEPT_ALL);

    daemon.awaitLearned(known(daemon, "172.16.2.0/26 via 10.9.0.2", "fd80:2::/122 via fd00::2"));
    String reflected = ", originator 127.0.0.1, clusters [127.0.0.2]";
    node.awaitTable(
        known(
            daemon,
            "10.1.0.0/24 via 10.9.0.1" + reflected,
            "10.1.1.0/24 via 10.9.0.1" + reflected,
            "fd80:1::/64 via fd00::1" + reflected));

    node.withdraw("172.16.2.0/26");
    daemon.awaitLearned(known(daemon, "fd80:2::/122 via fd00::2"));
    daemon.withdraw();
    node.awaitTable(
        known(
            daemon, "10.1.0.0/24 via 10.9.0.1" + reflected, "fd80:1::/64 via fd00::1" + reflected));
    reflector.thread.run(() -> reflector.speaker.stop(Cease.ADMINISTRATIVE_SHUTDOWN, "new disk"));
    daemon.awaitLearned(List.of());
    node.awaitTable(List.of());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("daemons")
  void theDaemonReflectsForOurNodes(Supplier<Daemon> kind) throws Exception {
    Daemon daemon = kind.get().asReflector();
    int port = start(daemon);
    LoopbackSpeaker one = ours("127.0.0.2", 0);
    LoopbackSpeaker two = ours("127.0.0.3", 0);
    one.announce("172.16.2.0/26", "10.9.0.2");
    one.announce("fd80:2::/122", "fd00::2");
    two.announce("172.16.3.0/26", "10.9.0.3");
    one.connectTo("127.0.0.1", port, PeerPolicy.ACCEPT_ALL);
    two.connectTo("127.0.0.1", port, PeerPolicy.ACCEPT_ALL);

    daemon.awaitLearned(known(daemon, "172.16.2.0/26 via 10.9.0.2", "fd80:2::/122 via fd00::2"));
    String fromOne = ", originator 127.0.0.2, clusters [1.0.0.9]";
    two.awaitTable(
        known(
            daemon, "172.16.2.0/26 via 10.9.0.2" + fromOne, "fd80:2::/122 via fd00::2" + fromOne));
    one.awaitTable(List.of("172.16.3.0/26 via 10.9.0.3, originator 127.0.0.3, clusters [1.0.0.9]"));

    one.withdraw("172.16.2.0/26");
    two.awaitTable(known(daemon, "fd80:2::/122 via fd00::2" + fromOne));
    one.announce("172.16.2.0/26", "10.9.0.2");
    two.awaitTable(
        known(
            daemon, "172.16.2.0/26 via 10.9.0.2" + fromOne, "fd80:2::/122 via fd00::2" + fromOne));
    one.thread.run(() -> one.speaker.stop(Cease.ADMINISTRATIVE_SHUTDOWN, "new disk"));
    two.awaitTable(List.of());
  }
}
