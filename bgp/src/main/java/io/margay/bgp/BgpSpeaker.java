package io.margay.bgp;

import io.margay.bgp.message.BgpMessage.Notification;
import io.margay.bgp.message.NotificationError.Cease;
import io.margay.bgp.message.Origin;
import io.margay.bgp.message.PathAttributes;
import io.margay.bgp.rib.AdjRibIn;
import io.margay.bgp.rib.BestRoute;
import io.margay.bgp.rib.InteriorCost;
import io.margay.bgp.rib.LocRib;
import io.margay.bgp.rib.RouteSource;
import io.margay.bgp.session.PeerConfig;
import io.margay.bgp.session.PeerSession;
import io.margay.bgp.session.RestartState;
import io.margay.loop.EventLoop;
import io.margay.loop.Protection;
import io.margay.loop.Transport;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import io.margay.net.Ipv4Address;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A BGP speaker: sessions with peers, the routes they tell, the ones we announce, and the best of
/// them.
///
/// Every method is called on the event loop. A usual life: [#addPeer] and [#announce] what is
/// known, [#start], then changes of either kind, at last [#stop].
public final class BgpSpeaker {

  private static final Logger log = LoggerFactory.getLogger(BgpSpeaker.class);

  /// After what time a peer that was not configured and is gone is no longer shown.
  private static final Duration FORGET_AFTER = Duration.ofMinutes(1);

  private final SpeakerConfig config;
  private final EventLoop loop;
  private final Transport transport;
  private final RouteListener listener;
  private final Random random;
  private final LocRib locRib;
  private final AdjRibIn own;
  private final AdjRibIn fallback;
  private final Exports exports;
  private final InitialFeed initialFeed;
  private final SortedMap<IpAddress, Neighbor> neighbors = new TreeMap<>();
  private final List<PeerRange> ranges = new ArrayList<>();
  private final Map<InetSocketAddress, Transport.Listener> listeners = new HashMap<>();
  private boolean started;

  /// Whether peers from ranges that are gone are looked for.
  private boolean forgetting;

  /// Nothing is reported any more.
  private boolean stopped;

  /// Whether those who knew us before our start may still be on their way back.
  private boolean awaitsReturn;

  /// A speaker that does nothing yet.
  ///
  /// @param transport of the same event loop
  public BgpSpeaker(
      SpeakerConfig config, EventLoop loop, Transport transport, RouteListener listener) {
    this(config, loop, transport, listener, InteriorCost.EQUAL);
  }

  /// A speaker that looks how far next hops are.
  ///
  /// @param costs asked on the event loop, once for each next hop and again after
  ///   [#interiorCostsChanged]
  public BgpSpeaker(
      SpeakerConfig config,
      EventLoop loop,
      Transport transport,
      RouteListener listener,
      InteriorCost costs) {
    this.config = config;
    this.loop = loop;
    this.transport = transport;
    this.listener = listener;
    this.locRib = new LocRib(RouteListener.NONE.equals(listener) ? null : this::bestChanged, costs);
    this.own = new AdjRibIn(locRib, new RouteSource.Local());
    this.fallback = new AdjRibIn(locRib, new RouteSource.Fallback());
    this.exports = new Exports(loop, locRib, this::isDeferring);
    this.random = new Random(config.seed());
    this.awaitsReturn = !config.returnTime().isZero();
    this.initialFeed = new InitialFeed(loop, config.selectionDeferral(), this::initialFeedComplete);
  }

  /// Begins to listen, and to connect to the peers. What we announce has to be announced by now:
  /// the end of our first feed makes peers forget what an earlier run announced and this one does
  /// not.
  ///
  /// @throws java.io.UncheckedIOException if an address cannot be listened on
  public void start() {
    listenOn(config.listen());
    started = true;
    initialFeed.start();
    if (awaitsReturn) {
      loop.schedule(config.returnTime(), this::returnTimeOver);
    }
    neighbors.values().forEach(neighbor -> neighbor.session().start());
  }

  /// Accepts connections on these addresses and no others. Sessions stay as they are.
  ///
  /// @throws java.io.UncheckedIOException if an address cannot be listened on; those before it are
  public void listenOn(List<InetSocketAddress> addresses) {
    for (InetSocketAddress before : Set.copyOf(listeners.keySet())) {
      if (!addresses.contains(before)) {
        Objects.requireNonNull(listeners.remove(before)).close();
      }
    }
    for (InetSocketAddress address : addresses) {
      if (!listeners.containsKey(address)) {
        listeners.put(address, transport.listen(address, this::accept));
      }
    }
    neighbors.values().forEach(neighbor -> protect(neighbor.config().protection(), neighbor));
    protectRanges();
  }

  /// Ends every session with a Cease, so that peers drop our routes at once. To have them keep the
  /// routes while we restart, leave without this. Routes of peers are not withdrawn from the
  /// listener: what the kernel has stays until someone removes it.
  ///
  /// @param text for the peers' operators; goes along with an administrative shutdown or reset
  public void stop(Cease cease, String text) {
    started = false;
    initialFeed.stop();
    listeners.values().forEach(Transport.Listener::close);
    listeners.clear();
    List<Neighbor> all = List.copyOf(neighbors.values());
    neighbors.clear();
    stopped = true;
    all.forEach(neighbor -> neighbor.session().stop(Notification.cease(cease, text)));
  }

  /// Adds a peer, and connects to it if started. One that was accepted from a range is one of its
  /// own from now on.
  ///
  /// @throws IllegalArgumentException if there is one with that address
  public void addPeer(PeerConfig peer, PeerPolicy policy) {
    Neighbor before = neighbors.get(peer.remoteAddress());
    if (before != null && before.isDynamic()) {
      remove(before, Cease.OTHER_CONFIGURATION_CHANGE);
    } else if (before != null) {
      throw new IllegalArgumentException(
          "there is a peer " + peer.remoteAddress() + " already; update or remove it");
    }
    initialFeed.await(peer.remoteAddress(), peer.families());
    add(peer, policy, false);
  }

  /// Takes whoever connects from one of these ranges as a peer, for as long as there is a session
  /// or something left of it. What [#addPeer] said about an address goes before, then the narrowest
  /// range. Peers that came from ranges before and are in none now, or in one that wants them
  /// otherwise, lose their session (Cease) and what they told.
  public void acceptPeers(List<PeerRange> accepted) {
    for (PeerRange range : ranges) {
      listeners.values().forEach(port -> port.protect(range.range(), Protection.NONE));
    }
    ranges.clear();
    ranges.addAll(accepted);
    ranges.sort(Comparator.comparingInt((PeerRange each) -> each.range().length()).reversed());
    protectRanges();
    for (Neighbor neighbor : List.copyOf(neighbors.values())) {
      if (neighbor.isDynamic()) {
        PeerRange range = range(neighbor.config().remoteAddress());
        if (range == null) {
          remove(neighbor, Cease.PEER_DE_CONFIGURED);
        } else if (!range
                .config()
                .apply(neighbor.config().remoteAddress())
                .equals(neighbor.config())
            || !range.policy().equals(neighbor.policy())) {
          remove(neighbor, Cease.OTHER_CONFIGURATION_CHANGE);
        }
      }
    }
    if (!forgetting && !ranges.isEmpty()) {
      forgetting = true;
      loop.schedule(FORGET_AFTER, this::forgetGone);
    }
  }

  /// The password of a range is in the kernel before the first of its peers connects.
  private void protectRanges() {
    for (PeerRange range : ranges) {
      Protection demanded = range.protection();
      if (!demanded.equals(Protection.NONE)) {
        listeners.values().forEach(port -> port.protect(range.range(), demanded));
      }
    }
  }

  private @Nullable PeerRange range(IpAddress remote) {
    for (PeerRange range : ranges) {
      if (range.range().contains(remote)) {
        return range;
      }
    }
    return null;
  }

  private void forgetGone() {
    for (Neighbor neighbor : List.copyOf(neighbors.values())) {
      if (neighbor.isForgettable(FORGET_AFTER)) {
        remove(neighbor, Cease.PEER_DE_CONFIGURED);
      }
    }
    if (!stopped) {
      loop.schedule(FORGET_AFTER, this::forgetGone);
    }
  }

  private Neighbor add(PeerConfig peer, PeerPolicy policy, boolean dynamic) {
    Neighbor neighbor =
        new Neighbor(
            peer,
            policy,
            dynamic,
            this,
            loop,
            locRib,
            sessionListener ->
                new PeerSession(
                    peer,
                    config.routerId(),
                    this::restartState,
                    loop,
                    transport,
                    random,
                    sessionListener));
    neighbors.put(peer.remoteAddress(), neighbor);
    if (started) {
      protect(peer.protection(), neighbor);
      neighbor.session().start();
    }
    return neighbor;
  }

  /// Replaces what is configured for a peer. If more than the policy has changed, the session
  /// begins anew (Cease, other configuration change).
  ///
  /// @throws IllegalArgumentException if there is none with that address
  public void updatePeer(PeerConfig peer, PeerPolicy policy) {
    Neighbor neighbor = neighbors.get(peer.remoteAddress());
    if (neighbor == null) {
      throw new IllegalArgumentException("there is no peer " + peer.remoteAddress());
    }
    if (neighbor.config().equals(peer) && neighbor.policy().client() == policy.client()) {
      neighbor.setPolicy(policy);
      return;
    }
    remove(neighbor, Cease.OTHER_CONFIGURATION_CHANGE);
    add(peer, policy, false);
  }

  /// Ends the session (Cease, peer de-configured) and forgets the peer and its routes. Does nothing
  /// if there is no such peer.
  public void removePeer(IpAddress remoteAddress) {
    Neighbor neighbor = neighbors.get(remoteAddress);
    if (neighbor != null) {
      remove(neighbor, Cease.PEER_DE_CONFIGURED);
      initialFeed.forget(remoteAddress);
    }
  }

  private void remove(Neighbor neighbor, Cease cease) {
    neighbors.remove(neighbor.config().remoteAddress());
    protect(Protection.NONE, neighbor);
    neighbor.session().stop(Notification.of(cease));
    neighbor.forgetRoutes();
  }

  private void protect(Protection protection, Neighbor neighbor) {
    boolean matters =
        !protection.equals(Protection.NONE)
            || !neighbor.config().protection().equals(Protection.NONE);
    if (matters) {
      IpAddress remote = neighbor.config().remoteAddress();
      listeners.values().forEach(port -> port.protect(remote, protection));
    }
  }

  /// Asks a peer for all its routes of a family once more (RFC 2918), in case they were lost on our
  /// side. Does nothing without a session, or if the peer cannot do it.
  public void refresh(IpAddress remoteAddress, IpFamily family) {
    Neighbor neighbor = neighbors.get(remoteAddress);
    if (neighbor != null) {
      neighbor.requestRefresh(family);
    }
  }

  /// Announces a route of our own, or replaces its attributes. It is better than any learned route
  /// of that prefix.
  ///
  /// @param attributes without a next hop, peers get our address on their session as next hop
  public void announce(IpPrefix prefix, PathAttributes attributes) {
    own.put(prefix.masked(), 0, attributes, true);
  }

  /// Announces a route of our own with origin IGP and ourselves as next hop.
  public void announce(IpPrefix prefix) {
    announce(prefix, PathAttributes.local());
  }

  /// Withdraws a route of our own. Does nothing if there is none.
  public void withdraw(IpPrefix prefix) {
    own.remove(prefix.masked(), 0);
  }

  /// Announces a route of our own with origin INCOMPLETE and ourselves as next hop, for as long as
  /// no peer tells one of that prefix with a lower origin. As two such routes do not give way to
  /// one another, their owners never take turns in withdrawing.
  public void announceFallback(IpPrefix prefix) {
    PathAttributes attributes =
        PathAttributes.local().toBuilder().origin(Origin.INCOMPLETE).build();
    fallback.put(prefix.masked(), 0, attributes, true);
  }

  /// Withdraws what [#announceFallback] announced. Does nothing if there is none.
  public void withdrawFallback(IpPrefix prefix) {
    fallback.remove(prefix.masked(), 0);
  }

  /// Asks the export policies of all peers again about every route, and tells peers the difference.
  public void exportPolicyChanged() {
    exports.reconsider();
  }

  /// Asks again how far the next hops of all paths are. Paths whose next hop is out of reach are
  /// not used until it is back (RFC 4271 §9.1.2.1).
  public void interiorCostsChanged() {
    locRib.costsChanged();
  }

  /// All peers in the order of their addresses.
  public List<PeerStatus> peers() {
    return neighbors.values().stream().map(Neighbor::status).toList();
  }

  /// The routes, to be looked at.
  public Tables tables() {
    return new Tables(locRib, address -> neighbors.get(address));
  }

  /// How many prefixes there is a path to.
  public int prefixes() {
    return locRib.size();
  }

  // What neighbors ask.

  Ipv4Address routerId() {
    return config.routerId();
  }

  Ipv4Address clusterId() {
    return config.clusterId();
  }

  Exports exports() {
    return exports;
  }

  InitialFeed initialFeed() {
    return initialFeed;
  }

  /// Whether learned routes are held back (RFC 4724 §4.1).
  boolean isDeferring() {
    return config.restarting() && !initialFeed.isComplete();
  }

  /// Whether a peer can be told that it knows all there is.
  boolean saysEndOfRib() {
    return !isDeferring() && !awaitsReturn;
  }

  private void returnTimeOver() {
    awaitsReturn = false;
    exports.scheduleFlush();
  }

  /// Once the initial feed is complete, what we learned is forwarded, and goes on being so should
  /// only a session break.
  private RestartState restartState() {
    boolean forwardsNothing = !config.returnTime().isZero();
    return new RestartState(
        isDeferring() || awaitsReturn,
        forwardsNothing || config.restarting() || initialFeed.isComplete());
  }

  private Transport.@Nullable Handler accept(Transport.Connection connection) {
    IpAddress remote = IpAddress.of(connection.remoteAddress().getAddress().getAddress());
    Neighbor neighbor = neighbors.get(remote);
    if (neighbor == null) {
      PeerRange range = range(remote);
      if (range != null) {
        return add(range.config().apply(remote), range.policy(), true).session().accept(connection);
      }
      log.info("connection from {} refused: it is not a configured peer", remote);
      return null;
    }
    return neighbor.session().accept(connection);
  }

  private void bestChanged(IpPrefix prefix, @Nullable BestRoute before, @Nullable BestRoute now) {
    if (stopped) {
      return;
    }
    BestRoute learnedBefore = learned(before);
    BestRoute learnedNow = learned(now);
    if (!Objects.equals(learnedBefore, learnedNow)) {
      listener.bestPathChanged(prefix, learnedNow);
    }
  }

  private static @Nullable BestRoute learned(@Nullable BestRoute best) {
    return best != null && best.best().source() instanceof RouteSource.Peer ? best : null;
  }

  private void initialFeedComplete() {
    listener.initialFeedComplete();
    if (config.restarting()) {
      log.info("initial feed complete: routes are passed on from now on");
      exportPolicyChanged();
    }
  }
}
