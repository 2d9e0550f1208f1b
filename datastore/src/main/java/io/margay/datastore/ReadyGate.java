package io.margay.datastore;

import io.margay.datastore.SyncListener.SyncUpdate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Honours the ready flag: while it is not set, nothing new passes, and what passed before stays in
/// force. A cluster that is being set up, restored or moved is thus seen whole or not at all.
///
/// ```
///   SHUT, holding the last value of each key <──flag gone or false── OPEN, passing everything
///        └──────────in sync, and the flag is true──────────────────────^
/// ```
///
/// Called on the Syncer's thread only.
public final class ReadyGate implements SyncListener {

  private static final Logger LOG = LoggerFactory.getLogger(ReadyGate.class);

  private final SyncListener listener;

  /// What the listener has not been told, in the order of the last news of each key.
  private final Map<Key<?>, SyncUpdate> held = new LinkedHashMap<>();

  private boolean open;
  private boolean inSync;
  private boolean ready;
  private boolean told;

  public ReadyGate(SyncListener listener) {
    this.listener = listener;
  }

  @Override
  public void onUpdates(List<SyncUpdate> updates) {
    for (var update : updates) {
      if (update.key() instanceof Key.Ready) {
        ready = Boolean.TRUE.equals(update.value());
      }
    }
    if (open && ready) {
      listener.onUpdates(updates);
      return;
    }
    for (var update : updates) {
      held.remove(update.key());
      held.put(update.key(), update);
    }
    if (open) {
      open = false;
      tell();
    } else if (ready && inSync) {
      release();
    }
  }

  @Override
  public void onStatus(Status status) {
    inSync = status == Status.IN_SYNC;
    if (!inSync || open) {
      listener.onStatus(status);
    } else if (ready) {
      release();
    } else {
      tell();
    }
  }

  private void tell() {
    if (!told) {
      told = true;
      LOG.warn(
          "The datastore's flag /calico/v1/Ready is not true, as while a cluster is set up or moved."
              + " What is in force stays until it is; nothing new is taken over. If nobody is at work"
              + " on the datastore, set the flag to true.");
    }
  }

  private void release() {
    open = true;
    if (told) {
      told = false;
      LOG.info(
          "The datastore's flag /calico/v1/Ready is true; {} changes are taken over.", held.size());
    }
    List<SyncUpdate> updates = new ArrayList<>(held.values());
    held.clear();
    if (!updates.isEmpty()) {
      listener.onUpdates(List.copyOf(updates));
    }
    listener.onStatus(Status.IN_SYNC);
  }
}
