package io.margay.agent;

import io.margay.attach.EndpointReadiness;
import io.margay.dataplane.EndpointStatus;
import io.margay.dataplane.EndpointStatusListener;
import io.margay.model.ResourceKey.HostEndpointKey;
import io.margay.model.ResourceKey.WorkloadEndpointKey;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Which endpoints work, for those who wait for one. Hears it on its way to another listener.
final class LiveEndpoints implements EndpointStatusListener, EndpointReadiness {

  private final EndpointStatusListener next;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Set<WorkloadEndpointKey> up = new HashSet<>();

  LiveEndpoints(EndpointStatusListener next) {
    this.next = next;
  }

  @Override
  public void onStatus(WorkloadEndpointKey endpoint, EndpointStatus status) {
    put(endpoint, status == EndpointStatus.UP);
    next.onStatus(endpoint, status);
  }

  @Override
  public void onRemoved(WorkloadEndpointKey endpoint) {
    put(endpoint, false);
    next.onRemoved(endpoint);
  }

  private void put(WorkloadEndpointKey endpoint, boolean isUp) {
    lock.lock();
    try {
      if (isUp) {
        up.add(endpoint);
        changed.signalAll();
      } else {
        up.remove(endpoint);
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void onStatus(HostEndpointKey endpoint, EndpointStatus status) {
    next.onStatus(endpoint, status);
  }

  @Override
  public void onRemoved(HostEndpointKey endpoint) {
    next.onRemoved(endpoint);
  }

  @Override
  public boolean await(WorkloadEndpointKey endpoint, Duration limit) throws InterruptedException {
    lock.lock();
    try {
      long left = limit.toNanos();
      while (!up.contains(endpoint) && left > 0) {
        left = changed.awaitNanos(left);
      }
      return up.contains(endpoint);
    } finally {
      lock.unlock();
    }
  }
}
