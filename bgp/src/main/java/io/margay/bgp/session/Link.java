package io.margay.bgp.session;

import io.margay.bgp.message.BgpMessage;
import io.margay.bgp.message.BgpMessage.EndOfRib;
import io.margay.bgp.message.BgpMessage.Keepalive;
import io.margay.bgp.message.BgpMessage.Notification;
import io.margay.bgp.message.BgpMessage.Open;
import io.margay.bgp.message.BgpMessage.RouteRefresh;
import io.margay.bgp.message.BgpMessage.Update;
import io.margay.bgp.message.Decoded;
import io.margay.bgp.message.MalformedMessageException;
import io.margay.bgp.message.MessageDecoder;
import io.margay.bgp.message.MessageEncoder;
import io.margay.bgp.message.MessageFramer;
import io.margay.bgp.message.NotificationError;
import io.margay.bgp.message.NotificationError.Cease;
import io.margay.bgp.message.SessionCodec;
import io.margay.loop.EventLoop;
import io.margay.loop.Transport;
import io.margay.net.IpAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// One connection to the peer, from the first octet to the last: the part of the state machine that
/// RFC 4271 §8 keeps for each connection. [PeerSession] decides between two of them.
///
/// ```
///   CONNECTING ──> OPEN_SENT ──OPEN──> OPEN_CONFIRM ──KEEPALIVE──> ESTABLISHED
///        └─────────────┴───────────────────┴────────────────────────────┴──> CLOSED
/// ```
final class Link implements Transport.Handler {

  enum Phase {
    CONNECTING(SessionState.CONNECT),
    OPEN_SENT(SessionState.OPEN_SENT),
    OPEN_CONFIRM(SessionState.OPEN_CONFIRM),
    ESTABLISHED(SessionState.ESTABLISHED),
    CLOSED(SessionState.IDLE);

    private final SessionState state;

    Phase(SessionState state) {
      this.state = state;
    }

    SessionState state() {
      return state;
    }
  }

  /// What RFC 4271 §8.2.2 suggests for the time until the OPEN has come.
  private static final Duration OPEN_HOLD_TIME = Duration.ofMinutes(4);

  /// UPDATEs cannot come before the OPEN, so this is never used for one.
  private static final SessionCodec UNKNOWN = new SessionCodec(true, true);

  private static final int KEEPALIVES_PER_HOLD_TIME = 3;

  /// RFC 9687 §3.1: the larger of this and twice the hold time.
  private static final Duration MIN_SEND_HOLD_TIME = Duration.ofMinutes(8);

  private final PeerSession session;
  private final EventLoop loop;
  private final boolean outgoing;
  private final MessageFramer framer = new MessageFramer();

  private Phase phase = Phase.CONNECTING;
  private Transport.@Nullable Connection connection;
  private @Nullable NegotiatedSession negotiated;
  private MessageDecoder decoder = new MessageDecoder(UNKNOWN);
  private Duration holdTime = OPEN_HOLD_TIME;
  private long lastReceivedNanos;

  /// Octets given to the connection so far, how many of them the kernel had taken when last looked
  /// at, and when that last was another number.
  private long handedOver;

  private long takenBefore;
  private long takenNanos;
  private EventLoop.@Nullable Timer holdTimer;
  private EventLoop.@Nullable Timer keepaliveTimer;

  private Link(PeerSession session, EventLoop loop, boolean outgoing) {
    this.session = session;
    this.loop = loop;
    this.outgoing = outgoing;
  }

  static Link connect(PeerSession session, EventLoop loop, Transport transport) {
    Link link = new Link(session, loop, true);
    PeerConfig config = session.config();
    link.connection =
        transport.connect(
            config.localAddress(), config.remoteSocketAddress(), config.protection(), link);
    return link;
  }

  static Link accept(PeerSession session, EventLoop loop, Transport.Connection connection) {
    Link link = new Link(session, loop, false);
    link.begin(connection);
    return link;
  }

  Phase phase() {
    return phase;
  }

  boolean isOutgoing() {
    return outgoing;
  }

  /// What the OPENs settled; only once both have passed.
  NegotiatedSession negotiated() {
    if (negotiated == null) {
      throw new IllegalStateException("no OPEN has come from " + session);
    }
    return negotiated;
  }

  @Override
  public void onOpen(Transport.Connection opened) {
    if (phase == Phase.CONNECTING) {
      begin(opened);
      session.changed();
    }
  }

  private void begin(Transport.Connection opened) {
    connection = opened;
    phase = Phase.OPEN_SENT;
    lastReceivedNanos = loop.nanoTime();
    send(MessageEncoder.encode(session.localOpen()));
    armHoldTimer(holdTime);
  }

  @Override
  public void onBytes(Transport.Connection from, ByteBuffer bytes) {
    if (phase == Phase.CLOSED) {
      return;
    }
    framer.append(bytes);
    try {
      while (phase != Phase.CLOSED) {
        ByteBuffer frame = framer.next();
        if (frame == null) {
          return;
        }
        lastReceivedNanos = loop.nanoTime();
        receive(decoder.read(frame));
      }
    } catch (MalformedMessageException e) {
      fail(e.notification(), String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void onDrained(Transport.Connection drained) {
    if (phase == Phase.ESTABLISHED) {
      session.listener().onDrained();
    }
  }

  private void receive(Decoded decoded) {
    BgpMessage message = decoded.message();
    if (message instanceof Notification notification) {
      notified(notification);
      return;
    }
    switch (phase) {
      case OPEN_SENT -> {
        if (message instanceof Open open) {
          opened(open);
        } else {
          unexpected(message, NotificationError.StateMachine.UNEXPECTED_MESSAGE_IN_OPEN_SENT);
        }
      }
      case OPEN_CONFIRM -> {
        if (message instanceof Keepalive) {
          phase = Phase.ESTABLISHED;
          session.established(this);
        } else {
          unexpected(message, NotificationError.StateMachine.UNEXPECTED_MESSAGE_IN_OPEN_CONFIRM);
        }
      }
      case ESTABLISHED -> established(decoded);
      case CONNECTING, CLOSED -> {}
    }
  }

  private void established(Decoded decoded) {
    session.malformed(decoded.errors());
    // Nearly all messages are of this kind, and this is the fastest way to know.
    if (decoded.message() instanceof Update update) {
      session.listener().onUpdate(update);
      return;
    }
    switch (decoded.message()) {
      case EndOfRib endOfRib -> session.endOfRib(negotiated(), endOfRib);
      case RouteRefresh refresh -> session.routeRefresh(negotiated(), refresh);
      case Keepalive _ -> {}
      case Open _, Update _, Notification _ ->
          unexpected(
              decoded.message(), NotificationError.StateMachine.UNEXPECTED_MESSAGE_IN_ESTABLISHED);
    }
  }

  private void opened(Open open) {
    PeerConfig config = session.config();
    if (!open.as().equals(config.remoteAs())) {
      fail(
          Notification.of(NotificationError.Open.BAD_PEER_AS),
          "the peer says it is in AS %s, configured is AS %s"
              .formatted(open.as(), config.remoteAs()));
      return;
    }
    if (!config.external() && open.bgpIdentifier().equals(session.routerId())) {
      fail(
          Notification.of(NotificationError.Open.BAD_BGP_IDENTIFIER),
          "the peer has our own BGP identifier %s (RFC 6286 §2.2)".formatted(session.routerId()));
      return;
    }
    negotiated = NegotiatedSession.of(config, open, localAddress());
    if (negotiated.families().isEmpty()) {
      fail(
          Notification.of(NotificationError.Open.UNSUPPORTED_CAPABILITY),
          "the peer offers %s, configured is %s".formatted(open.families(), config.families()));
      return;
    }
    if (!session.winsCollision(this, open)) {
      return;
    }
    decoder = new MessageDecoder(negotiated.codec());
    framer.use(negotiated.codec());
    phase = Phase.OPEN_CONFIRM;
    send(MessageEncoder.encode(new Keepalive()));
    holdTime = negotiated.holdTime();
    armHoldTimer(holdTime);
    takenNanos = loop.nanoTime();
    armKeepaliveTimer();
    session.changed();
  }

  private IpAddress localAddress() {
    if (connection == null) {
      throw new IllegalStateException("an OPEN without a connection");
    }
    return IpAddress.of(connection.localAddress().getAddress().getAddress());
  }

  private void notified(Notification notification) {
    boolean graceful = keepsRoutes();
    close();
    boolean ceased = notification.error().filter(Cease.class::isInstance).isPresent();
    session.ended(
        this,
        new SessionEnd(
            ceased ? SessionEnd.Kind.PEER_CEASED : SessionEnd.Kind.ERROR,
            "received NOTIFICATION: " + notification.describe(),
            graceful && !notification.isHardReset()));
  }

  /// Whether routes are kept over a NOTIFICATION of either side that is no hard reset.
  private boolean keepsRoutes() {
    return phase == Phase.ESTABLISHED && negotiated().gracefulNotification();
  }

  private void unexpected(BgpMessage message, NotificationError error) {
    fail(
        Notification.of(error),
        "%s in state %s".formatted(message.getClass().getSimpleName(), phase.state()));
  }

  @Override
  public void onClosed(Transport.Connection closed, @Nullable Throwable cause) {
    if (phase == Phase.CLOSED) {
      return;
    }
    boolean connecting = phase == Phase.CONNECTING;
    cancelTimers();
    phase = Phase.CLOSED;
    String reason = cause == null ? "closed by the peer" : String.valueOf(cause.getMessage());
    session.ended(
        this,
        new SessionEnd(
            SessionEnd.Kind.LOST,
            (connecting ? "cannot connect: " : "connection lost: ") + reason));
  }

  /// Tells the peer about an error and ends the connection.
  void fail(Notification notification, String detail) {
    end(
        notification,
        new SessionEnd(
            SessionEnd.Kind.ERROR,
            "sent NOTIFICATION: %s (%s)".formatted(notification.describe(), detail),
            keepsRoutes()));
  }

  /// Ends the connection with a NOTIFICATION; a hard one if the peer is to forget our routes but
  /// would keep them.
  void end(Notification notification, SessionEnd end) {
    if (phase == Phase.CLOSED) {
      return;
    }
    if (phase != Phase.CONNECTING) {
      boolean hard = keepsRoutes() && !end.graceful();
      send(MessageEncoder.encode(hard ? Notification.hardReset(notification) : notification));
    }
    close();
    session.ended(this, end);
  }

  /// Closes the connection without a word to anyone.
  void close() {
    cancelTimers();
    phase = Phase.CLOSED;
    if (connection != null) {
      connection.close();
    }
  }

  void send(ByteBuffer frame) {
    if (connection != null && phase != Phase.CLOSED) {
      handedOver += frame.remaining();
      connection.write(frame);
    }
  }

  long unwritten() {
    return connection == null ? 0 : connection.unwritten();
  }

  /// The timer is not set anew with each message: when it runs out it looks how long the peer has
  /// been silent, and waits for the rest.
  private void armHoldTimer(Duration delay) {
    if (holdTimer != null) {
      holdTimer.cancel();
    }
    holdTimer = holdTime.isZero() ? null : loop.schedule(delay, this::checkHoldTime);
  }

  private void checkHoldTime() {
    Duration silent = Duration.ofNanos(loop.nanoTime() - lastReceivedNanos);
    if (silent.compareTo(holdTime) < 0) {
      armHoldTimer(holdTime.minus(silent));
    } else {
      fail(
          Notification.of(NotificationError.Timer.HOLD_TIMER_EXPIRED),
          "nothing came for %d s".formatted(silent.toSeconds()));
    }
  }

  private void armKeepaliveTimer() {
    if (holdTime.isZero()) {
      return;
    }
    keepaliveTimer =
        loop.schedule(
            session.jittered(holdTime.dividedBy(KEEPALIVES_PER_HOLD_TIME)),
            () -> {
              if (isStuck()) {
                fail(
                    Notification.of(NotificationError.Timer.SEND_HOLD_TIMER_EXPIRED),
                    "the peer has read nothing for %d s, %d octets wait for it"
                        .formatted(sendHoldTime().toSeconds(), unwritten()));
                return;
              }
              send(MessageEncoder.encode(new Keepalive()));
              armKeepaliveTimer();
            });
  }

  /// RFC 9687: a peer that says it is alive but reads nothing. Looked at whenever a KEEPALIVE is
  /// due, so it is noticed up to a third of the hold time late.
  private boolean isStuck() {
    long taken = handedOver - unwritten();
    if (taken != takenBefore || unwritten() == 0) {
      takenBefore = taken;
      takenNanos = loop.nanoTime();
      return false;
    }
    return loop.nanoTime() - takenNanos >= sendHoldTime().toNanos();
  }

  private Duration sendHoldTime() {
    Duration twice = holdTime.multipliedBy(2);
    return twice.compareTo(MIN_SEND_HOLD_TIME) > 0 ? twice : MIN_SEND_HOLD_TIME;
  }

  private void cancelTimers() {
    if (holdTimer != null) {
      holdTimer.cancel();
    }
    if (keepaliveTimer != null) {
      keepaliveTimer.cancel();
    }
  }
}
