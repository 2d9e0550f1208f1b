package io.margay.agent;

import io.margay.dataplane.config.FelixConfig.Reporting;
import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreException;
import io.margay.datastore.Key;
import io.margay.datastore.Key.AgentStatus;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes now and then that this agent lives (`ReportingIntervalSecs`), with a time to live
/// (`ReportingTTLSecs`) after which the datastore forgets it. An interval of 0 switches it off.
///
/// On a thread of its own, as the datastore may be slow.
final class LivenessReporter implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LivenessReporter.class);
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(2);

  private final Key.NodeStatus key;
  private final Datastore datastore;
  private final InstantSource clock;
  private final ReportComplaint complaint;
  private final Instant startedAt;
  private final Thread thread;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by the lock.
  private Reporting settings;
  private boolean started;
  private boolean closed;

  /// Whether no report has been written yet. Used by the thread alone.
  private boolean first = true;

  LivenessReporter(
      String node,
      Datastore datastore,
      Reporting settings,
      InstantSource clock,
      ReportComplaint complaint) {
    this.key = new Key.NodeStatus(node);
    this.datastore = datastore;
    this.complaint = complaint;
    this.settings = settings;
    this.clock = clock;
    this.startedAt = clock.instant();
    this.thread = Thread.ofVirtual().name("liveness").unstarted(this::run);
  }

  /// Writes the first report soon. Later calls do nothing.
  void start() {
    lock.lock();
    try {
      if (!started) {
        started = true;
        thread.start();
      }
    } finally {
      lock.unlock();
    }
  }

  /// Reports by other settings, and at once.
  void configure(Reporting now) {
    lock.lock();
    try {
      if (!now.equals(settings)) {
        settings = now;
        changed.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    try {
      while (true) {
        var now = current();
        if (now == null) {
          return;
        }
        if (now.statusInterval().isPositive()) {
          report(now.statusTtl());
        }
        awaitNext(now);
      }
    } catch (InterruptedException e) {
      LOG.debug("Liveness reporting ends.");
    }
  }

  /// Null once closed.
  private @Nullable Reporting current() {
    lock.lock();
    try {
      return closed ? null : settings;
    } finally {
      lock.unlock();
    }
  }

  private void report(Duration timeToLive) {
    var now = clock.instant();
    double uptime = Duration.between(startedAt, now).toMillis() / 1000.0;
    var status = new AgentStatus(now, uptime, first);
    try {
      if (timeToLive.isPositive()) {
        datastore.apply(key, status, timeToLive);
      } else {
        datastore.apply(key, status);
      }
      first = false;
      complaint.onSuccess();
    } catch (DatastoreException e) {
      complaint.onFailure("The status of this agent", e);
    }
  }

  private void awaitNext(Reporting seen) throws InterruptedException {
    lock.lock();
    try {
      long left =
          seen.statusInterval().isPositive() ? seen.statusInterval().toNanos() : Long.MAX_VALUE;
      while (left > 0 && !closed && settings.equals(seen)) {
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
    try {
      if (started && !thread.join(CLOSE_LIMIT)) {
        thread.interrupt();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
