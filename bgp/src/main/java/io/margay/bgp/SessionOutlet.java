package io.margay.bgp;

import io.margay.bgp.rib.ExportMember;
import io.margay.bgp.session.PeerSession;
import io.margay.loop.EventLoop;
import java.nio.ByteBuffer;
import java.time.Duration;

/// Where an export group writes: a session, which may be slow to read, or may want a least time
/// between rounds of UPDATEs (RFC 4271 §9.2.1.1).
final class SessionOutlet implements ExportMember.Outlet {

  /// Octets that may wait for a peer before it is told no more. They are shared with other peers.
  private static final long MAX_UNWRITTEN = 1 << 20;

  private final PeerSession session;
  private final EventLoop loop;
  private final Runnable flush;
  private final Duration interval;

  /// When the next round of UPDATEs may begin.
  private long nextRoundNanos;

  private boolean waking;

  /// The outlet of an established session.
  ///
  /// @param flush has all groups flushed soon
  SessionOutlet(PeerSession session, EventLoop loop, Runnable flush) {
    this.session = session;
    this.loop = loop;
    this.flush = flush;
    this.interval = session.config().advertisementInterval();
  }

  @Override
  public void send(ByteBuffer messages) {
    session.send(messages);
  }

  @Override
  public ExportMember.State state() {
    if (session.unwritten() > MAX_UNWRITTEN) {
      return ExportMember.State.FULL;
    }
    if (interval.isZero() || nextRoundNanos == 0) {
      return ExportMember.State.READY;
    }
    long wait = nextRoundNanos - loop.nanoTime();
    if (wait <= 0) {
      return ExportMember.State.READY;
    }
    if (!waking) {
      waking = true;
      loop.schedule(
          Duration.ofNanos(wait),
          () -> {
            waking = false;
            flush.run();
          });
    }
    return ExportMember.State.RESTING;
  }

  @Override
  public void roundOver() {
    if (!interval.isZero()) {
      // 0 stands for "no round yet".
      nextRoundNanos = (loop.nanoTime() + session.jittered(interval).toNanos()) | 1;
    }
  }
}
