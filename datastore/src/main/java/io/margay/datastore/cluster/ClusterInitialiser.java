package io.margay.datastore.cluster;

import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreException;
import io.margay.datastore.Key;
import java.util.HexFormat;
import java.util.UUID;

/// Makes a fresh store one that agents work from: sets the ready flag, and gives the cluster its
/// identity. What is there already stays as it is, so that an operator's `Ready` = false holds.
public final class ClusterInitialiser {

  /// The global Felix setting that holds the cluster's identity, 32 hexadecimal digits.
  public static final Key.FelixSetting CLUSTER_GUID = new Key.FelixSetting(null, "ClusterGUID");

  private final Datastore datastore;

  public ClusterInitialiser(Datastore datastore) {
    this.datastore = datastore;
  }

  /// Writes what is missing.
  public void initialise() {
    createIfAbsent(CLUSTER_GUID, newGuid());
    createIfAbsent(new Key.Ready(), true);
  }

  private <V> void createIfAbsent(Key<V> key, V value) {
    if (datastore.get(key).isPresent()) {
      return;
    }
    try {
      datastore.create(key, value);
    } catch (DatastoreException.AlreadyExists e) {
      // Another process came first, and its value is as good.
    }
  }

  private static String newGuid() {
    var uuid = UUID.randomUUID();
    var hex = HexFormat.of();
    return hex.toHexDigits(uuid.getMostSignificantBits())
        + hex.toHexDigits(uuid.getLeastSignificantBits());
  }
}
