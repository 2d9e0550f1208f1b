package io.margay.bgp;

import io.margay.bgp.message.AfiSafi;
import io.margay.bgp.message.BgpMessage.Announcement;
import io.margay.bgp.message.BgpMessage.EndOfRib;
import io.margay.bgp.message.BgpMessage.Notification;
import io.margay.bgp.message.BgpMessage.RouteRefresh;
import io.margay.bgp.message.BgpMessage.Update;
import io.margay.bgp.message.MessageEncoder;
import io.margay.bgp.message.NotificationError.Cease;
import io.margay.bgp.message.PathAttributes;
import io.margay.bgp.rib.AdjRibIn;
import io.margay.bgp.rib.AdjRibOut;
import io.margay.bgp.rib.BestRoute;
import io.margay.bgp.rib.ExportRules;
import io.margay.bgp.rib.ImportRules;
import io.margay.bgp.rib.LocRib;
import io.margay.bgp.rib.Route;
import io.margay.bgp.rib.RouteSource.Local;
import io.margay.bgp.rib.RouteSource.Peer;
import io.margay.bgp.session.NegotiatedSession;
import io.margay.bgp.session.PeerConfig;
import io.margay.bgp.session.PeerSession;
import io.margay.bgp.session.SessionEnd;
import io.margay.bgp.session.SessionListener;
import io.margay.loop.EventLoop;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One peer with all that belongs to it: its session, what it told us, what it is told, and what
/// becomes of its routes while it is away.
final class Neighbor implements SessionListener {

  private static final Logger log = LoggerFactory.getLogger(Neighbor.class);

  /// Octets that may wait for the peer before it is told no more.
  private static final long MAX_UNWRITTEN = 1 << 20;

  /// Prefixes to look at before others get a turn on the loop.
  private static final int MAX_PREFIXES_PER_FLUSH = 10_000;

  private static final Duration UNWRITTEN_POLL = Duration.ofMillis(10);

  /// How long stale routes may wait for End-of-RIB once the peer is back; RFC 4724 §4.2 leaves the
  /// limit to us.
  private static final Duration STALE_PATH_TIME = Duration.ofMinutes(6);

  private final PeerConfig config;
  private final BgpSpeaker speaker;
  private final EventLoop loop;
  private final LocRib locRib;
  private final PeerSession session;
  private final AdjRibIn adjRibIn = new AdjRibIn();
  private PeerPolicy policy;

  /// What holds while the session is established.
  private record Established(
      NegotiatedSession session, ExportRules exportRules, AdjRibOut adjRibOut) {}

  private @Nullable Established established;

  /// How the peer's routes are marked, and what is held against them. Outlives the session as its
  /// routes may.
  private @Nullable Peer source;

  private @Nullable ImportRules importRules;

  /// Families in which the end of our feed has not been said on this session.
  private final Set<IpFamily> endOfRibDue = EnumSet.noneOf(IpFamily.class);

  /// Families that the peer wants to be told once more, and those of them whose answer has begun.
  private final Set<IpFamily> refreshRequested = EnumSet.noneOf(IpFamily.class);

  private final Set<IpFamily> refreshing = EnumSet.noneOf(IpFamily.class);

  private boolean flushScheduled;

  /// When the next round of UPDATEs may begin.
  private long nextRoundNanos;

  private EventLoop.@Nullable Timer staleTimer;

  Neighbor(
      PeerConfig config,
      PeerPolicy policy,
      BgpSpeaker speaker,
      EventLoop loop,
      LocRib locRib,
      Function<SessionListener, PeerSession> session) {
    this.config = config;
    this.policy = policy;
    this.speaker = speaker;
    this.loop = loop;
    this.locRib = locRib;
    this.session = session.apply(this);
  }

  PeerConfig config() {
    return config;
  }

  PeerSession session() {
    return session;
  }

  PeerStatus status() {
    return new PeerStatus(
        config,
        session.state(),
        session.inState(),
        session.lastError(),
        adjRibIn.size(),
        adjRibIn.importedCount(),
        adjRibIn.staleCount(),
        established == null ? 0 : established.adjRibOut.size());
  }

  /// Puts another policy in force for routes that are there and for those to come.
  void setPolicy(PeerPolicy newPolicy) {
    policy = newPolicy;
    Peer from = source;
    if (from != null) {
      adjRibIn.reconsider(
          route -> isImported(route), from, (route, imported) -> use(route, imported));
    }
    exportPolicyChanged();
  }

  // The way in.

  @Override
  public void onEstablished(NegotiatedSession negotiated) {
    cancelStaleTimer();
    Peer now =
        new Peer(config.remoteAddress(), config.remoteAs(), negotiated.peerId(), config.external());
    if (!now.equals(source)) {
      forgetRoutes();
    }
    source = now;
    Map<IpFamily, IpAddress> selfNextHops = new EnumMap<>(IpFamily.class);
    selfNextHops.putAll(config.nextHops());
    selfNextHops.put(negotiated.localAddress().family(), negotiated.localAddress());
    importRules =
        new ImportRules(
            config.localAs(),
            config.remoteAs(),
            speaker.routerId(),
            new HashSet<>(selfNextHops.values()),
            config.enforceFirstAs());
    ExportRules exportRules =
        new ExportRules(
            config.remoteAddress(),
            config.localAs(),
            config.external(),
            negotiated.families(),
            selfNextHops,
            config.nextHopSelf());
    AdjRibOut adjRibOut = new AdjRibOut(negotiated.codec());
    established = new Established(negotiated, exportRules, adjRibOut);
    keepStaleOnlyAsPromised(negotiated);
    // RFC 4724 §4.2: the end is said to every peer that has the capability.
    endOfRibDue.clear();
    refreshRequested.clear();
    refreshing.clear();
    nextRoundNanos = loop.nanoTime();
    if (negotiated.peerRestart().isPresent()) {
      endOfRibDue.addAll(negotiated.families());
    }
    adjRibOut.markAll(locRib.prefixes());
    scheduleFlush();
    speaker.initialFeed().established(config.remoteAddress(), negotiated);
  }

  @Override
  public void onUpdate(Update update) {
    Peer from = source;
    Established current = established;
    if (from == null || current == null) {
      return;
    }
    for (IpPrefix prefix : update.withdrawn()) {
      adjRibIn.remove(prefix);
      locRib.remove(prefix, from);
    }
    for (Announcement announcement : update.announced()) {
      for (IpPrefix prefix : announcement.prefixes()) {
        // What was not negotiated is ignored (RFC 4760 §6).
        if (current.session.families().contains(prefix.family())) {
          Route route = new Route(prefix, announcement.attributes(), from);
          boolean imported = isImported(route);
          adjRibIn.put(prefix, route.attributes(), imported);
          use(route, imported);
        }
      }
    }
    limitPrefixes(current.session.families());
  }

  /// RFC 4271 §6.7, RFC 4486 §4.
  private void limitPrefixes(Set<IpFamily> families) {
    int limit = config.maxPrefixes();
    for (IpFamily family : families) {
      if (limit > 0 && adjRibIn.freshCount(family) > limit) {
        AfiSafi afiSafi = AfiSafi.unicast(family);
        ByteBuffer data = ByteBuffer.allocate(7).putShort((short) afiSafi.afi());
        data.put((byte) afiSafi.safi()).putInt(limit);
        session.reset(
            Notification.of(Cease.MAXIMUM_NUMBER_OF_PREFIXES_REACHED, data.array()),
            "more than %d prefixes of %s".formatted(limit, family));
        return;
      }
    }
  }

  private boolean isImported(Route route) {
    ImportRules rules = importRules;
    if (rules == null) {
      return false;
    }
    Optional<String> objection = rules.objection(route.prefix(), route.attributes());
    objection.ifPresent(reason ->
        log.debug("{} from {} is not used: {}", route.prefix(), config.remoteAddress(), reason));
    return objection.isEmpty() && policy.imports().imports(route);
  }

  private void use(Route route, boolean imported) {
    if (imported) {
      locRib.put(route);
    } else {
      locRib.remove(route.prefix(), route.source());
    }
  }

  @Override
  public void onEndOfRib(IpFamily family) {
    forgetStale(family);
    speaker.initialFeed().endOfRib(config.remoteAddress(), family);
  }

  @Override
  public void onRefreshBegin(IpFamily family) {
    adjRibIn.markStale(Set.of(family));
    if (adjRibIn.hasStale() && staleTimer == null) {
      staleTimer = loop.schedule(STALE_PATH_TIME, this::staleTimeOver);
    }
  }

  @Override
  public void onRefreshEnd(IpFamily family) {
    forgetStale(family);
  }

  private void forgetStale(IpFamily family) {
    forget(adjRibIn.stale(family));
    if (!adjRibIn.hasStale()) {
      cancelStaleTimer();
    }
  }

  // While the peer is away: the receiving speaker of RFC 4724 §4.2.

  @Override
  public void onDown(SessionEnd end) {
    Established last = established;
    established = null;
    endOfRibDue.clear();
    cancelStaleTimer();
    boolean mayStay = end.graceful() && last != null;
    // Routes that were stale already have had their chance: the peer has restarted twice.
    for (IpFamily family : IpFamily.values()) {
      forget(adjRibIn.stale(family));
    }
    if (last == null || !mayStay || last.session.peerRestart().isEmpty()) {
      forgetRoutes();
      return;
    }
    var restart = last.session.peerRestart().orElseThrow();
    Set<IpFamily> kept = EnumSet.noneOf(IpFamily.class);
    for (IpFamily family : IpFamily.values()) {
      if (restart.covers(family)) {
        kept.add(family);
      } else {
        forget(adjRibIn.prefixes(family));
      }
    }
    adjRibIn.markStale(kept);
    if (adjRibIn.hasStale()) {
      log.info(
          "{} routes of {} are kept for {} s, in case it restarts (RFC 4724)",
          adjRibIn.staleCount(),
          config.remoteAddress(),
          restart.restartTimeSeconds());
      staleTimer =
          loop.schedule(Duration.ofSeconds(restart.restartTimeSeconds()), this::staleTimeOver);
    }
  }

  /// The peer is back. What it does not say it kept forwarding for is not waited for.
  private void keepStaleOnlyAsPromised(NegotiatedSession negotiated) {
    if (!adjRibIn.hasStale()) {
      return;
    }
    for (IpFamily family : IpFamily.values()) {
      boolean promised =
          negotiated.families().contains(family)
              && negotiated.peerRestart().filter(r -> r.forwards(family)).isPresent();
      if (!promised) {
        forget(adjRibIn.stale(family));
      }
    }
    if (adjRibIn.hasStale()) {
      staleTimer = loop.schedule(STALE_PATH_TIME, this::staleTimeOver);
    }
  }

  private void staleTimeOver() {
    staleTimer = null;
    log.info(
        "{} stale routes of {} are dropped: it did not tell them again in time",
        adjRibIn.staleCount(),
        config.remoteAddress());
    for (IpFamily family : IpFamily.values()) {
      forget(adjRibIn.stale(family));
    }
  }

  private void cancelStaleTimer() {
    if (staleTimer != null) {
      staleTimer.cancel();
      staleTimer = null;
    }
  }

  /// Drops all the peer told.
  void forgetRoutes() {
    cancelStaleTimer();
    for (IpFamily family : IpFamily.values()) {
      forget(adjRibIn.prefixes(family));
    }
  }

  private void forget(List<IpPrefix> prefixes) {
    Peer from = source;
    for (IpPrefix prefix : prefixes) {
      adjRibIn.remove(prefix);
      if (from != null) {
        locRib.remove(prefix, from);
      }
    }
  }

  // The way out.

  void bestChanged(IpPrefix prefix) {
    if (established != null) {
      established.adjRibOut.mark(prefix);
      scheduleFlush();
    }
  }

  void exportPolicyChanged() {
    if (established != null) {
      established.adjRibOut.markAll(locRib.prefixes());
      scheduleFlush();
    }
  }

  @Override
  public void onRouteRefresh(IpFamily family) {
    if (established != null) {
      refreshRequested.add(family);
      scheduleFlush();
    }
  }

  /// Begins what the peer asked for, but no marked answer before the end of the first feed (RFC
  /// 7313 §4.1), which the peer is told everything in anyway.
  private void answerRefresh(Established current) {
    for (IpFamily family : IpFamily.values()) {
      boolean marked = current.session.enhancedRefresh();
      boolean mustWait = marked && endOfRibDue.contains(family);
      if (!mustWait && refreshRequested.remove(family)) {
        if (marked && refreshing.add(family)) {
          session.send(MessageEncoder.encode(RouteRefresh.of(family, RouteRefresh.BEGIN)));
        }
        current.adjRibOut.repeat(family);
      }
    }
  }

  /// Asks the peer for all its routes of a family once more, if it can.
  void requestRefresh(IpFamily family) {
    Established current = established;
    if (current != null
        && current.session.routeRefresh()
        && current.session.families().contains(family)) {
      session.send(MessageEncoder.encode(RouteRefresh.of(family, RouteRefresh.REQUEST)));
    }
  }

  /// Changes of one turn of the loop go out together, or those of one advertisement interval.
  private void scheduleFlush() {
    if (flushScheduled) {
      return;
    }
    flushScheduled = true;
    Duration wait = Duration.ofNanos(nextRoundNanos - loop.nanoTime());
    if (config.advertisementInterval().isZero() || !wait.isPositive()) {
      loop.execute(this::flush);
    } else {
      loop.schedule(wait, this::flush);
    }
  }

  private void flush() {
    flushScheduled = false;
    Established current = established;
    if (current == null) {
      return;
    }
    if (session.unwritten() > MAX_UNWRITTEN) {
      flushScheduled = true;
      loop.schedule(UNWRITTEN_POLL, this::flush);
      return;
    }
    answerRefresh(current);
    current.adjRibOut.flush(
        prefix -> wanted(prefix, current.exportRules), MAX_PREFIXES_PER_FLUSH, session::send);
    if (current.adjRibOut.isDirty()) {
      flushScheduled = true;
      loop.execute(this::flush);
      return;
    }
    nextRoundNanos = loop.nanoTime() + session.jittered(config.advertisementInterval()).toNanos();
    for (IpFamily family : refreshing) {
      session.send(MessageEncoder.encode(RouteRefresh.of(family, RouteRefresh.END)));
    }
    refreshing.clear();
    if (!speaker.isDeferring() && !endOfRibDue.isEmpty()) {
      for (IpFamily family : endOfRibDue) {
        session.send(MessageEncoder.encode(new EndOfRib(family)));
      }
      endOfRibDue.clear();
      if (!refreshRequested.isEmpty()) {
        scheduleFlush();
      }
    }
  }

  /// Until the initial feed is complete after a restart, what peers told us is not passed on: it
  /// may not be the best yet (RFC 4724 §4.1). What is our own cannot get better by waiting.
  private @Nullable PathAttributes wanted(IpPrefix prefix, ExportRules rules) {
    BestRoute best = locRib.best(prefix);
    if (best == null || (speaker.isDeferring() && !(best.best().source() instanceof Local))) {
      return null;
    }
    PathAttributes attributes = rules.export(best.best());
    return attributes != null && policy.exports().exports(best.best()) ? attributes : null;
  }
}
