package io.margay.transport.peers;

import io.margay.bgp.BgpSpeaker;
import io.margay.bgp.PeerPolicy;
import io.margay.bgp.RouteListener;
import io.margay.bgp.SpeakerConfig;
import io.margay.bgp.message.NextHop;
import io.margay.bgp.message.PathAttributes;
import io.margay.bgp.rib.BestRoute;
import io.margay.bgp.session.PeerConfig;
import io.margay.net.AsNumber;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import io.margay.net.Ipv4Address;
import io.margay.transport.LoopThread;
import io.margay.transport.NettyTransport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What [Ipv6SessionTest] runs in a namespace that has fd00:6::1 and fd00:6::2: one session over
/// IPv6 with a daemon, through which both sides learn all of the other's routes, and lose what is
/// withdrawn.
final class Ipv6Session implements RouteListener {

  private static final int PORT = 1179;
  private static final AsNumber AS = new AsNumber(64512);

  private final Map<IpPrefix, BestRoute> routes = new TreeMap<>();

  private Ipv6Session() {}

  /// @param arguments number of the daemon in [DaemonInteropTest#daemons], directory for its files
  public static void main(String[] arguments) throws Exception {
    Daemon theirs =
        DaemonInteropTest.daemons()
            .skip(Integer.parseInt(arguments[0]))
            .findFirst()
            .orElseThrow()
            .getPayload()
            .get()
            .overIpv6();
    try (theirs) {
      theirs.start(Path.of(arguments[1]), PORT, null);
      new Ipv6Session().meet(theirs);
    }
  }

  private void meet(Daemon theirs) throws Exception {
    LoopThread thread = new LoopThread();
    SpeakerConfig config =
        new SpeakerConfig(
            Ipv4Address.parse("127.0.0.2"),
            List.of(),
            false,
            SpeakerConfig.DEFAULT_SELECTION_DEFERRAL,
            1);
    BgpSpeaker speaker = new BgpSpeaker(config, thread.loop, new NettyTransport(thread.loop), this);
    PeerConfig peer =
        PeerConfig.builder(IpAddress.parse(theirs.theirs()), AS, AS)
            .remotePort(PORT)
            .localAddress(IpAddress.parse(theirs.ours()))
            .families(EnumSet.allOf(IpFamily.class))
            .connectRetryTime(Duration.ofSeconds(1))
            .build();
    thread.run(() -> {
      speaker.addPeer(peer, PeerPolicy.ACCEPT_ALL);
      announce(speaker, "172.16.2.0/26", "10.9.0.2");
      announce(speaker, "fd80:2::/122", "fd00::2");
      announce(speaker, "fd80:2::1/128", "fd00::2");
      speaker.start();
    });
    List<String> expected = new ArrayList<>();
    List<String> told = new ArrayList<>(List.of("fd80:2::/122 via fd00::2"));
    if (theirs.speaksIpv4()) {
      expected.add("10.1.0.0/24 via 10.9.0.1");
      expected.add("10.1.1.0/24 via 10.9.0.1");
      told.add("172.16.2.0/26 via 10.9.0.2");
    }
    expected.add("fd80:1::/64 via fd00::1");
    thread.await(
        () -> table().equals(expected),
        () -> "routes are %s, the peer is %s".formatted(table(), speaker.peers()));
    List<String> all = new ArrayList<>(told);
    all.add("fd80:2::1/128 via fd00::2");
    theirs.awaitLearned(all);

    thread.run(() -> speaker.withdraw(IpPrefix.parse("fd80:2::1/128")));
    theirs.awaitLearned(told);
    thread.close();
  }

  private static void announce(BgpSpeaker speaker, String prefix, String nextHop) {
    speaker.announce(
        IpPrefix.parse(prefix),
        PathAttributes.builder().nextHop(NextHop.of(IpAddress.parse(nextHop))).build());
  }

  @Override
  public void bestPathChanged(IpPrefix prefix, @Nullable BestRoute best) {
    if (best == null) {
      routes.remove(prefix);
    } else {
      routes.put(prefix, best);
    }
  }

  @Override
  public void initialFeedComplete() {}

  private List<String> table() {
    return routes.entrySet().stream()
        .map(entry -> entry.getKey() + " via " + entry.getValue().nextHops().getFirst())
        .toList();
  }
}
