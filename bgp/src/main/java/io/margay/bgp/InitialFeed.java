package io.margay.bgp;

import io.margay.bgp.session.NegotiatedSession;
import io.margay.loop.EventLoop;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The first routes of all peers after a start, and the moment when they are complete: RFC 4724
/// §4.1 has a restarted speaker wait for the End-of-RIB of each peer that can say it and has not
/// restarted itself, at most for the Selection_Deferral_Timer. The other peers get a short time
/// too, which is enough for their routes to come but cannot have two restarted speakers wait for
/// each other for long.
final class InitialFeed {

  private static final Logger log = LoggerFactory.getLogger(InitialFeed.class);

  /// What a peer gets from which no End-of-RIB is due.
  private static final Duration GRACE = Duration.ofSeconds(5);

  private final Map<IpAddress, Set<IpFamily>> awaited = new HashMap<>();
  private final EventLoop loop;
  private final Duration limit;
  private final Runnable onComplete;
  private boolean started;
  private boolean complete;
  private EventLoop.@Nullable Timer deferralTimer;

  InitialFeed(EventLoop loop, Duration limit, Runnable onComplete) {
    this.loop = loop;
    this.limit = limit;
    this.onComplete = onComplete;
  }

  boolean isComplete() {
    return complete;
  }

  void start() {
    started = true;
    deferralTimer = loop.schedule(limit, this::giveUp);
    // Not before the caller of start() is done.
    loop.execute(this::check);
  }

  void stop() {
    if (deferralTimer != null) {
      deferralTimer.cancel();
    }
    complete = true;
  }

  void await(IpAddress peer, Set<IpFamily> families) {
    if (!complete) {
      awaited.put(peer, EnumSet.copyOf(families));
    }
  }

  void established(IpAddress peer, NegotiatedSession session) {
    Set<IpFamily> families = awaited.get(peer);
    if (families == null) {
      return;
    }
    families.retainAll(session.families());
    boolean saysWhenDone =
        session.peerRestart().filter(restart -> !restart.restarting()).isPresent();
    if (!saysWhenDone) {
      loop.schedule(GRACE, () -> forget(peer));
    }
  }

  void endOfRib(IpAddress peer, IpFamily family) {
    Set<IpFamily> families = awaited.get(peer);
    if (families != null && families.remove(family) && families.isEmpty()) {
      awaited.remove(peer);
      check();
    }
  }

  void forget(IpAddress peer) {
    if (awaited.remove(peer) != null) {
      check();
    }
  }

  private void giveUp() {
    if (!complete) {
      log.warn(
          "no End-of-RIB from {} within {} s. Routes from before the start are given up now; look at"
              + " whether these peers are alive.",
          awaited.keySet(),
          limit.toSeconds());
      awaited.clear();
      check();
    }
  }

  private void check() {
    if (started && !complete && awaited.isEmpty()) {
      stop();
      onComplete.run();
    }
  }
}
