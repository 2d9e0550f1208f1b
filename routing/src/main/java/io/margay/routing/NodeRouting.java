package io.margay.routing;

import io.margay.bgp.BgpSpeaker;
import io.margay.bgp.PeerPolicy;
import io.margay.bgp.PeerStatus;
import io.margay.bgp.RouteListener;
import io.margay.bgp.SpeakerConfig;
import io.margay.bgp.rib.BestRoute;
import io.margay.bgp.rib.ImportPolicy;
import io.margay.bgp.session.PeerConfig;
import io.margay.datastore.SyncListener.SyncUpdate;
import io.margay.kernel.ApplyOutcome;
import io.margay.kernel.KernelException;
import io.margay.kernel.Link;
import io.margay.kernel.Route;
import io.margay.kernel.Route.Protocols;
import io.margay.kernel.Routes;
import io.margay.kernel.route.RouteChange;
import io.margay.kernel.route.RouteOwnership;
import io.margay.kernel.route.RouteTable;
import io.margay.loop.EventLoop;
import io.margay.loop.Transport;
import io.margay.model.Node;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import io.margay.net.Ipv4Address;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The BGP of one node: keeps the speaker's peers and announcements as the datastore and the kernel
/// want them, and the kernel's routes as the speaker has chosen.
///
/// Goals, and how each is met:
///
/// 1. An agent that dies and starts again costs no packet. Learned routes stay in the kernel; those
///    not confirmed are deleted only after the initial feed ([RouteTable#holdDeletions]). Peers are
///    told that forwarding went on, and what is announced is known before the first session opens.
/// 2. What is announced can be reached: workloads are announced when the kernel has their route,
///    not when they are configured.
/// 3. A change of configuration touches only what it is about: peers are compared one by one, and
///    filters are asked again only when blocks or pools change.
///
/// All methods are called on the speaker's event loop.
public final class NodeRouting {

  private static final Logger LOG = LoggerFactory.getLogger(NodeRouting.class);
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final EventLoop loop;
  private final Transport transport;
  private final Routes kernel;
  private final BgpView view;
  private final Map<IpFamily, RouteTable> tables = new EnumMap<>(IpFamily.class);
  private final NextHopResolver resolver = new NextHopResolver();
  private final LocalRoutes local = new LocalRoutes(new Announcements());
  private final LearnedRoutes learned;

  private @Nullable BgpSpeaker speaker;
  private @Nullable LocalAddresses speakerAddresses;
  private final SortedMap<IpAddress, Peering> peerings = new TreeMap<>();
  private final Set<IpPrefix> blocks = new HashSet<>();
  private ExportFilter filter = new ExportFilter(List.of(), List.of());
  private boolean inSync;
  private boolean firstStart = true;
  private boolean applyPending;
  private boolean resolverChanged;

  /// @param node the name of this node
  /// @param transport of the same event loop
  public NodeRouting(String node, EventLoop loop, Transport transport, Routes kernel) {
    this.loop = loop;
    this.transport = transport;
    this.kernel = kernel;
    this.view = new BgpView(node);
    for (IpFamily family : IpFamily.values()) {
      tables.put(family, new RouteTable(family, kernel, RouteOwnership.ofProtocol(Protocols.BIRD)));
    }
    this.learned = new LearnedRoutes(resolver, tables);
  }

  /// What this node listens on and calls itself by; another one means another speaker.
  private record LocalAddresses(Ipv4Address ipv4, @Nullable IpAddress ipv6) {

    static @Nullable LocalAddresses of(Node.@Nullable Bgp bgp) {
      IpAddress ipv4 = bgp == null ? null : BgpView.address(bgp, IpFamily.IPV4);
      return bgp != null && ipv4 instanceof Ipv4Address address
          ? new LocalAddresses(address, BgpView.address(bgp, IpFamily.IPV6))
          : null;
    }

    List<InetSocketAddress> listen() {
      List<InetSocketAddress> sockets = new ArrayList<>();
      sockets.add(new InetSocketAddress(ipv4.toInetAddress(), PeerConfig.BGP_PORT));
      if (ipv6 != null) {
        sockets.add(new InetSocketAddress(ipv6.toInetAddress(), PeerConfig.BGP_PORT));
      }
      return sockets;
    }
  }

  /// Values of the datastore that are new, changed or gone.
  public void onUpdates(List<SyncUpdate> updates) {
    for (SyncUpdate update : updates) {
      view.onUpdate(update.key(), update.value());
    }
    if (inSync) {
      reconcile();
    }
  }

  /// Everything that existed in the datastore has been told.
  public void onInSync() {
    inSync = true;
    reconcile();
  }

  private void reconcile() {
    LocalAddresses addresses = LocalAddresses.of(view.self());
    if (!Objects.equals(addresses, speakerAddresses)) {
      replaceSpeaker(addresses);
      return;
    }
    if (speaker != null) {
      reconcileBlocks(speaker);
      reconcileFilter(speaker);
      reconcilePeers(speaker);
    }
    scheduleApply();
  }

  private void replaceSpeaker(@Nullable LocalAddresses addresses) {
    if (speaker != null) {
      speaker.stop(io.margay.bgp.message.NotificationError.Cease.OTHER_CONFIGURATION_CHANGE, "");
      peerings.clear();
      blocks.clear();
    }
    speaker = null;
    speakerAddresses = addresses;
    if (addresses == null) {
      LOG.info("This node has no IPv4 address in the datastore: no BGP.");
      return;
    }
    boolean restarting = firstStart && readKernel();
    tables.values().forEach(table -> table.holdDeletions(restarting));
    firstStart = false;
    SpeakerConfig config =
        new SpeakerConfig(
            addresses.ipv4,
            addresses.listen(),
            restarting,
            SpeakerConfig.DEFAULT_SELECTION_DEFERRAL,
            System.nanoTime());
    BgpSpeaker fresh = new BgpSpeaker(config, loop, transport, new Learner());
    speaker = fresh;
    local.destinations().forEach(fresh::announce);
    reconcileBlocks(fresh);
    reconcileFilter(fresh);
    reconcilePeers(fresh);
    fresh.start();
    LOG.info(
        "BGP started as {} with {} peers{}.",
        addresses.ipv4,
        peerings.size(),
        restarting ? ", keeping the routes of an earlier run until they have told theirs" : "");
    scheduleApply();
  }

  /// Reads what the kernel has.
  ///
  /// @return whether an earlier run left routes there
  private boolean readKernel() {
    boolean leftovers = false;
    for (IpFamily family : IpFamily.values()) {
      for (Route route : kernel.list(family)) {
        leftovers |= route.protocol() == Protocols.BIRD || LocalRoutes.isAlien(route);
        onRoute(route);
      }
    }
    return leftovers;
  }

  private void reconcileBlocks(BgpSpeaker speaker) {
    for (IpPrefix block : view.blocks()) {
      if (blocks.add(block)) {
        table(block.family())
            .put(
                new Route(
                    block, Route.Type.BLACKHOLE, Protocols.BIRD, Route.Scope.GLOBAL, 0, List.of()));
        speaker.announce(block);
      }
    }
    blocks.removeIf(block -> {
      boolean gone = !view.blocks().contains(block);
      if (gone) {
        table(block.family()).remove(block);
        speaker.withdraw(block);
      }
      return gone;
    });
  }

  private void reconcileFilter(BgpSpeaker speaker) {
    ExportFilter now = ExportFilter.of(view.blocks(), view.pools());
    if (!now.equals(filter)) {
      filter = now;
      speaker.exportPolicyChanged();
    }
  }

  private void reconcilePeers(BgpSpeaker speaker) {
    SortedMap<IpAddress, Peering> wanted = view.peerings();
    for (IpAddress address : List.copyOf(peerings.keySet())) {
      if (!wanted.containsKey(address)) {
        LOG.info("Peer {} is no longer configured.", address);
        speaker.removePeer(address);
        peerings.remove(address);
      }
    }
    PeerPolicy policy = new PeerPolicy(ImportPolicy.ALL, route -> filter.accepts(route.prefix()));
    wanted.forEach((address, peering) -> {
      Peering before = peerings.put(address, peering);
      if (before == null) {
        LOG.info("Peer {} ({}), AS {}.", address, peering.origin(), peering.remoteAs());
        speaker.addPeer(config(peering), policy);
      } else if (!config(before).equals(config(peering))) {
        LOG.info("Peer {} ({}) has changed: AS {}.", address, peering.origin(), peering.remoteAs());
        speaker.updatePeer(config(peering), policy);
      }
    });
  }

  private static PeerConfig config(Peering peering) {
    return PeerConfig.builder(peering.address(), peering.remoteAs(), peering.localAs())
        .localAddress(peering.localAddress())
        .build();
  }

  private RouteTable table(IpFamily family) {
    return Objects.requireNonNull(tables.get(family));
  }

  /// A route of the main table appeared or was replaced.
  public void onRoute(Route route) {
    table(route.destination().family()).onRoute(route);
    if (route.protocol() != Protocols.BIRD) {
      resolver.put(route);
      resolverChanged = true;
    }
    if (LocalRoutes.isAlien(route)) {
      local.put(route);
    }
    scheduleApply();
  }

  public void onRouteRemoved(Route route) {
    table(route.destination().family()).onRouteRemoved(route);
    if (route.protocol() != Protocols.BIRD) {
      resolver.remove(route);
      resolverChanged = true;
    }
    local.remove(route);
    scheduleApply();
  }

  /// A link appeared or changed.
  public void onLink(Link link) {
    tables.values().forEach(table -> table.onLink(link));
    scheduleApply();
  }

  public void onLinkRemoved(Link link) {
    tables.values().forEach(table -> table.onLinkRemoved(link));
    scheduleApply();
  }

  /// Notices from the kernel were lost, or it is time to look whether any were: reads it anew.
  public void resync() {
    Set<Route> now = new HashSet<>();
    for (IpFamily family : IpFamily.values()) {
      now.addAll(kernel.list(family));
    }
    local.retain(now);
    resolver.clear();
    tables.values().forEach(RouteTable::invalidate);
    now.forEach(this::onRoute);
    scheduleApply();
  }

  private void scheduleApply() {
    if (!applyPending && speaker != null) {
      applyPending = true;
      loop.execute(this::apply);
    }
  }

  private void apply() {
    applyPending = false;
    if (resolverChanged) {
      resolverChanged = false;
      learned.resolveAnew();
    }
    boolean complete = true;
    for (RouteTable table : tables.values()) {
      if (table.needsApply()) {
        complete &= apply(table);
      }
    }
    if (!complete) {
      loop.schedule(RETRY, this::scheduleApply);
    }
  }

  private static boolean apply(RouteTable table) {
    ApplyOutcome<RouteChange> outcome = table.apply();
    for (RouteChange change : outcome.changes()) {
      LOG.info("Learned route: {}", change);
    }
    for (KernelException failure : outcome.failures()) {
      LOG.warn("A learned route could not be written: {} Next try in 1 s.", failure.getMessage());
    }
    return outcome.complete();
  }

  /// How the sessions are, by the peer's address, with the reason for each.
  public List<PeeringStatus> peers() {
    List<PeeringStatus> statuses = new ArrayList<>();
    if (speaker != null) {
      for (PeerStatus status : speaker.peers()) {
        Peering peering = peerings.get(status.config().remoteAddress());
        if (peering != null) {
          statuses.add(new PeeringStatus(peering, status));
        }
      }
    }
    return statuses;
  }

  /// A session with the reason for having it.
  public record PeeringStatus(Peering peering, PeerStatus status) {}

  /// Tells the speaker what is local on this node.
  private final class Announcements implements LocalRoutes.Listener {
    @Override
    public void onLocal(IpPrefix destination) {
      if (speaker != null) {
        speaker.announce(destination);
      }
    }

    /// A block stays announced when a route of the same destination goes.
    @Override
    public void onNoLonger(IpPrefix destination) {
      if (speaker != null && !blocks.contains(destination)) {
        speaker.withdraw(destination);
      }
    }
  }

  /// Puts what the speaker has chosen into the kernel.
  private final class Learner implements RouteListener {
    @Override
    public void bestPathChanged(IpPrefix prefix, @Nullable BestRoute best) {
      var nextHop = best == null ? null : best.best().attributes().nextHop();
      if (!blocks.contains(prefix)) {
        learned.set(prefix, nextHop == null ? null : nextHop.address());
      }
      scheduleApply();
    }

    @Override
    public void initialFeedComplete() {
      tables.values().forEach(table -> table.holdDeletions(false));
      scheduleApply();
    }
  }
}
