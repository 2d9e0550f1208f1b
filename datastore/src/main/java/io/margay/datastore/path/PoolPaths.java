package io.margay.datastore.path;

import io.margay.datastore.Key;
import io.margay.datastore.path.PathStore.PathValue;
import io.margay.model.ResourceKey;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Where each pool was when it was read last. Calico v1.1 used their CIDR as it was written, host
/// bits and all, so a pool's key does not say it.
///
/// A write that wants a pool to be at a revision need not look where that is: whoever has the
/// revision has read the pool, and what is at a wrong place has another revision.
final class PoolPaths {

  private final Map<Key<?>, String> paths = new ConcurrentHashMap<>();

  /// @param values read together; of two that are the same pool the one without host bits counts
  void note(Collection<PathValue> values) {
    Map<Key<?>, String> found = new HashMap<>();
    for (var value : values) {
      if (KeyPaths.isPool(value.path())
          && KeyPaths.keyAt(value.path()) instanceof Key.ForResource key
          && key.key() instanceof ResourceKey.IpPoolKey) {
        String plain = KeyPaths.of(key).getFirst();
        found.merge(key, value.path(), (one, other) -> one.equals(plain) ? one : other);
      }
    }
    paths.putAll(found);
  }

  /// Null if the key is no pool's, or the pool was not read yet.
  @Nullable String path(Key<?> key) {
    return paths.get(key);
  }
}
