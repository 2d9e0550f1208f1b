package io.margay.agent;

import io.margay.dataplane.EndpointStatus;
import io.margay.dataplane.EndpointStatusListener;
import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreException;
import io.margay.datastore.Entry;
import io.margay.datastore.Key;
import io.margay.datastore.KeyRange;
import io.margay.model.ResourceKey.HostEndpointKey;
import io.margay.model.ResourceKey.WorkloadEndpointKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes the statuses of endpoints to the datastore, on a thread of its own, so that a slow store
/// never holds up the kernel's state. Of several changes of one endpoint only the last is written;
/// what cannot be written is tried again.
final class StatusReporter implements EndpointStatusListener, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(StatusReporter.class);
  private static final long RETRY_MILLIS = 1000;
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(2);

  private final String node;
  private final Datastore datastore;
  private final ReportComplaint complaint;
  private final Thread thread;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by the lock.

  /// How every endpoint of this node is, as far as is known.
  private final Map<Key<Key.EndpointStatus>, Key.EndpointStatus> current = new HashMap<>();

  /// What is to be written; a null value deletes.
  private final Map<Key<Key.EndpointStatus>, Key.@Nullable EndpointStatus> pending =
      new LinkedHashMap<>();

  private boolean enabled;
  private boolean started;
  private boolean closed;

  /// @param enabled whether statuses are written at all (`EndpointReportingEnabled`)
  StatusReporter(String node, Datastore datastore, boolean enabled, ReportComplaint complaint) {
    this.node = node;
    this.complaint = complaint;
    this.datastore = datastore;
    this.enabled = enabled;
    this.thread = Thread.ofVirtual().name("status").unstarted(this::run);
  }

  /// Begins to write. What is known by now is complete: statuses of endpoints that an earlier run
  /// knew and this one does not are removed. Later calls do nothing.
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

  /// Switches the writing on or off; switched on, everything known is written.
  void setEnabled(boolean now) {
    lock.lock();
    try {
      if (now != enabled) {
        enabled = now;
        pending.clear();
        if (now) {
          pending.putAll(current);
          changed.signal();
        }
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void onStatus(WorkloadEndpointKey endpoint, EndpointStatus status) {
    put(new Key.WorkloadEndpointStatus(endpoint), status);
  }

  @Override
  public void onRemoved(WorkloadEndpointKey endpoint) {
    remove(new Key.WorkloadEndpointStatus(endpoint));
  }

  @Override
  public void onStatus(HostEndpointKey endpoint, EndpointStatus status) {
    put(new Key.HostEndpointStatus(endpoint), status);
  }

  @Override
  public void onRemoved(HostEndpointKey endpoint) {
    remove(new Key.HostEndpointStatus(endpoint));
  }

  private void put(Key<Key.EndpointStatus> endpoint, EndpointStatus status) {
    Key.EndpointStatus stored =
        switch (status) {
          case UP -> Key.EndpointStatus.UP;
          case DOWN -> Key.EndpointStatus.DOWN;
          case ERROR -> Key.EndpointStatus.ERROR;
        };
    lock.lock();
    try {
      current.put(endpoint, stored);
      enqueue(endpoint, stored);
    } finally {
      lock.unlock();
    }
  }

  private void remove(Key<Key.EndpointStatus> endpoint) {
    lock.lock();
    try {
      current.remove(endpoint);
      enqueue(endpoint, null);
    } finally {
      lock.unlock();
    }
  }

  /// Has the status written soon, if statuses are written at all. Called with the lock held.
  private void enqueue(Key<Key.EndpointStatus> endpoint, Key.@Nullable EndpointStatus status) {
    if (enabled) {
      pending.put(endpoint, status);
      changed.signal();
    }
  }

  private void addStaleOnes() {
    try {
      List<Entry<Key.EndpointStatus>> stored =
          new ArrayList<>(datastore.list(new KeyRange.WorkloadEndpointStatuses(node)));
      stored.addAll(datastore.list(new KeyRange.HostEndpointStatuses(node)));
      lock.lock();
      try {
        for (Entry<Key.EndpointStatus> entry : stored) {
          if (!current.containsKey(entry.key())) {
            pending.putIfAbsent(entry.key(), null);
          }
        }
      } finally {
        lock.unlock();
      }
    } catch (DatastoreException e) {
      LOG.info("Old endpoint statuses cannot be listed and stay for now: {}", e.getMessage());
    }
  }

  private void run() {
    try {
      addStaleOnes();
      while (true) {
        Map<Key<Key.EndpointStatus>, Key.@Nullable EndpointStatus> batch = take();
        if (batch.isEmpty()) {
          return;
        }
        write(batch);
      }
    } catch (InterruptedException e) {
      LOG.debug("Status reporting ends.");
    }
  }

  /// Waits for something to write; empty once closed with nothing left.
  private Map<Key<Key.EndpointStatus>, Key.@Nullable EndpointStatus> take()
      throws InterruptedException {
    lock.lock();
    try {
      while (pending.isEmpty() && !closed) {
        changed.await();
      }
      Map<Key<Key.EndpointStatus>, Key.@Nullable EndpointStatus> batch =
          new LinkedHashMap<>(pending);
      pending.clear();
      return batch;
    } finally {
      lock.unlock();
    }
  }

  private void write(Map<Key<Key.EndpointStatus>, Key.@Nullable EndpointStatus> batch)
      throws InterruptedException {
    for (var entry : batch.entrySet()) {
      try {
        write(entry.getKey(), entry.getValue());
        complaint.onSuccess();
      } catch (DatastoreException e) {
        complaint.onFailure(entry.getKey(), e);
        putBack(entry.getKey(), entry.getValue());
      }
    }
  }

  private void write(Key<Key.EndpointStatus> key, Key.@Nullable EndpointStatus status) {
    if (status != null) {
      datastore.apply(key, status);
      return;
    }
    try {
      datastore.delete(key, null);
    } catch (DatastoreException.DoesNotExist e) {
      LOG.debug("{} had no status.", key);
    }
  }

  private void putBack(Key<Key.EndpointStatus> key, Key.@Nullable EndpointStatus status)
      throws InterruptedException {
    lock.lock();
    try {
      if (!closed) {
        if (!pending.containsKey(key)) {
          pending.put(key, status);
        }
        long left = TimeUnit.MILLISECONDS.toNanos(RETRY_MILLIS);
        while (left > 0 && !closed) {
          left = changed.awaitNanos(left);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /// Writes what is left, then ends.
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
