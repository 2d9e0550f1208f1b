package io.margay.bgp.session;

import io.margay.bgp.message.AfiSafi;
import io.margay.bgp.message.AttributeError;
import io.margay.bgp.message.BgpMessage.EndOfRib;
import io.margay.bgp.message.BgpMessage.Notification;
import io.margay.bgp.message.BgpMessage.Open;
import io.margay.bgp.message.BgpMessage.RouteRefresh;
import io.margay.bgp.message.Capability;
import io.margay.bgp.message.MessageEncoder;
import io.margay.bgp.message.NotificationError.Cease;
import io.margay.loop.EventLoop;
import io.margay.loop.Transport;
import io.margay.net.IpFamily;
import io.margay.net.Ipv4Address;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The session with one peer (RFC 4271 §8): connects, accepts, decides between two connections, and
/// tries again after it has ended. All calls on the event loop.
///
/// Timers: the pause between attempts is the peer's connect retry time. After an error, that is a
/// NOTIFICATION by either side other than a Cease received, connections are neither made nor
/// accepted for a pause of 1 s that doubles with each error up to 60 s, and is 1 s again once a
/// session has lasted for a minute (DampPeerOscillations of RFC 4271 §8.1.1). All are shortened by
/// up to a quarter, at random (RFC 4271 §10).
public final class PeerSession {

  private static final Logger log = LoggerFactory.getLogger(PeerSession.class);

  private static final Duration FIRST_ERROR_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_ERROR_PAUSE = Duration.ofMinutes(1);
  private static final Duration STABLE = Duration.ofMinutes(1);
  private static final double MIN_JITTER = 0.75;

  private final PeerConfig config;
  private final Ipv4Address routerId;
  private final Supplier<RestartState> restartState;
  private final EventLoop loop;
  private final Transport transport;
  private final Random random;
  private final SessionListener listener;

  private boolean started;

  /// Connections that have not come to a session yet, at most one of each direction.
  private @Nullable Link outgoing;

  private @Nullable Link incoming;
  private @Nullable Link established;

  /// Runs out when it is time to connect (again).
  private EventLoop.@Nullable Timer retryTimer;

  /// Whether the retry timer is the pause after an error.
  private boolean pausing;

  private Duration errorPause = FIRST_ERROR_PAUSE;
  private long establishedNanos;
  private SessionState state = SessionState.IDLE;
  private long stateSinceNanos;
  private String lastError = "";

  /// A session that is not started.
  ///
  /// @param restartState asked for each OPEN
  public PeerSession(
      PeerConfig config,
      Ipv4Address routerId,
      Supplier<RestartState> restartState,
      EventLoop loop,
      Transport transport,
      Random random,
      SessionListener listener) {
    this.config = config;
    this.routerId = routerId;
    this.restartState = restartState;
    this.loop = loop;
    this.transport = transport;
    this.random = random;
    this.listener = listener;
    this.stateSinceNanos = loop.nanoTime();
  }

  public PeerConfig config() {
    return config;
  }

  public SessionState state() {
    return state;
  }

  /// How long the session has been in its state.
  public Duration inState() {
    return Duration.ofNanos(loop.nanoTime() - stateSinceNanos);
  }

  /// Why the session last ended or could not begin; empty if it never did.
  public String lastError() {
    return lastError;
  }

  /// Begins to connect and to accept.
  public void start() {
    if (!started) {
      started = true;
      connect();
      changed();
    }
  }

  /// Ends what there is with `notification`, and stays idle. [SessionListener#onDown] is called if
  /// the session was established.
  public void stop(Notification notification) {
    started = false;
    cancelRetry();
    SessionEnd end = new SessionEnd(SessionEnd.Kind.STOPPED, notification.describe());
    for (Link link : links()) {
      link.end(notification, end);
    }
    changed();
  }

  /// Ends the established session with `notification` and tries again after the longest pause, as
  /// the peer will most likely do again what it did. The peer's routes go.
  public void reset(Notification notification, String detail) {
    Link link = established;
    if (link != null) {
      errorPause = LONGEST_ERROR_PAUSE;
      // A session that lasted does not shorten this pause.
      establishedNanos = loop.nanoTime();
      String reason = "sent NOTIFICATION: %s (%s)".formatted(notification.describe(), detail);
      link.end(notification, new SessionEnd(SessionEnd.Kind.ERROR, reason, false));
    }
  }

  /// Decides about a connection from the peer's address.
  public Transport.@Nullable Handler accept(Transport.Connection connection) {
    if (!started || pausing) {
      return null;
    }
    if (established != null && established.negotiated().peerRestart().isEmpty()) {
      // RFC 4271 §6.8: what is established stays.
      return null;
    }
    // With graceful restart the peer may have died without our kernel noticing. If so it will bring
    // the new connection up, which then replaces the old one (RFC 4724 §5); if this is only the
    // loser of a collision, it won't.
    if (incoming != null) {
      incoming.close();
    }
    incoming = Link.accept(this, loop, connection);
    changed();
    return incoming;
  }

  /// Sends a whole message on the established session; does nothing without one.
  public void send(ByteBuffer frame) {
    if (established != null) {
      established.send(frame);
    }
  }

  /// Octets that wait for the peer to read.
  public long unwritten() {
    return established == null ? 0 : established.unwritten();
  }

  private void connect() {
    cancelRetry();
    if (!started || config.passive() || established != null) {
      return;
    }
    if (outgoing != null) {
      if (outgoing.phase() != Link.Phase.CONNECTING) {
        return;
      }
      // RFC 4271 §8.2.2, Connect: an attempt that takes too long is given up for another.
      outgoing.close();
      lastError = "cannot connect: no answer";
    }
    outgoing = Link.connect(this, loop, transport);
    retryAfter(config.connectRetryTime());
  }

  private void retryAfter(Duration pause) {
    cancelRetry();
    retryTimer =
        loop.schedule(
            jittered(pause),
            () -> {
              connect();
              changed();
            });
  }

  private void cancelRetry() {
    if (retryTimer != null) {
      retryTimer.cancel();
    }
    retryTimer = null;
    pausing = false;
  }

  // What links ask and tell.

  SessionListener listener() {
    return listener;
  }

  Ipv4Address routerId() {
    return routerId;
  }

  Open localOpen() {
    List<Capability> capabilities = new ArrayList<>();
    List<IpFamily> families =
        Stream.of(IpFamily.values()).filter(config.families()::contains).toList();
    for (IpFamily family : families) {
      capabilities.add(new Capability.Multiprotocol(AfiSafi.unicast(family)));
    }
    capabilities.add(new Capability.RouteRefresh());
    capabilities.add(new Capability.ExtendedMessage());
    if (config.gracefulRestart()) {
      RestartState restart = restartState.get();
      capabilities.add(
          new Capability.GracefulRestart(
              restart.restarting(),
              config.gracefulNotification(),
              (int) config.restartTime().toSeconds(),
              families.stream()
                  .map(family ->
                      new Capability.GracefulRestart.Family(
                          AfiSafi.unicast(family), restart.forwarding()))
                  .toList()));
    }
    capabilities.add(new Capability.FourOctetAs(config.localAs()));
    if (config.addPathReceive() || config.addPathSend()) {
      capabilities.add(
          new Capability.AddPath(
              families.stream()
                  .map(family ->
                      new Capability.AddPath.Directions(
                          AfiSafi.unicast(family), config.addPathReceive(), config.addPathSend()))
                  .toList()));
    }
    capabilities.add(new Capability.EnhancedRouteRefresh());
    return new Open(config.localAs(), (int) config.holdTime().toSeconds(), routerId, capabilities);
  }

  /// Connection collision detection (RFC 4271 §6.8): of two connections, the one that was opened by
  /// the speaker with the higher identifier stays; with equal ones, the higher AS (RFC 6286 §2.3).
  /// The loser is closed here.
  ///
  /// @return whether `link`, which has just got its peer's OPEN, goes on
  boolean winsCollision(Link link, Open open) {
    Link other = link.isOutgoing() ? incoming : outgoing;
    if (other == null) {
      return true;
    }
    if (other.phase() == Link.Phase.CONNECTING) {
      // Given up now rather than when this one is established, so that the peer does not take it
      // for a restart.
      other.close();
      forget(other);
      return true;
    }
    int byIdentifier = routerId.compareTo(open.bgpIdentifier());
    boolean oursWins =
        byIdentifier != 0 ? byIdentifier > 0 : config.localAs().compareTo(open.as()) > 0;
    Link loser = link.isOutgoing() == oursWins ? other : link;
    loser.send(MessageEncoder.encode(Notification.of(Cease.CONNECTION_COLLISION_RESOLUTION)));
    loser.close();
    forget(loser);
    return loser != link;
  }

  void established(Link link) {
    cancelRetry();
    Link old = established;
    if (old != null) {
      old.close();
      down(old, new SessionEnd(SessionEnd.Kind.LOST, "the peer has opened a new connection"));
    }
    forget(link);
    for (Link other : links()) {
      other.close();
      forget(other);
    }
    established = link;
    establishedNanos = loop.nanoTime();
    changed();
    NegotiatedSession negotiated = link.negotiated();
    log.info(
        "session with {} established: AS {}, {}, hold time {} s",
        config.remoteAddress(),
        config.remoteAs(),
        negotiated.families(),
        negotiated.holdTime().toSeconds());
    listener.onEstablished(negotiated);
  }

  /// A link has closed; it has told the peer what there was to tell.
  void ended(Link link, SessionEnd end) {
    boolean wasEstablished = link == established;
    forget(link);
    if (wasEstablished) {
      down(link, end);
    } else {
      lastError = end.reason();
      log.debug("connection with {}: {}", config.remoteAddress(), end.reason());
    }
    if (started && links().isEmpty()) {
      tryAgain(end);
    }
    changed();
  }

  private void down(Link link, SessionEnd end) {
    if (established == link) {
      established = null;
    }
    lastError = end.reason();
    if (loop.nanoTime() - establishedNanos >= STABLE.toNanos()) {
      errorPause = FIRST_ERROR_PAUSE;
    }
    listener.onDown(end);
    if (end.kind() == SessionEnd.Kind.STOPPED) {
      sayDown(end);
    } else {
      // Those who use the peer's routes hear of it before operators do: by a timer, which runs when
      // what is to be told has been written.
      loop.schedule(Duration.ZERO, () -> sayDown(end));
    }
  }

  private void sayDown(SessionEnd end) {
    log.info("session with {} is down: {}", config.remoteAddress(), end.reason());
  }

  private void tryAgain(SessionEnd end) {
    switch (end.kind()) {
      case ERROR -> {
        retryAfter(errorPause);
        pausing = true;
        Duration doubled = errorPause.multipliedBy(2);
        errorPause = doubled.compareTo(LONGEST_ERROR_PAUSE) > 0 ? LONGEST_ERROR_PAUSE : doubled;
      }
      case LOST, PEER_CEASED -> {
        if (retryTimer == null) {
          retryAfter(config.connectRetryTime());
        }
      }
      case STOPPED -> {}
    }
  }

  void endOfRib(NegotiatedSession session, EndOfRib endOfRib) {
    if (session.families().contains(endOfRib.family())) {
      listener.onEndOfRib(endOfRib.family());
    }
  }

  /// RFC 2918 §4: a family that was not negotiated is ignored. So are the marks of RFC 7313 from a
  /// peer that does not offer them, and subtypes that nobody has defined (§5).
  void routeRefresh(NegotiatedSession session, RouteRefresh refresh) {
    IpFamily family = refresh.afiSafi().family().filter(session.families()::contains).orElse(null);
    if (family == null) {
      return;
    }
    switch (refresh.subtype()) {
      case RouteRefresh.REQUEST -> listener.onRouteRefresh(family);
      case RouteRefresh.BEGIN -> {
        if (session.enhancedRefresh()) {
          listener.onRefreshBegin(family);
        }
      }
      case RouteRefresh.END -> {
        if (session.enhancedRefresh()) {
          listener.onRefreshEnd(family);
        }
      }
      default -> {}
    }
  }

  void malformed(List<AttributeError> errors) {
    for (AttributeError error : errors) {
      log.warn(
          "UPDATE from {} is malformed: {}. Reaction: {} (RFC 7606). Look at the peer's software.",
          config.remoteAddress(),
          error.message(),
          error.reaction());
    }
  }

  /// Shortened by up to a quarter, at random (RFC 4271 §10).
  public Duration jittered(Duration duration) {
    double factor = MIN_JITTER + (1 - MIN_JITTER) * random.nextDouble();
    return Duration.ofNanos((long) (duration.toNanos() * factor));
  }

  private void forget(Link link) {
    if (link == outgoing) {
      outgoing = null;
    }
    if (link == incoming) {
      incoming = null;
    }
    if (link == established) {
      established = null;
    }
  }

  private List<Link> links() {
    return Stream.of(outgoing, incoming, established)
        .<Link>mapMulti((link, sink) -> {
          if (link != null) {
            sink.accept(link);
          }
        })
        .toList();
  }

  /// Notes the state, and the moment of its change.
  void changed() {
    SessionState now =
        links().stream()
            .map(link -> link.phase().state())
            .max(SessionState::compareTo)
            .orElse(started && !pausing ? SessionState.ACTIVE : SessionState.IDLE);
    if (now != state) {
      state = now;
      stateSinceNanos = loop.nanoTime();
    }
  }

  /// The peer's address.
  @Override
  public String toString() {
    return config.remoteAddress().toString();
  }
}
