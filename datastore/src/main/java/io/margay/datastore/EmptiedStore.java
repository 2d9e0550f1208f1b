package io.margay.datastore;

import io.margay.datastore.Datastore.Snapshot;
import io.margay.datastore.SyncListener.SyncUpdate;
import io.margay.datastore.cluster.ClusterInitialiser;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Tells a cluster from which things were removed from one that is gone: its datastore was emptied,
/// or put up anew.
///
/// Nobody removes the ready flag or changes the cluster's identity in the course of work. So where
/// one of these happened, and along with it most of what was known is gone, that is no reason to
/// take the network from every workload of a node.
final class EmptiedStore {

  private static final Key.Ready READY = new Key.Ready();

  private EmptiedStore() {}

  /// @param told what was known until now
  /// @return what has happened; empty if the snapshot shows the cluster that was known
  static Optional<String> sign(Map<Key<?>, SyncUpdate> told, Snapshot snapshot) {
    Set<Key<?>> now = new HashSet<>();
    snapshot.entries().forEach(entry -> now.add(entry.key()));
    snapshot
        .unreadable()
        .forEach(unreadable -> {
          if (unreadable.key() != null) {
            now.add(unreadable.key());
          }
        });
    List<Key<?>> known = told.keySet().stream().filter(key -> !isOfCluster(key)).toList();
    long left = known.stream().filter(now::contains).count();
    if (left * 2 >= known.size()) {
      return Optional.empty();
    }
    if (told.containsKey(READY) && !now.contains(READY)) {
      return Optional.of(describe("the ready flag is gone", left, known.size()));
    }
    String before = identity(told);
    String after = identity(snapshot);
    return before == null || Objects.equals(before, after)
        ? Optional.empty()
        : Optional.of(
            describe(
                "the cluster's identity was " + before + " and is " + after, left, known.size()));
  }

  private static boolean isOfCluster(Key<?> key) {
    return key.equals(READY) || key.equals(ClusterInitialiser.CLUSTER_GUID);
  }

  private static String describe(String sign, long left, int known) {
    return "%s, and of %d values known before %d are left".formatted(sign, known, left);
  }

  private static @Nullable String identity(Map<Key<?>, SyncUpdate> told) {
    var update = told.get(ClusterInitialiser.CLUSTER_GUID);
    return update == null ? null : (String) update.value();
  }

  private static @Nullable String identity(Snapshot snapshot) {
    return snapshot.entries().stream()
        .filter(entry -> entry.key().equals(ClusterInitialiser.CLUSTER_GUID))
        .map(entry -> (String) entry.value())
        .findFirst()
        .orElse(null);
  }
}
