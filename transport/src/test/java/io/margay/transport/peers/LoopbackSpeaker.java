package io.margay.transport.peers;

import io.margay.bgp.BgpSpeaker;
import io.margay.bgp.PeerPolicy;
import io.margay.bgp.PeerRange;
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
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A process of ours in AS 64512 on one address of loopback. It is its own cluster.
final class LoopbackSpeaker implements RouteListener, AutoCloseable {

  static final AsNumber AS = new AsNumber(64512);

  final LoopThread thread = new LoopThread();
  final BgpSpeaker speaker;
  private final IpAddress address;
  private final Map<IpPrefix, BestRoute> routes = new TreeMap<>();

  /// @param listenPort where it listens; 0: nowhere
  LoopbackSpeaker(String address, int listenPort) throws Exception {
    this.address = IpAddress.parse(address);
    SpeakerConfig config =
        new SpeakerConfig(
            (Ipv4Address) this.address,
            listenPort == 0
                ? List.of()
                : List.of(new InetSocketAddress(this.address.toInetAddress(), listenPort)),
            false,
            SpeakerConfig.DEFAULT_SELECTION_DEFERRAL,
            1);
    speaker = new BgpSpeaker(config, thread.loop, new NettyTransport(thread.loop), this);
    thread.run(speaker::start);
  }

  void connectTo(String peer, int port, PeerPolicy policy) throws Exception {
    PeerConfig config =
        PeerConfig.builder(IpAddress.parse(peer), AS, AS)
            .remotePort(port)
            .localAddress(address)
            .families(EnumSet.allOf(IpFamily.class))
            .nextHop(IpAddress.parse("fd00::99"))
            .connectRetryTime(Duration.ofSeconds(1))
            .nextHopSelf(false)
            .build();
    thread.run(() -> speaker.addPeer(config, policy));
  }

  void acceptClients(String range) throws Exception {
    thread.run(() ->
        speaker.acceptPeers(
            List.of(
                new PeerRange(
                    IpPrefix.parse(range),
                    client ->
                        PeerConfig.builder(client, AS, AS)
                            .families(EnumSet.allOf(IpFamily.class))
                            .nextHopSelf(false)
                            .passive(true)
                            .build(),
                    PeerPolicy.CLIENT))));
  }

  void announce(String prefix, String nextHop) throws Exception {
    thread.run(() ->
        speaker.announce(
            IpPrefix.parse(prefix),
            PathAttributes.builder().nextHop(NextHop.of(IpAddress.parse(nextHop))).build()));
  }

  void withdraw(String prefix) throws Exception {
    thread.run(() -> speaker.withdraw(IpPrefix.parse(prefix)));
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

  /// `prefix via next hop, originator, cluster list` of each learned route.
  private List<String> table() {
    return routes.values().stream()
        .map(BestRoute::best)
        .map(route ->
            "%s via %s, originator %s, clusters %s"
                .formatted(
                    route.prefix(),
                    route.attributes().nextHop(),
                    route.attributes().originatorId(),
                    route.attributes().clusterList()))
        .toList();
  }

  void awaitTable(List<String> expected) throws Exception {
    thread.await(
        () -> table().equals(expected),
        () ->
            "the routes of %s are %s, its peers %s, expected %s"
                .formatted(address, table(), speaker.peers(), expected));
  }

  @Override
  public void close() throws Exception {
    thread.close();
  }
}
