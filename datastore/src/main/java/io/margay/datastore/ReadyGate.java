package io.margay.datastore;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Passes on what a [Syncer] tells, but keeps it back from when the cluster's ready flag ceases to
/// be true until it is true again: whoever sets the flag to false, removes it, or brings a cluster
/// back key by key, says that what the datastore holds is not the whole.
///
/// What is kept back follows as one, with the flag. Of several changes of a key the last one
/// counts, but a value that cannot be understood does not displace one that can. Where the flag was
/// not true to begin with there is nothing in force that could be lost, so everything is passed on.
public final class ReadyGate implements SyncListener {

  private final SyncListener behind;
  private final Map<Key<?>, SyncUpdate> kept = new LinkedHashMap<>();
  private boolean ready;
  private boolean inSync;
  private boolean open = true;

  public ReadyGate(SyncListener behind) {
    this.behind = behind;
  }

  @Override
  public void onUpdates(List<SyncUpdate> updates) {
    boolean before = ready;
    for (SyncUpdate update : updates) {
      if (update.key() instanceof Key.Ready) {
        ready = Boolean.TRUE.equals(update.value());
      }
    }
    open &= ready || !before;
    if (open) {
      behind.onUpdates(updates);
    } else {
      updates.forEach(this::keep);
      openIfReady();
    }
  }

  private void keep(SyncUpdate update) {
    SyncUpdate before = kept.get(update.key());
    if (update.problem() == null || before == null || before.problem() != null) {
      kept.remove(update.key()); // so that it comes last
      kept.put(update.key(), update);
    }
  }

  @Override
  public void onStatus(Status status) {
    inSync = status == Status.IN_SYNC;
    if (!inSync || open) {
      behind.onStatus(status);
    } else {
      openIfReady();
    }
  }

  /// A snapshot has the flag somewhere among the rest, so its end is waited for.
  private void openIfReady() {
    if (!ready || !inSync) {
      return;
    }
    open = true;
    List<SyncUpdate> all = new ArrayList<>(kept.values());
    kept.clear();
    if (!all.isEmpty()) {
      behind.onUpdates(all);
    }
    behind.onStatus(Status.IN_SYNC);
  }
}
