package io.margay.routing;

import io.margay.bgp.BgpSpeaker;
import io.margay.bgp.PeerPolicy;
import io.margay.bgp.PeerStatus;
import io.margay.bgp.RouteListener;
import io.margay.bgp.SpeakerConfig;
import io.margay.bgp.message.NotificationError.Cease;
import io.margay.bgp.rib.ImportPolicy;
import io.margay.bgp.rib.InteriorCost;
import io.margay.bgp.session.PeerConfig;
import io.margay.loop.EventLoop;
import io.margay.loop.Transport;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import io.margay.net.Ipv4Address;
import io.margay.routing.LocalRoutes.Kind;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The speaker of a node for as long as the node has one IPv4 address, which is its router id:
/// keeps its peers, its filter and its sockets as the datastore wants them.
final class NodeSpeaker {

  private static final Logger LOG = LoggerFactory.getLogger(NodeSpeaker.class);

  private final Ipv4Address address;
  private final BgpSpeaker speaker;
  private final SortedMap<IpAddress, Peering> peerings = new TreeMap<>();
  private final Map<IpAddress, PeerConfig> configs = new HashMap<>();
  private ExportFilter filter = new ExportFilter(List.of(), List.of(), false);
  private NodeSettings settings = NodeSettings.DEFAULT;

  /// Asks whatever filter is in force.
  private final PeerPolicy policy =
      new PeerPolicy(ImportPolicy.ALL, route -> this.filter.accepts(route));

  /// A speaker that has not started.
  ///
  /// @param restarting whether the kernel has routes of an earlier run
  NodeSpeaker(
      Ipv4Address address,
      boolean restarting,
      long seed,
      EventLoop loop,
      Transport transport,
      RouteListener listener,
      InteriorCost costs) {
    this.address = address;
    SpeakerConfig config =
        new SpeakerConfig(
            address,
            List.of(socket(address)),
            restarting,
            SpeakerConfig.DEFAULT_SELECTION_DEFERRAL,
            seed);
    this.speaker = new BgpSpeaker(config, loop, transport, listener, costs);
  }

  private static InetSocketAddress socket(IpAddress address) {
    return new InetSocketAddress(address.toInetAddress(), PeerConfig.BGP_PORT);
  }

  BgpSpeaker speaker() {
    return speaker;
  }

  Ipv4Address address() {
    return address;
  }

  /// What is to be announced has to be known by now.
  ///
  /// @return null once it has started; else why not: it is of no use any more
  @Nullable String start() {
    try {
      speaker.start();
    } catch (UncheckedIOException e) {
      stop();
      return e.getMessage();
    }
    LOG.info("BGP started as {} with {} peers.", address, peerings.size());
    return null;
  }

  /// Peers drop our routes at once: the node is to be reached otherwise, or not at all.
  void stop() {
    speaker.stop(Cease.OTHER_CONFIGURATION_CHANGE, "");
  }

  /// Announces a destination or not, as the kernel's routes to it say.
  ///
  /// @param origin whether the destination is on this node in any case
  void announce(IpPrefix destination, boolean origin, Set<Kind> kinds) {
    if (origin || kinds.contains(Kind.ORIGIN)) {
      speaker.announce(destination);
    } else {
      speaker.withdraw(destination);
    }
    if (kinds.contains(Kind.WAY)) {
      speaker.announceFallback(destination);
    } else {
      speaker.withdrawFallback(destination);
    }
  }

  /// Asks the filter again only if it is another.
  void setFilter(ExportFilter now) {
    if (!now.equals(filter)) {
      filter = now;
      speaker.exportPolicyChanged();
    }
  }

  /// For sessions from the next [#setPeerings] on.
  void setSettings(NodeSettings now) {
    settings = now;
  }

  /// The ways that next hops are reached by have changed.
  void interiorCostsChanged() {
    speaker.interiorCostsChanged();
  }

  /// Compares the peers one by one: the sessions of those that stay the same stay.
  void setPeerings(SortedMap<IpAddress, Peering> wanted) {
    for (IpAddress peer : List.copyOf(peerings.keySet())) {
      if (!wanted.containsKey(peer)) {
        LOG.info("Peer {} is no longer configured.", peer);
        speaker.removePeer(peer);
        peerings.remove(peer);
        configs.remove(peer);
      }
    }
    wanted.forEach((peer, peering) -> {
      peerings.put(peer, peering);
      PeerConfig config = config(peering);
      PeerConfig before = configs.put(peer, config);
      if (before == null) {
        LOG.info("Peer {} ({}), AS {}.", peer, peering.origin(), peering.remoteAs());
        speaker.addPeer(config, policy);
      } else if (!before.equals(config)) {
        LOG.info("Peer {} ({}) has changed: AS {}.", peer, peering.origin(), peering.remoteAs());
        speaker.updatePeer(config, policy);
      }
    });
  }

  private PeerConfig config(Peering peering) {
    return PeerConfig.builder(peering.address(), peering.remoteAs(), peering.localAs())
        .localAddress(peering.localAddress())
        .holdTime(settings.holdTime())
        .restartTime(settings.restartTime())
        .build();
  }

  /// Listens on the node's addresses of both families. A new IPv6 address cannot be listened on
  /// until the kernel has seen that no other host has it (RFC 4862 §5.4), which must not hold up
  /// IPv4.
  ///
  /// @return null if all went well; else why not: it is to be tried again
  @Nullable String listenOn(List<IpAddress> addresses) {
    try {
      speaker.listenOn(addresses.stream().map(NodeSpeaker::socket).toList());
      return null;
    } catch (UncheckedIOException e) {
      return e.getMessage();
    }
  }

  /// How the sessions are, by the peer's address, with the reason for each.
  List<NodeRouting.PeeringStatus> peers() {
    List<NodeRouting.PeeringStatus> statuses = new ArrayList<>();
    for (PeerStatus status : speaker.peers()) {
      Peering peering = peerings.get(status.config().remoteAddress());
      if (peering != null) {
        statuses.add(new NodeRouting.PeeringStatus(peering, status));
      }
    }
    return statuses;
  }
}
