package io.margay.routing;

import io.margay.bgp.BgpSpeaker;
import io.margay.bgp.PeerPolicy;
import io.margay.bgp.RouteListener;
import io.margay.bgp.SpeakerConfig;
import io.margay.bgp.rib.BestRoute;
import io.margay.bgp.session.PeerConfig;
import io.margay.net.AsNumber;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import io.margay.net.Ipv4Address;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A router that is no node: a top-of-rack switch with BGP, say.
final class OutsideRouter implements RouteListener {

  final IpAddress address;
  private final AsNumber as;
  private final BgpSpeaker speaker;
  private final SortedMap<IpPrefix, String> routes = new TreeMap<>();

  OutsideRouter(Cluster cluster, String address, int as) {
    this.address = IpAddress.parse(address);
    this.as = new AsNumber(as);
    this.speaker =
        new BgpSpeaker(
            new SpeakerConfig(
                (Ipv4Address) this.address,
                List.of(new InetSocketAddress(this.address.toInetAddress(), PeerConfig.BGP_PORT)),
                false,
                SpeakerConfig.DEFAULT_SELECTION_DEFERRAL,
                as),
            cluster.loop,
            cluster.network.transport(this.address),
            this);
    speaker.start();
  }

  void peersWith(ClusterHost host, int hostAs) {
    speaker.addPeer(
        PeerConfig.builder(host.ipv4, new AsNumber(hostAs), as).localAddress(address).build(),
        PeerPolicy.ACCEPT_ALL);
  }

  void announce(String prefix) {
    speaker.announce(IpPrefix.parse(prefix));
  }

  @Override
  public void bestPathChanged(IpPrefix prefix, @Nullable BestRoute best) {
    if (best == null) {
      routes.remove(prefix);
    } else {
      routes.put(prefix, prefix + " via " + best.nextHops().getFirst());
    }
  }

  @Override
  public void initialFeedComplete() {}

  List<String> routes() {
    return List.copyOf(routes.values());
  }
}
