package io.margay.datastore;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Hears of the store's state from a [Syncer], on the Syncer's thread.
public interface SyncListener {

  /// Values that are new or changed, or gone, oldest first. What was told before and does not show
  /// up again is as it was, also after a loss: the Syncer tells of deletions it has missed.
  void onUpdates(List<SyncUpdate> updates);

  /// [Status#IN_SYNC] follows once everything that existed when the snapshot was taken was told.
  void onStatus(Status status);

  /// @param value null if the key is gone, or its value cannot be understood
  /// @param problem why the value cannot be understood; null if it can, or is gone
  record SyncUpdate(Key<?> key, @Nullable Object value, @Nullable String problem) {}

  enum Status {
    /// The store cannot be asked, or was emptied. What was told stays as it is.
    WAITING,
    RESYNC,
    IN_SYNC
  }
}
