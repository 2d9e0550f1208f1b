package io.margay.bench.reflection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.bgp.BgpSpeaker;
import io.margay.bgp.PeerPolicy;
import io.margay.bgp.PeerRange;
import io.margay.bgp.RouteListener;
import io.margay.bgp.SpeakerConfig;
import io.margay.bgp.session.PeerConfig;
import io.margay.net.AsNumber;
import io.margay.net.IpPrefix;
import io.margay.net.Ipv4Address;
import io.margay.transport.NettyEventLoop;
import io.margay.transport.NettyTransport;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The clients against a reflector in this process.
class LoadTest {

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int CLIENTS = 5;
  private static final int PREFIXES = 30;

  private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private NettyEventLoop loop;
  private InetSocketAddress address;

  @BeforeEach
  void startReflector() throws Exception {
    loop = new NettyEventLoop("reflector", failures::add);
    try (ServerSocket free = new ServerSocket()) {
      free.bind(new InetSocketAddress("127.0.0.1", 0));
      address = (InetSocketAddress) free.getLocalSocketAddress();
    }
    SpeakerConfig config =
        new SpeakerConfig(
            Ipv4Address.parse("10.255.0.1"),
            Ipv4Address.parse("10.255.0.1"),
            List.of(address),
            false,
            SpeakerConfig.DEFAULT_SELECTION_DEFERRAL,
            1);
    CompletableFuture<Void> started = new CompletableFuture<>();
    loop.execute(() -> {
      try {
        BgpSpeaker speaker =
            new BgpSpeaker(config, loop, new NettyTransport(loop), RouteListener.NONE);
        AsNumber as = new AsNumber(Plan.AS);
        speaker.acceptPeers(
            List.of(
                new PeerRange(
                    IpPrefix.parse("127.1.0.0/16"),
                    remote -> PeerConfig.builder(remote, as, as).passive(true).build(),
                    PeerPolicy.CLIENT)));
        speaker.start();
        started.complete(null);
      } catch (RuntimeException e) {
        started.completeExceptionally(e);
      }
    });
    started.get();
  }

  @AfterEach
  void stopReflector() throws Exception {
    loop.stop(LIMIT);
    assertThat(failures).isEmpty();
  }

  @Test
  void everyPhaseEndsWithEverybodyHoldingWhatIsAnnounced() throws Exception {
    try (Load load = new Load(new Plan(new BenchCase(CLIENTS, PREFIXES)), address, LIMIT)) {
      assertThat(load.establish()).isPositive();
      assertThat(load.announceAll()).isPositive();
      assertThat(load.withdrawAll()).isPositive();
      assertThat(load.announceAll()).isPositive();
      // Each of 7 routes goes and comes back, and all others see both.
      assertThat(load.changes(7, LIMIT)).hasSize(2 * 7 * (CLIENTS - 1)).isSorted();
      assertThat(load.loseClient(0)).isPositive();
    }
  }

  @Test
  void aReflectorThatTakesNobodyIsNoResult() throws Exception {
    try (ServerSocket silent = new ServerSocket()) {
      silent.bind(new InetSocketAddress("127.0.0.1", 0));
      InetSocketAddress nobody = (InetSocketAddress) silent.getLocalSocketAddress();
      try (Load load = new Load(new Plan(new BenchCase(2, 1)), nobody, Duration.ofMillis(200))) {
        assertThatThrownBy(load::establish)
            .isInstanceOf(Load.Failed.class)
            .hasMessageContaining("2 of 2 clients wait");
      }
    }
  }
}
