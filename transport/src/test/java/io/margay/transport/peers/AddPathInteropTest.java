package io.margay.transport.peers;

import static org.assertj.core.api.Assumptions.assumeThat;

import io.margay.bgp.BgpSpeaker;
import io.margay.bgp.PeerPolicy;
import io.margay.bgp.PeerRange;
import io.margay.bgp.RouteListener;
import io.margay.bgp.SpeakerConfig;
import io.margay.bgp.message.NextHop;
import io.margay.bgp.message.PathAttributes;
import io.margay.bgp.session.PeerConfig;
import io.margay.net.AsNumber;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import io.margay.net.Ipv4Address;
import io.margay.transport.LoopThread;
import io.margay.transport.NettyTransport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A daemon on 127.0.0.1 as client of our reflector on 127.0.0.2, which has two more clients,
/// 127.0.0.5 and 127.0.0.6, with one prefix: the daemon has to hold both paths (RFC 7911).
@ExtendWith(InteropResults.class)
class AddPathInteropTest {

  private static final IpAddress THEIRS = IpAddress.parse("127.0.0.1");
  private static final IpAddress REFLECTOR = IpAddress.parse("127.0.0.2");
  private static final AsNumber AS = new AsNumber(64512);
  private static final IpPrefix PREFIX = IpPrefix.parse("172.16.9.0/26");

  @TempDir Path directory;

  private final LoopThread thread = new LoopThread();

  @AfterEach
  void stop() throws Exception {
    thread.close();
  }

  static Stream<Named<Supplier<Daemon>>> daemons() {
    return DaemonInteropTest.daemons();
  }

  private static int freePort(IpAddress address) throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, address.toInetAddress())) {
      return socket.getLocalPort();
    }
  }

  private BgpSpeaker speaker(IpAddress address, List<InetSocketAddress> listen) {
    SpeakerConfig config =
        new SpeakerConfig(
            (Ipv4Address) address, listen, false, SpeakerConfig.DEFAULT_SELECTION_DEFERRAL, 1);
    return new BgpSpeaker(config, thread.loop, new NettyTransport(thread.loop), RouteListener.NONE);
  }

  private BgpSpeaker client(int number, int reflectorPort) {
    IpAddress address = IpAddress.parse("127.0.0." + number);
    BgpSpeaker client = speaker(address, List.of());
    client.addPeer(
        PeerConfig.builder(REFLECTOR, AS, AS)
            .remotePort(reflectorPort)
            .localAddress(address)
            .connectRetryTime(Duration.ofSeconds(1))
            .build(),
        PeerPolicy.ACCEPT_ALL);
    // FRR takes no next hop of 127.0.0.0/8.
    NextHop nextHop = NextHop.of(IpAddress.parse("10.9.0." + number));
    client.announce(PREFIX, PathAttributes.builder().nextHop(nextHop).build());
    client.start();
    return client;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("daemons")
  void aClientHoldsAllPathsToAPrefix(Supplier<Daemon> kind) throws Exception {
    try (Daemon theirs = kind.get()) {
      assumeThat(theirs.absence()).as("%s is there", theirs).isEmpty();
      int theirPort = freePort(THEIRS);
      int ourPort = freePort(REFLECTOR);
      theirs.start(directory, theirPort, null);
      thread.run(() -> {
        BgpSpeaker reflector =
            speaker(REFLECTOR, List.of(new InetSocketAddress(REFLECTOR.toInetAddress(), ourPort)));
        reflector.addPeer(
            PeerConfig.builder(THEIRS, AS, AS)
                .remotePort(theirPort)
                .localAddress(REFLECTOR)
                .addPathSend(true)
                .addPathReceive(true)
                .connectRetryTime(Duration.ofSeconds(1))
                .build(),
            PeerPolicy.CLIENT);
        reflector.acceptPeers(
            List.of(
                new PeerRange(
                    IpPrefix.parse("127.0.0.4/30"),
                    address -> PeerConfig.builder(address, AS, AS).passive(true).build(),
                    PeerPolicy.CLIENT)));
        reflector.start();
      });
      BgpSpeaker five = thread.call(() -> client(5, ourPort));
      thread.run(() -> client(6, ourPort));
      theirs.awaitTable(
          table -> table.contains("10.9.0.5") && table.contains("10.9.0.6"),
          "the daemon does not come to have both paths");
      thread.run(() -> five.withdraw(PREFIX));
      theirs.awaitTable(
          table -> !table.contains("10.9.0.5") && table.contains("10.9.0.6"),
          "the daemon does not come to have only the path that is left");
    }
  }
}
