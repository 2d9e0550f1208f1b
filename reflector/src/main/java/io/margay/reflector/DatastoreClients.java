package io.margay.reflector;

import io.margay.datastore.Key;
import io.margay.datastore.SyncListener.SyncUpdate;
import io.margay.model.BgpPeer;
import io.margay.model.Node;
import io.margay.model.ResourceKey.BgpPeerKey;
import io.margay.model.ResourceKey.NodeKey;
import io.margay.net.AsNumber;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Which nodes are clients according to the datastore: those that have this reflector as a peer. An
/// operator configures only the nodes' side.
///
/// - a global peer with an address of ours: every node with an address of that family;
/// - a peer of one node with an address of ours: that node.
///
/// The peer resource's AS is ours on that session, the node's own AS or the global one is the
/// node's. If they differ the node cannot be a client (RFC 4456 reflects inside an AS) and is left
/// out with a warning.
final class DatastoreClients {

  private static final Logger log = LoggerFactory.getLogger(DatastoreClients.class);

  /// What Calico's tools write as the global AS number.
  private static final AsNumber DEFAULT_AS = new AsNumber(64512);

  private final Map<String, Node.Bgp> nodes = new TreeMap<>();
  private final Map<BgpPeerKey, AsNumber> peers = new HashMap<>();
  private AsNumber globalAs = DEFAULT_AS;
  private Set<String> warned = Set.of();

  /// Takes note of what is new, changed or gone. What cannot be understood leaves the earlier value
  /// in force.
  void onUpdates(List<SyncUpdate> updates) {
    for (SyncUpdate update : updates) {
      if (update.problem() == null) {
        onUpdate(update.key(), update.value());
      }
    }
  }

  private void onUpdate(Key<?> key, @Nullable Object value) {
    if (key instanceof Key.ForResource(NodeKey(String name))) {
      Node.Bgp bgp = value == null ? null : ((Node) value).spec().bgp();
      put(nodes, name, bgp);
    } else if (key instanceof Key.ForResource(BgpPeerKey peer)) {
      put(peers, peer, value == null ? null : ((BgpPeer) value).spec().asNumber());
    } else if (key instanceof Key.BgpSetting(String node, String name)
        && node == null
        && name.equals("as_num")) {
      globalAs = as((String) value);
    }
  }

  private static <K, V> void put(Map<K, V> map, K key, @Nullable V value) {
    if (value == null) {
      map.remove(key);
    } else {
      map.put(key, value);
    }
  }

  private AsNumber as(@Nullable String text) {
    try {
      return text == null ? DEFAULT_AS : AsNumber.parse(text.strip());
    } catch (IllegalArgumentException e) {
      log.warn(
          "the global AS number in the datastore is '{}' (expected 0-4294967295); keeping {}",
          text,
          globalAs);
      return globalAs;
    }
  }

  /// The clients' addresses, with the AS of the session.
  ///
  /// @param isOurs whether an address is one of this reflector
  SortedMap<IpAddress, AsNumber> clients(Predicate<IpAddress> isOurs) {
    SortedMap<IpAddress, AsNumber> clients = new TreeMap<>();
    Set<String> mismatches = new HashSet<>();
    peers.forEach((peer, as) -> {
      if (isOurs.test(peer.peerIp())) {
        nodes.forEach((name, node) -> {
          IpAddress address = address(node, peer.peerIp().family());
          boolean meant = peer.node() == null || peer.node().equals(name);
          if (meant && address != null && !isOurs.test(address)) {
            AsNumber nodeAs = node.asNumber() == null ? globalAs : node.asNumber();
            if (nodeAs.equals(as)) {
              clients.put(address, as);
            } else {
              mismatches.add(
                  "node '%s' (%s) is in AS %s and has this reflector as a peer in AS %s: it is no client, as reflection is for one AS. Look at the node's AS and at the peer %s."
                      .formatted(name, address, nodeAs, as, peer.peerIp()));
            }
          }
        });
      }
    });
    mismatches.stream().filter(each -> !warned.contains(each)).forEach(log::warn);
    warned = mismatches;
    return clients;
  }

  private static @Nullable IpAddress address(Node.Bgp node, IpFamily family) {
    IpPrefix prefix =
        switch (family) {
          case IPV4 -> node.ipv4Address();
          case IPV6 -> node.ipv6Address();
        };
    return prefix == null ? null : prefix.address();
  }
}
