package io.margay.routing;

import io.margay.datastore.Key;
import io.margay.datastore.SyncListener.SyncUpdate;
import io.margay.loop.manual.ManualEventLoop;
import io.margay.loop.manual.ManualNetwork;
import io.margay.model.BgpPeer;
import io.margay.model.IpPool;
import io.margay.model.Node;
import io.margay.model.ResourceKey.BgpPeerKey;
import io.margay.model.ResourceKey.IpPoolKey;
import io.margay.model.ResourceKey.NodeKey;
import io.margay.net.AsNumber;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A cluster in one thread: hosts with a simulated kernel each, a network in memory between them,
/// and a datastore that tells every agent at once.
final class Cluster {

  static final AsNumber AS_64512 = new AsNumber(64512);

  final ManualEventLoop loop = new ManualEventLoop();
  final ManualNetwork network;
  private final Map<Key<?>, Object> datastore = new LinkedHashMap<>();
  private final List<ClusterHost> hosts = new ArrayList<>();

  Cluster(long seed) {
    network = new ManualNetwork(loop, Duration.ofMillis(1), seed);
  }

  /// Hosts `node1` to `node<count>` with an agent each, and the pools 10.65.0.0/16 and
  /// fd00:65::/64.
  static Cluster of(int count) {
    Cluster cluster = new Cluster(1);
    cluster.pool("10.65.0.0/16");
    cluster.pool("fd00:65::/64");
    for (int number = 1; number <= count; number++) {
      cluster.host(number);
    }
    cluster.hosts.forEach(ClusterHost::startAgent);
    cluster.settle();
    return cluster;
  }

  /// Host `node<number>`, 172.30.0.(10 + number) and fd00:30::(10 + number), without an agent.
  ClusterHost host(int number) {
    return host(number, 0);
  }

  /// The same in 172.30.`network`.0/24.
  ClusterHost host(int number, int network) {
    ClusterHost host = new ClusterHost(this, number, network);
    hosts.add(host);
    node(host.name, null, host.ipv4 + "/24", host.ipv6 + "/64");
    return host;
  }

  List<ClusterHost> hosts() {
    return hosts;
  }

  ClusterHost node(int number) {
    return hosts.get(number - 1);
  }

  /// Lets what has been said become known everywhere.
  void settle() {
    pass(15);
  }

  void pass(long seconds) {
    loop.advance(Duration.ofSeconds(seconds));
  }

  /// Nothing passes between two hosts any more, and neither is told.
  void silence(ClusterHost one, ClusterHost other) {
    network.silence(one.ipv4, other.ipv4);
    network.silence(one.ipv6, other.ipv6);
  }

  void restore(ClusterHost one, ClusterHost other) {
    network.restore(one.ipv4, other.ipv4);
    network.restore(one.ipv6, other.ipv6);
  }

  // The datastore.

  List<SyncUpdate> snapshot() {
    return datastore.entrySet().stream()
        .map(entry -> new SyncUpdate(entry.getKey(), entry.getValue(), null))
        .toList();
  }

  void set(Key<?> key, @Nullable Object value) {
    if (value == null) {
      datastore.remove(key);
    } else {
      datastore.put(key, value);
    }
    tell(new SyncUpdate(key, value, null));
  }

  void tell(SyncUpdate update) {
    hosts.forEach(host -> host.tell(List.of(update)));
  }

  void node(String name, @Nullable Integer as, String ipv4, @Nullable String ipv6) {
    Node.Bgp bgp =
        new Node.Bgp(
            as == null ? null : new AsNumber(as),
            IpPrefix.parse(ipv4),
            ipv6 == null ? null : IpPrefix.parse(ipv6));
    set(
        new Key.ForResource(new NodeKey(name)),
        new Node(new Node.Metadata(name), new Node.Spec(bgp)));
  }

  void removeNode(String name) {
    set(new Key.ForResource(new NodeKey(name)), null);
  }

  void pool(String cidr) {
    pool(cidr, new IpPool.Spec(null, false, false));
  }

  void pool(String cidr, IpPool.Spec spec) {
    IpPrefix prefix = IpPrefix.parse(cidr);
    set(new Key.ForResource(new IpPoolKey(prefix)), new IpPool(new IpPool.Metadata(prefix), spec));
  }

  void removePool(String cidr) {
    set(new Key.ForResource(new IpPoolKey(IpPrefix.parse(cidr))), null);
  }

  void block(ClusterHost owner, String cidr) {
    set(new Key.BlockAffinity(owner.name, IpPrefix.parse(cidr)), Key.Empty.EMPTY);
  }

  void removeBlock(ClusterHost owner, String cidr) {
    set(new Key.BlockAffinity(owner.name, IpPrefix.parse(cidr)), null);
  }

  void mesh(boolean enabled) {
    set(new Key.BgpSetting(null, "node_mesh"), "{\"enabled\":" + enabled + "}");
  }

  void globalAs(int as) {
    set(new Key.BgpSetting(null, "as_num"), String.valueOf(as));
  }

  /// A setting of one node or, if null, of all.
  void setting(@Nullable ClusterHost node, String name, @Nullable String value) {
    set(new Key.BgpSetting(node == null ? null : node.name, name), value);
  }

  /// @param node null for a global peer
  void peer(@Nullable ClusterHost node, IpAddress address, int as) {
    BgpPeer.Scope scope = node == null ? BgpPeer.Scope.GLOBAL : BgpPeer.Scope.NODE;
    BgpPeer peer =
        new BgpPeer(
            new BgpPeer.Metadata(scope, node == null ? null : node.name, address),
            new BgpPeer.Spec(new AsNumber(as)));
    set(new Key.ForResource(peer.key()), peer);
  }

  void removePeer(@Nullable ClusterHost node, IpAddress address) {
    set(new Key.ForResource(new BgpPeerKey(node == null ? null : node.name, address)), null);
  }
}
