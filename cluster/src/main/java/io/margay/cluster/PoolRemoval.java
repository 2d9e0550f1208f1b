package io.margay.cluster;

import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreException;
import io.margay.datastore.Entry;
import io.margay.datastore.Key;
import io.margay.ipam.Ipam;
import io.margay.model.IpPool;
import io.margay.model.Resource;
import io.margay.model.ResourceKey;
import java.util.List;

/// Removes a pool: first disables it, so that no node takes another address or block from it, then
/// gives up the blocks inside it on all nodes, then removes the pool. Addresses that were given out
/// stay given out, and their blocks, which are nobody's then, until the last of them is given back.
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
    new Ipam(datastore).releasePoolAffinities(pool.cidr().masked());
    datastore.deleteAll(List.of(key));
  }
}
