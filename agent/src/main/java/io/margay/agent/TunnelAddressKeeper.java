package io.margay.agent;

import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreException;
import io.margay.datastore.Key;
import io.margay.datastore.SyncListener.SyncUpdate;
import io.margay.ipam.TunnelAddresses;
import io.margay.ipam.TunnelAddresses.Outcome;
import io.margay.model.ResourceKey;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sees to the node's tunnel addresses whenever a pool changes, on a thread of its own, as it has
/// to wait for the datastore.
final class TunnelAddressKeeper implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(TunnelAddressKeeper.class);
  private static final int RETRY_SECONDS = 5;

  private final String node;
  private final TunnelAddresses addresses;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("tunnel-addresses").factory());
  private Map<TunnelAddresses.Tunnel, Outcome> told = new TreeMap<>();
  private boolean complained;

  TunnelAddressKeeper(String node, Datastore datastore) {
    this.node = node;
    this.addresses = new TunnelAddresses(datastore);
  }

  /// Takes note of what the datastore says; from any thread.
  void onUpdates(List<SyncUpdate> updates) {
    if (updates.stream().anyMatch(update -> concerns(update.key()))) {
      thread.execute(this::ensure);
    }
  }

  private boolean concerns(Key<?> key) {
    return key instanceof Key.ForResource(ResourceKey.IpPoolKey _);
  }

  private void ensure() {
    try {
      var now = addresses.ensureAll(node);
      now.forEach((tunnel, outcome) -> tell(tunnel, told.get(tunnel), outcome));
      told = now;
      complained = false;
    } catch (DatastoreException e) {
      if (!complained) {
        complained = true;
        LOG.warn(
            "The tunnel addresses of this node stay as they are: {} Trying again every {} s.",
            e.getMessage(),
            RETRY_SECONDS);
      }
      if (!thread.isShutdown()) {
        var _ = thread.schedule(this::ensure, RETRY_SECONDS, TimeUnit.SECONDS);
      }
    }
  }

  private static void tell(TunnelAddresses.Tunnel tunnel, @Nullable Outcome before, Outcome now) {
    if (now.equals(before)) {
      return;
    }
    switch (now) {
      case Outcome.Has(var address, boolean fresh) -> {
        if (fresh) {
          LOG.info("This node's {} tunnel address is {}.", tunnel, address);
        }
      }
      case Outcome.NotWanted _ -> {
        if (before != null) {
          LOG.info("No pool wants {} any more; the tunnel address is given back.", tunnel);
        }
      }
      case Outcome.Unobtainable(var reason) ->
          LOG.warn("This node has no {} tunnel address: {}.", tunnel, reason);
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
