package io.margay.routing;

import io.margay.bgp.BgpSpeaker;
import io.margay.bgp.PeerStatus;
import io.margay.bgp.RouteListener;
import io.margay.bgp.message.NextHop;
import io.margay.bgp.rib.BestRoute;
import io.margay.datastore.SyncListener.SyncUpdate;
import io.margay.kernel.KernelException;
import io.margay.kernel.Link;
import io.margay.kernel.Route;
import io.margay.kernel.Routes;
import io.margay.loop.EventLoop;
import io.margay.loop.Transport;
import io.margay.model.Node;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import io.margay.net.Ipv4Address;
import io.margay.routing.LocalRoutes.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The BGP of one node: keeps the speaker's peers and announcements as the datastore and the kernel
/// want them, and the kernel's routes as the speaker has chosen.
///
/// Goals, and how each is met:
///
/// 1. An agent that dies and starts again costs no packet. Learned routes stay in the kernel; those
///    not confirmed are deleted only after the initial feed ([RouteInstaller#holdDeletions]). Peers
///    are told that forwarding went on, and what is announced is known before the first session
///    opens.
/// 2. What is announced can be reached: workloads are announced when the kernel has their route,
///    not when they are configured.
/// 3. A change of configuration touches only what it is about: peers are compared one by one, and
///    filters are asked again only when blocks or pools change. Only another IPv4 address, which is
///    the router id too, takes a new speaker.
/// 4. The kernel comes to hold what is wanted whatever happens to it: notices are acted on at once,
///    a refused write is tried again after a second, and what no notice tells is found by reading
///    the main table every ten seconds.
///
/// All methods are called on the speaker's event loop.
public final class NodeRouting {

  private static final Logger LOG = LoggerFactory.getLogger(NodeRouting.class);

  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final Duration SCAN = Duration.ofSeconds(10);

  private final EventLoop loop;
  private final Transport transport;
  private final Routes kernel;
  private final BgpView view;
  private final MainTable mainTable = new MainTable(this::onRoutesTo);
  private final NextHopResolver resolver = new NextHopResolver(mainTable);
  private final RouteInstaller installer;
  private final LearnedRoutes learned;
  private final long seed;

  private @Nullable NodeSpeaker speaker;
  private boolean inSync;
  private boolean startedBefore;
  private boolean settlePending;

  /// Whether next hops may be reached in other ways than when last asked.
  private boolean waysChanged;

  private final Trouble startTrouble = new Trouble();
  private final Trouble listenTrouble = new Trouble();
  private EventLoop.@Nullable Timer retry;

  /// @param node the name of this node
  /// @param transport of the same event loop
  public NodeRouting(String node, EventLoop loop, Transport transport, Routes kernel) {
    this.loop = loop;
    this.transport = transport;
    this.kernel = kernel;
    this.view = new BgpView(node);
    this.installer = new RouteInstaller(kernel);
    this.learned = new LearnedRoutes(resolver, installer);
    this.seed = loop.nanoTime() ^ node.hashCode();
  }

  // The datastore.

  /// Values of the datastore that are new, changed or gone. One that cannot be understood leaves
  /// the earlier one in force: a slip of the pen in a resource takes no route away.
  public void onUpdates(List<SyncUpdate> updates) {
    for (SyncUpdate update : updates) {
      if (update.problem() == null) {
        view.onUpdate(update.key(), update.value());
      }
    }
    reconcile();
  }

  /// Everything that existed in the datastore has been told.
  public void onInSync() {
    if (!inSync) {
      inSync = true;
      loop.schedule(SCAN, this::scan);
    }
    reconcile();
  }

  private void reconcile() {
    if (!inSync) {
      return;
    }
    IpAddress address = ownAddress(IpFamily.IPV4);
    if (speaker != null && !speaker.address().equals(address)) {
      stopSpeaker(speaker, address == null);
    }
    learned.setEncapsulation(view.encapsulation());
    if (speaker != null) {
      learned.setBlocks(view.blocks()).forEach(this::announceOrWithdraw);
      configure(speaker);
      listen(speaker);
    } else if (address instanceof Ipv4Address ipv4) {
      startSpeaker(ipv4);
    }
    scheduleSettle();
  }

  private @Nullable IpAddress ownAddress(IpFamily family) {
    Node.Bgp self = view.self();
    return self == null ? null : BgpView.address(self, family);
  }

  private void configure(NodeSpeaker target) {
    NodeSettings settings = view.settings();
    target.setFilter(ExportFilter.of(view.blocks(), view.pools(), settings.exportOwnOnly()));
    learned.mergePaths(settings.mergePaths());
    target.setSettings(settings);
    target.setPeerings(view.peerings());
  }

  private void listen(NodeSpeaker target) {
    List<IpAddress> addresses =
        Stream.of(IpFamily.values())
            .map(this::ownAddress)
            .<IpAddress>mapMulti((address, sink) -> {
              if (address != null) {
                sink.accept(address);
              }
            })
            .toList();
    String problem = target.listenOn(addresses);
    if (listenTrouble.isNew(problem)) {
      LOG.warn(
          "BGP cannot listen on all of {}: {}. Peers may still be connected to; it is tried again"
              + " every second. Look whether a link of this host has these addresses.",
          addresses,
          problem);
    }
    if (problem != null) {
      scheduleRetry();
    }
  }

  /// @param forGood whether no other speaker follows, which could confirm what this one has learned
  private void stopSpeaker(NodeSpeaker running, boolean forGood) {
    running.stop();
    speaker = null;
    learned.markStale();
    if (forGood) {
      LOG.info("This node has no IPv4 address in the datastore any more: BGP ends.");
      learned.setBlocks(Set.of());
      learned.dropStale();
      installer.holdDeletions(false);
    }
  }

  /// Starts a speaker that knows from the beginning what it has to announce.
  private void startSpeaker(Ipv4Address address) {
    if (!startedBefore && !readKernel()) {
      scheduleRetry();
      return;
    }
    boolean restarting = !startedBefore && showsEarlierRun();
    NodeSpeaker fresh =
        new NodeSpeaker(address, restarting, seed, loop, transport, new Learner(), resolver);
    speaker = fresh;
    learned.setBlocks(view.blocks());
    Set<IpPrefix> own = new HashSet<>(mainTable.destinations());
    own.addAll(view.blocks());
    own.forEach(this::announceOrWithdraw);
    configure(fresh);
    String problem = fresh.start();
    if (startTrouble.isNew(problem)) {
      LOG.error(
          "BGP cannot listen on {}, this node's address in the datastore: {}. No route is learned"
              + " or announced; it is tried again every second. Look whether a link of this host"
              + " has the address, and whether another BGP daemon runs.",
          address,
          problem);
    }
    if (problem != null) {
      speaker = null;
      scheduleRetry();
      return;
    }
    if (restarting) {
      LOG.info("The routes of an earlier run stay until the peers have told theirs.");
      installer.holdDeletions(true);
    }
    startedBefore = true;
    listen(fresh);
  }

  private boolean showsEarlierRun() {
    return mainTable.destinations().stream()
        .anyMatch(destination -> LocalRoutes.showEarlierRun(mainTable.to(destination)));
  }

  // The kernel.

  /// A route of the main table appeared or was replaced.
  public void onRoute(Route route) {
    installer.onRoute(route);
    mainTable.put(route);
    scheduleSettle();
  }

  public void onRouteRemoved(Route route) {
    installer.onRouteRemoved(route);
    mainTable.remove(route);
    scheduleSettle();
  }

  /// A link appeared or changed.
  public void onLink(Link link) {
    installer.onLink(link);
    if (!link.adminUp()) {
      linkLost(link);
    }
    waysChanged |= resolver.onLink(link);
    scheduleSettle();
  }

  public void onLinkRemoved(Link link) {
    installer.onLinkRemoved(link);
    linkLost(link);
    resolver.onLinkRemoved(link);
    scheduleSettle();
  }

  private void linkLost(Link link) {
    if (mainTable.linkLost(link.name())) {
      resync();
    }
  }

  /// Notices from the kernel were lost: reads it anew.
  public void resync() {
    installer.invalidate();
    if (!readKernel()) {
      loop.schedule(RETRY, this::resync);
    }
    scheduleSettle();
  }

  /// Looks for what no notice has told, and tries again what could not be done.
  private void scan() {
    readKernel();
    if (installer.isIncomplete()) {
      installer.invalidate();
    }
    scheduleSettle();
    loop.schedule(SCAN, this::scan);
  }

  private boolean readKernel() {
    List<Route> routes = new ArrayList<>();
    try {
      for (IpFamily family : IpFamily.values()) {
        routes.addAll(kernel.list(family));
      }
    } catch (KernelException e) {
      LOG.warn(
          "The kernel's routes cannot be read: {}. What is known of them stays in force; they are"
              + " read again soon.",
          e.getMessage());
      return false;
    }
    if (mainTable.replaceAll(routes)) {
      installer.invalidate();
    }
    return true;
  }

  /// The kernel's routes to a destination are others than before: another way to next hops, or
  /// something else to announce.
  private void onRoutesTo(IpPrefix destination) {
    waysChanged = true;
    announceOrWithdraw(destination);
    scheduleSettle();
  }

  private void announceOrWithdraw(IpPrefix destination) {
    if (speaker == null) {
      return;
    }
    Set<Kind> kinds = LocalRoutes.kinds(mainTable.to(destination));
    boolean block = learned.isBlock(destination);
    if (block || kinds.contains(Kind.ORIGIN)) {
      learned.dropStale(destination);
    }
    speaker.announce(destination, block, kinds);
  }

  /// Once everything that is waiting on the loop is known, the kernel is written. Before the first
  /// speaker it is let alone: whatever routes there are may be those of another daemon.
  private void scheduleSettle() {
    if (!settlePending && startedBefore) {
      settlePending = true;
      loop.execute(this::settle);
    }
  }

  private void settle() {
    settlePending = false;
    if (waysChanged) {
      waysChanged = false;
      if (speaker != null) {
        speaker.interiorCostsChanged();
      }
      learned.resolveAnew();
    }
    if (!installer.apply()) {
      scheduleRetry();
    }
  }

  private void scheduleRetry() {
    if (retry == null) {
      retry =
          loop.schedule(
              RETRY,
              () -> {
                retry = null;
                reconcile();
              });
    }
  }

  // The speaker.

  /// Puts what the speaker has chosen into the kernel.
  private final class Learner implements RouteListener {
    @Override
    public void bestPathChanged(IpPrefix prefix, @Nullable BestRoute best) {
      learned.set(
          prefix,
          best == null ? List.of() : best.nextHops().stream().map(NextHop::address).toList());
      scheduleSettle();
    }

    @Override
    public void initialFeedComplete() {
      learned.dropStale();
      installer.holdDeletions(false);
      scheduleSettle();
    }
  }

  // Those who ask.

  /// The speaker; null while there is none, as this node has no IPv4 address to be known by, or
  /// cannot listen on it.
  public @Nullable BgpSpeaker speaker() {
    return speaker == null ? null : speaker.speaker();
  }

  /// How the sessions are, by the peer's address, with the reason for each.
  public List<PeeringStatus> peers() {
    return speaker == null ? List.of() : speaker.peers();
  }

  /// A session with the reason for having it.
  public record PeeringStatus(Peering peering, PeerStatus status) {}

  /// Destinations that have a learned route, or a block of this node, and a route of someone else
  /// in the kernel, which stays: with that route.
  public Map<IpPrefix, Route> conflicts() {
    return installer.conflicts();
  }
}
