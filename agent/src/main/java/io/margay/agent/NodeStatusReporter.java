package io.margay.agent;

import io.margay.dataplane.config.FelixConfig.Reporting;
import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreException;
import io.margay.datastore.Key;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells the datastore that this agent lives, at once and then every `ReportingIntervalSecs`. A
/// report vanishes after `ReportingTTLSecs`, so that a node whose agent is gone shows.
///
/// Any thread may call; a thread of its own writes, so that a slow store holds up nothing else.
final class NodeStatusReporter implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(NodeStatusReporter.class);
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(2);

  private final Key.NodeStatus key;
  private final Datastore datastore;
  private final Clock clock;
  private final ReportComplaint complaint;
  private final Supplier<Duration> uptime;
  private final Thread thread;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by the lock.
  private Duration interval = Duration.ZERO;
  private Duration timeToLive = Duration.ZERO;
  private int changes;
  private boolean closed;

  // The thread's own.
  private boolean everWritten;

  /// @param clock what time a report is of
  /// @param uptime how long the agent runs, whatever happens to the clock
  NodeStatusReporter(
      String node,
      Datastore datastore,
      Clock clock,
      Supplier<Duration> uptime,
      ReportComplaint complaint) {
    this.complaint = complaint;
    this.key = new Key.NodeStatus(node);
    this.datastore = datastore;
    this.clock = clock;
    this.uptime = uptime;
    this.thread = Thread.ofVirtual().name("node-status").start(this::run);
  }

  /// Reports like that from now on; with an interval of zero not at all.
  void use(Reporting reporting) {
    lock.lock();
    try {
      if (!interval.equals(reporting.statusInterval())
          || !timeToLive.equals(reporting.statusTtl())) {
        interval = reporting.statusInterval();
        timeToLive = reporting.statusTtl();
        changes++;
        changed.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    try {
      while (true) {
        Duration lifetime = awaitInterval();
        if (lifetime == null) {
          return;
        }
        write(lifetime);
        awaitChange();
      }
    } catch (InterruptedException e) {
      LOG.debug("Reporting ends.");
    }
  }

  /// Waits until reports are wanted.
  ///
  /// @return how long one lives, null once closed
  private @Nullable Duration awaitInterval() throws InterruptedException {
    lock.lock();
    try {
      while (!interval.isPositive() && !closed) {
        changed.await();
      }
      return closed ? null : timeToLive;
    } finally {
      lock.unlock();
    }
  }

  /// Waits one interval, or until something changed.
  private void awaitChange() throws InterruptedException {
    lock.lock();
    try {
      int before = changes;
      long left = interval.toNanos();
      while (left > 0 && changes == before && !closed) {
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /// @param lifetime zero for one that stays until the next
  private void write(Duration lifetime) {
    Key.AgentStatus status =
        new Key.AgentStatus(clock.instant(), uptime.get().toMillis() / 1e3, !everWritten);
    try {
      if (lifetime.isPositive()) {
        datastore.apply(key, status, lifetime);
      } else {
        datastore.apply(key, status);
      }
      everWritten = true;
      complaint.onSuccess();
    } catch (DatastoreException e) {
      complaint.onFailure("The report that this agent lives", e);
    }
  }

  /// The last report stays until its time is over.
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
      if (!thread.join(CLOSE_LIMIT)) {
        thread.interrupt();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
