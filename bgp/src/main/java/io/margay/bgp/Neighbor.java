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
import io.margay.bgp.message.PrefixList;
import io.margay.bgp.rib.AdjRibIn;
import io.margay.bgp.rib.ExportGroup;
import io.margay.bgp.rib.ExportMember;
import io.margay.bgp.rib.ExportRules;
import io.margay.bgp.rib.ImportPolicy;
import io.margay.bgp.rib.ImportRules;
import io.margay.bgp.rib.LocRib;
import io.margay.bgp.rib.Path;
import io.margay.bgp.rib.RibEntry;
import io.margay.bgp.rib.Route;
import io.margay.bgp.rib.RouteSource.Peer;
import io.margay.bgp.session.NegotiatedSession;
import io.margay.bgp.session.PeerConfig;
import io.margay.bgp.session.PeerSession;
import io.margay.bgp.session.SessionEnd;
import io.margay.bgp.session.SessionListener;
import io.margay.bgp.session.SessionState;
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

  /// How long stale routes may wait for End-of-RIB once the peer is back; RFC 4724 §4.2 leaves the
  /// limit to us.
  private static final Duration STALE_PATH_TIME = Duration.ofMinutes(6);

  private static final Set<IpFamily> ALL = Set.of(IpFamily.values());

  private final PeerConfig config;
  private final BgpSpeaker speaker;
  private final EventLoop loop;
  private final LocRib locRib;
  private final PeerSession session;
  private final boolean dynamic;
  private PeerPolicy policy;

  /// What holds while the session is established.
  private record Established(
      NegotiatedSession session, ExportRules rules, ExportGroup group, ExportMember member) {}

  private @Nullable Established established;

  /// What the peer told, and what is held against it. Outlives the session as routes may.
  private @Nullable AdjRibIn adjRibIn;

  private @Nullable ImportRules importRules;

  /// Families in which the end of our feed has not been said on this session.
  private final Set<IpFamily> endOfRibDue = EnumSet.noneOf(IpFamily.class);

  /// Families that the peer wants to be told once more, and those of them whose answer has begun.
  private final Set<IpFamily> refreshRequested = EnumSet.noneOf(IpFamily.class);

  private final Set<IpFamily> refreshing = EnumSet.noneOf(IpFamily.class);

  /// Whether the peer has told anything on this session.
  private boolean hasTold;

  /// Until when stale routes may wait for the peer to be back, by the loop's clock.
  private long staleUntilNanos;

  private EventLoop.@Nullable Timer staleTimer;

  /// A peer whose session is not started.
  ///
  /// @param dynamic whether it is only known since it has connected
  Neighbor(
      PeerConfig config,
      PeerPolicy policy,
      boolean dynamic,
      BgpSpeaker speaker,
      EventLoop loop,
      LocRib locRib,
      Function<SessionListener, PeerSession> session) {
    this.config = config;
    this.policy = policy;
    this.dynamic = dynamic;
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
        adjRibIn == null ? 0 : adjRibIn.size(),
        adjRibIn == null ? 0 : adjRibIn.importedCount(),
        adjRibIn == null ? 0 : adjRibIn.staleCount(),
        established == null ? 0 : established.group.advertised(established.member),
        policy.client(),
        dynamic,
        established == null ? null : established.session);
  }

  // What operators look at.

  boolean isStale(Path path) {
    return adjRibIn != null && adjRibIn.isStale(path);
  }

  /// What the peer has been told of a prefix.
  List<RibEntry> told(IpPrefix prefix) {
    return established == null ? List.of() : established.group.told(established.member, prefix);
  }

  /// Why a path of the peer is not used.
  Optional<String> objection(RibEntry entry) {
    ImportRules rules = importRules;
    if (entry.use() == RibEntry.Use.UNREACHABLE) {
      return Optional.of("no way to the next hop (RFC 4271 §9.1.2.1)");
    }
    if (entry.use() != RibEntry.Use.REFUSED || rules == null) {
      return Optional.empty();
    }
    if (!ImportRules.isUnicast(entry.prefix())) {
      return Optional.of("it is no unicast prefix (RFC 4271 §6.3)");
    }
    return Optional.of(rules.objection(entry.attributes()).orElse("refused by the import policy"));
  }

  PeerPolicy policy() {
    return policy;
  }

  /// Whether it is only known since it has connected.
  boolean isDynamic() {
    return dynamic;
  }

  /// Whether a peer that was not configured has gone and left nothing behind.
  boolean isForgettable(Duration after) {
    boolean away = session.state() == SessionState.IDLE || session.state() == SessionState.ACTIVE;
    boolean empty = adjRibIn == null || adjRibIn.size() == 0;
    return dynamic && away && empty && session.inState().compareTo(after) >= 0;
  }

  /// Puts another policy in force for routes that are there and for those to come.
  ///
  /// @param newPolicy as much a client as the one before
  void setPolicy(PeerPolicy newPolicy) {
    policy = newPolicy;
    ImportRules rules = importRules;
    if (adjRibIn != null && rules != null) {
      adjRibIn.reconsider(
          route -> rules.objection(route.attributes()).isEmpty() && isImported(route));
    }
    Established last = established;
    if (last != null) {
      join(last.session, last.rules, last);
      last.group.leave(last.member);
    }
  }

  // The way in.

  @Override
  public void onEstablished(NegotiatedSession negotiated) {
    cancelStaleTimer();
    hasTold = false;
    Peer now =
        new Peer(
            config.remoteAddress(),
            config.remoteAs(),
            negotiated.peerId(),
            config.external(),
            policy.client());
    if (adjRibIn == null || !now.equals(adjRibIn.source())) {
      forgetRoutes();
      adjRibIn = new AdjRibIn(locRib, now);
    }
    Map<IpFamily, IpAddress> selfNextHops = new EnumMap<>(IpFamily.class);
    selfNextHops.putAll(config.nextHops());
    selfNextHops.put(negotiated.localAddress().family(), negotiated.localAddress());
    importRules =
        new ImportRules(
            config.localAs(),
            config.remoteAs(),
            speaker.routerId(),
            speaker.clusterId(),
            new HashSet<>(selfNextHops.values()),
            config.enforceFirstAs());
    ExportRules exportRules =
        new ExportRules(
            config.localAs(),
            speaker.clusterId(),
            config.external(),
            policy.client(),
            negotiated.families(),
            selfNextHops,
            config.nextHopSelf());
    join(negotiated, exportRules, null);
    keepStaleOnlyAsPromised(negotiated);
    // RFC 4724 §4.2: the end is said to every peer that has the capability.
    endOfRibDue.clear();
    refreshRequested.clear();
    refreshing.clear();
    if (negotiated.peerRestart().isPresent()) {
      endOfRibDue.addAll(negotiated.families());
    }
    if (!endOfRibDue.isEmpty()) {
      speaker.exports().awaitAllTold(this);
    }
    speaker.initialFeed().established(config.remoteAddress(), negotiated);
  }

  /// Makes the peer one of those that are told the same.
  private void join(NegotiatedSession negotiated, ExportRules rules, @Nullable Established before) {
    AdjRibIn from = adjRibIn;
    if (from == null) {
      return;
    }
    ExportGroup group =
        speaker.exports().group(new ExportGroup.Key(rules, negotiated.codec(), policy.exports()));
    ExportMember member =
        before == null
            ? group.join(
                from.source(), new SessionOutlet(session, loop, speaker.exports()::scheduleFlush))
            : group.join(
                from.source(),
                new SessionOutlet(session, loop, speaker.exports()::scheduleFlush),
                before.group);
    established = new Established(negotiated, rules, group, member);
  }

  @Override
  public void onUpdate(Update update) {
    AdjRibIn from = adjRibIn;
    Established current = established;
    ImportRules rules = importRules;
    if (from == null || current == null || rules == null) {
      return;
    }
    hasTold = true;
    PrefixList withdrawn = update.withdrawn();
    for (int i = 0; i < withdrawn.size(); i++) {
      from.remove(withdrawn, i, update.withdrawnIds().get(i));
    }
    for (Announcement announcement : update.announced()) {
      PathAttributes attributes = announcement.attributes();
      Optional<String> objection = rules.objection(attributes);
      PrefixList prefixes = announcement.prefixes();
      // What was not negotiated is ignored (RFC 4760 §6).
      if (prefixes.isEmpty() || !current.session.families().contains(prefixes.family(0))) {
        continue;
      }
      if (objection.isPresent()) {
        log.debug("{} from {} are not used: {}", prefixes, config.remoteAddress(), objection.get());
      }
      for (int i = 0; i < prefixes.size(); i++) {
        boolean imported =
            objection.isEmpty()
                && ImportRules.isUnicast(prefixes, i)
                && (ImportPolicy.ALL.equals(policy.imports())
                    || policy
                        .imports()
                        .imports(new Route(prefixes.get(i), attributes, from.source())));
        from.put(prefixes, i, announcement.pathIds().get(i), attributes, imported);
      }
    }
    limitPrefixes(from, current.session.families());
  }

  /// RFC 4271 §6.7, RFC 4486 §4.
  private void limitPrefixes(AdjRibIn from, Set<IpFamily> families) {
    int limit = config.maxPrefixes();
    for (IpFamily family : families) {
      if (limit > 0 && from.freshCount(family) > limit) {
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
    return ImportRules.isUnicast(route.prefix()) && policy.imports().imports(route);
  }

  @Override
  public void onEndOfRib(IpFamily family) {
    hasTold = true;
    forgetStale(family);
    speaker.initialFeed().endOfRib(config.remoteAddress(), family);
  }

  @Override
  public void onRefreshBegin(IpFamily family) {
    if (adjRibIn != null) {
      adjRibIn.markStale(EnumSet.of(family));
      if (adjRibIn.hasStale() && staleTimer == null) {
        staleTimer = loop.schedule(STALE_PATH_TIME, this::staleTimeOver);
      }
    }
  }

  @Override
  public void onRefreshEnd(IpFamily family) {
    forgetStale(family);
  }

  private void forgetStale(IpFamily family) {
    if (adjRibIn != null) {
      adjRibIn.forgetStale(EnumSet.of(family));
      if (!adjRibIn.hasStale()) {
        cancelStaleTimer();
      }
    }
  }

  // While the peer is away: the receiving speaker of RFC 4724 §4.2.

  @Override
  public void onDown(SessionEnd end) {
    Established last = established;
    established = null;
    if (last != null) {
      last.group.leave(last.member);
    }
    endOfRibDue.clear();
    cancelStaleTimer();
    AdjRibIn from = adjRibIn;
    boolean mayStay = end.graceful();
    if (from == null || last == null || !mayStay || last.session.peerRestart().isEmpty()) {
      forgetRoutes();
      return;
    }
    var restart = last.session.peerRestart().orElseThrow();
    if (hasTold || !from.hasStale()) {
      // Routes that were stale already have had their chance: the peer has restarted twice.
      from.forgetStale(ALL);
      staleUntilNanos =
          loop.nanoTime() + Duration.ofSeconds(restart.restartTimeSeconds()).toNanos();
    }
    Set<IpFamily> lost = EnumSet.allOf(IpFamily.class);
    lost.removeIf(restart::covers);
    from.forget(lost);
    from.markStale(ALL);
    if (from.hasStale()) {
      Duration rest = Duration.ofNanos(Math.max(0, staleUntilNanos - loop.nanoTime()));
      log.info(
          "{} routes of {} are kept for {} s, in case it restarts (RFC 4724)",
          from.staleCount(),
          config.remoteAddress(),
          Math.ceilDiv(rest.toMillis(), 1000L));
      staleTimer = loop.schedule(rest, this::staleTimeOver);
    }
  }

  /// The peer is back. What it does not say it kept forwarding for is not waited for.
  private void keepStaleOnlyAsPromised(NegotiatedSession negotiated) {
    AdjRibIn from = adjRibIn;
    if (from == null || !from.hasStale()) {
      return;
    }
    Set<IpFamily> broken = EnumSet.allOf(IpFamily.class);
    broken.removeIf(family ->
        negotiated.families().contains(family)
            && negotiated.peerRestart().filter(r -> r.forwards(family)).isPresent());
    from.forgetStale(broken);
    if (from.hasStale()) {
      staleTimer = loop.schedule(STALE_PATH_TIME, this::staleTimeOver);
    }
  }

  private void staleTimeOver() {
    staleTimer = null;
    if (adjRibIn != null) {
      log.info(
          "{} stale routes of {} are dropped: it did not tell them again in time",
          adjRibIn.staleCount(),
          config.remoteAddress());
      adjRibIn.forgetStale(ALL);
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
    if (adjRibIn != null) {
      adjRibIn.forget(ALL);
    }
  }

  // The way out.

  @Override
  public void onDrained() {
    speaker.exports().scheduleFlush();
  }

  @Override
  public void onRouteRefresh(IpFamily family) {
    if (established != null) {
      refreshRequested.add(family);
      speaker.exports().awaitAllTold(this);
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

  /// Says what is to be said once the peer has been told everything: that our feed or the answer to
  /// a refresh is complete.
  ///
  /// @return whether nothing of that kind is left
  boolean sayAllTold() {
    Established current = established;
    if (current == null) {
      return true;
    }
    if (!current.group.hasToldAll(current.member)) {
      return false;
    }
    for (IpFamily family : refreshing) {
      session.send(MessageEncoder.encode(RouteRefresh.of(family, RouteRefresh.END)));
    }
    refreshing.clear();
    if (speaker.saysEndOfRib()) {
      for (IpFamily family : endOfRibDue) {
        session.send(MessageEncoder.encode(new EndOfRib(family)));
      }
      endOfRibDue.clear();
    }
    answerRefresh(current);
    return endOfRibDue.isEmpty() && refreshRequested.isEmpty() && refreshing.isEmpty();
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
        current.group.repeat(current.member, family);
      }
    }
  }
}
