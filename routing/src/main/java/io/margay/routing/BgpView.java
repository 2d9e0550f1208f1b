package io.margay.routing;

import io.margay.datastore.Key;
import io.margay.model.BgpPeer;
import io.margay.model.IpPool;
import io.margay.model.Node;
import io.margay.model.ResourceKey.BgpPeerKey;
import io.margay.model.ResourceKey.IpPoolKey;
import io.margay.model.ResourceKey.NodeKey;
import io.margay.model.Vtep;
import io.margay.net.AsNumber;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import io.margay.net.MacAddress;
import io.margay.routing.Peering.Origin;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the datastore says that matters for one node's BGP, and what follows from it.
///
/// Which AS a node is in: its own number, else the global one. A configured peer's AS is always
/// what the peer resource says.
public final class BgpView {

  private static final Logger LOG = LoggerFactory.getLogger(BgpView.class);

  /// What Calico's tools write as the global AS number.
  public static final AsNumber DEFAULT_AS = new AsNumber(64512);

  private static final String AS_NUMBER = "as_num";
  private static final String MESH = "node_mesh";

  private final String self;
  private final SortedMap<String, Node.Bgp> nodes = new TreeMap<>();
  private final Map<BgpPeerKey, AsNumber> peers = new TreeMap<>(BgpView::byScopeThenAddress);
  private final SortedMap<IpPrefix, IpPool.Spec> pools = new TreeMap<>();
  private final Map<String, MacAddress> macs = new HashMap<>();
  private final SortedSet<IpPrefix> blocks = new TreeSet<>();
  private final Map<String, String> globalSettings = new HashMap<>();
  private final Map<String, String> ownSettings = new HashMap<>();
  private NodeSettings settings = NodeSettings.DEFAULT;
  private AsNumber globalAs = DEFAULT_AS;
  private boolean mesh = true;

  /// Null while it has to be worked out anew.
  private @Nullable Encapsulation encapsulation;

  /// @param self the name of the node whose BGP this is
  public BgpView(String self) {
    this.self = self;
  }

  private static int byScopeThenAddress(BgpPeerKey a, BgpPeerKey b) {
    String nodeA = a.node() == null ? "" : a.node();
    String nodeB = b.node() == null ? "" : b.node();
    int byNode = nodeA.compareTo(nodeB);
    return byNode != 0 ? byNode : a.peerIp().compareTo(b.peerIp());
  }

  /// Takes note of a value; null means that there is none any more.
  public void onUpdate(Key<?> key, @Nullable Object value) {
    switch (key) {
      case Key.ForResource(NodeKey(String name)) -> onNode(name, (Node) value);
      case Key.ForResource(BgpPeerKey peer) -> onPeer(peer, (BgpPeer) value);
      case Key.ForResource(IpPoolKey(IpPrefix cidr)) -> onPool(cidr, (IpPool) value);
      case Key.ForResource _ -> {}
      case Key.FelixSetting(String node, String name) -> {
        if (node != null && name.equalsIgnoreCase(Vtep.MAC_SETTING)) {
          onMac(node, (String) value);
        }
      }
      case Key.BgpSetting(String node, String name) -> {
        if (node == null) {
          onGlobalSetting(name, (String) value);
          onSetting(globalSettings, name, (String) value);
        } else if (node.equals(self)) {
          onSetting(ownSettings, name, (String) value);
        }
      }
      case Key.BlockAffinity(String node, IpPrefix block) -> {
        if (node.equals(self)) {
          change(blocks, block.masked(), value != null);
        }
      }
      case Key.Ready _,
          Key.IpamBlock _,
          Key.ForIpamSettings _,
          Key.IpamHandle _,
          Key.NodeStatus _,
          Key.WorkloadEndpointStatus _,
          Key.HostEndpointStatus _ -> {}
    }
  }

  private void onNode(String name, @Nullable Node node) {
    Node.Bgp bgp = node == null ? null : node.spec().bgp();
    encapsulation = null;
    if (bgp == null) {
      nodes.remove(name);
    } else {
      nodes.put(name, bgp);
    }
  }

  private void onPeer(BgpPeerKey key, @Nullable BgpPeer peer) {
    if (peer == null) {
      peers.remove(key);
    } else {
      peers.put(key, peer.spec().asNumber());
    }
  }

  /// Disabled pools count as well: addresses given out from them are still in use.
  private void onPool(IpPrefix cidr, @Nullable IpPool pool) {
    encapsulation = null;
    if (pool == null) {
      pools.remove(cidr.masked());
    } else {
      pools.put(cidr.masked(), pool.spec());
    }
  }

  /// One that is none counts as not given; the dataplane says so in the log.
  private void onMac(String node, @Nullable String text) {
    encapsulation = null;
    macs.remove(node);
    try {
      if (text != null && !text.isBlank()) {
        macs.put(node, MacAddress.parse(text.strip()));
      }
    } catch (IllegalArgumentException e) {
      LOG.debug("Node {} has no usable {}: {}", node, Vtep.MAC_SETTING, e.getMessage());
    }
  }

  private static void change(SortedSet<IpPrefix> set, IpPrefix prefix, boolean present) {
    if (present) {
      set.add(prefix);
    } else {
      set.remove(prefix);
    }
  }

  private void onGlobalSetting(String name, @Nullable String value) {
    switch (name) {
      case AS_NUMBER -> globalAs = value == null ? DEFAULT_AS : parseAs(value);
      case MESH -> mesh = value == null || !value.matches("(?s).*\"enabled\"\\s*:\\s*false.*");
      default -> {}
    }
  }

  private void onSetting(Map<String, String> among, String name, @Nullable String value) {
    String before = value == null ? among.remove(name) : among.put(name, value);
    if (!Objects.equals(before, value)) {
      settings = NodeSettings.of(each -> ownSettings.getOrDefault(each, globalSettings.get(each)));
    }
  }

  /// What is settled about this node's sessions and routes.
  NodeSettings settings() {
    return settings;
  }

  private AsNumber parseAs(String value) {
    try {
      return AsNumber.parse(value.strip());
    } catch (IllegalArgumentException e) {
      LOG.warn(
          "The global AS number in the datastore is '{}' (expected 0-4294967295). Keeping {}. Set"
              + " it: calicoctl config set asNumber NUMBER.",
          value,
          globalAs);
      return globalAs;
    }
  }

  /// This node's BGP section, null while it has none.
  public Node.@Nullable Bgp self() {
    return nodes.get(self);
  }

  /// Networks whose inside may be announced.
  public Set<IpPrefix> pools() {
    return pools.keySet();
  }

  /// Which routes lead into tunnels.
  Encapsulation encapsulation() {
    Encapsulation known = encapsulation;
    if (known == null) {
      known =
          pools.values().stream().anyMatch(Encapsulation::isEncapsulated)
              ? new Encapsulation(pools, self(), vteps())
              : Encapsulation.NONE;
      encapsulation = known;
    }
    return known;
  }

  private Map<IpAddress, Vtep> vteps() {
    Map<IpAddress, Vtep> vteps = new HashMap<>();
    nodes.forEach((name, bgp) -> {
      List<IpAddress> addresses = new ArrayList<>();
      for (IpFamily family : IpFamily.values()) {
        IpAddress address = address(bgp, family);
        if (address != null) {
          addresses.add(address);
        }
      }
      Vtep vtep = new Vtep(macs.getOrDefault(name, Vtep.defaultMac(name)), addresses);
      addresses.forEach(address -> vteps.put(address, vtep));
    });
    return vteps;
  }

  /// Blocks of addresses that belong to this node.
  public SortedSet<IpPrefix> blocks() {
    return blocks;
  }

  /// The sessions this node is to have, by the peer's address. Where several resources ask for a
  /// session with one address, the more specific wins: node, global, mesh.
  public SortedMap<IpAddress, Peering> peerings() {
    SortedMap<IpAddress, Peering> peerings = new TreeMap<>();
    Node.Bgp own = self();
    if (own == null) {
      return peerings;
    }
    if (mesh) {
      nodes.forEach((name, other) -> {
        if (!name.equals(self)) {
          add(peerings, own, address(other, IpFamily.IPV4), asOf(other), Origin.MESH);
          add(peerings, own, address(other, IpFamily.IPV6), asOf(other), Origin.MESH);
        }
      });
    }
    peers.forEach((key, as) -> {
      if (key.node() == null) {
        add(peerings, own, key.peerIp(), as, Origin.GLOBAL);
      }
    });
    peers.forEach((key, as) -> {
      if (self.equals(key.node())) {
        add(peerings, own, key.peerIp(), as, Origin.NODE);
      }
    });
    return peerings;
  }

  private void add(
      SortedMap<IpAddress, Peering> peerings,
      Node.Bgp own,
      @Nullable IpAddress remote,
      AsNumber remoteAs,
      Origin origin) {
    if (remote == null) {
      return;
    }
    IpAddress local = address(own, remote.family());
    if (local == null || local.equals(remote)) {
      return;
    }
    peerings.put(remote, new Peering(remote, remoteAs, asOf(own), local, origin));
  }

  private AsNumber asOf(Node.Bgp node) {
    return node.asNumber() == null ? globalAs : node.asNumber();
  }

  static @Nullable IpAddress address(Node.Bgp node, IpFamily family) {
    IpPrefix prefix = family == IpFamily.IPV4 ? node.ipv4Address() : node.ipv6Address();
    return prefix == null ? null : prefix.address();
  }
}
