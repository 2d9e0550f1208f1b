package io.margay.datastore.cluster;

import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreException;
import io.margay.datastore.Entry;
import io.margay.datastore.Key;
import io.margay.datastore.KeyRange;
import io.margay.model.IpPool;
import io.margay.model.Resource;
import io.margay.model.ResourceKey;
import java.util.ArrayList;
import java.util.List;

/// Removes a pool: first disables it, so that no node claims another block inside it, then drops
/// the block affinities inside it on all nodes, and the pool with them. Addresses that were given
/// out stay given out.
public final class PoolRemoval {

  private final Datastore datastore;

  public PoolRemoval(Datastore datastore) {
    this.datastore = datastore;
  }

  /// @throws DatastoreException.DoesNotExist if there is no such pool
  public void remove(ResourceKey.IpPoolKey pool) {
    var key = new Key.ForResource(pool);
    Entry<Resource> entry =
        datastore.get(key).orElseThrow(() -> new DatastoreException.DoesNotExist(pool.toString()));
    if (entry.value() instanceof IpPool old && !old.spec().disabled()) {
      datastore.update(key, new IpPool(old.metadata(), old.spec().asDisabled()), null);
    }
    List<Key<?>> doomed = new ArrayList<>();
    for (var affinity : datastore.list(new KeyRange.BlockAffinities(null))) {
      if (affinity.key() instanceof Key.BlockAffinity(String _, var block)
          && pool.cidr().contains(block)) {
        doomed.add(affinity.key());
      }
    }
    doomed.add(key);
    datastore.deleteAll(doomed);
  }
}
