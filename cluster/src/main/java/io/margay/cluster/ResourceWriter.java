package io.margay.cluster;

import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreException;
import io.margay.datastore.Key;
import io.margay.datastore.KeyRange;
import io.margay.datastore.cluster.ClusterInitialiser;
import io.margay.model.IpPool;
import io.margay.model.Kind;
import io.margay.model.Resource;
import io.margay.model.ResourceKey;

/// Writes resources as `calicoctl` does, with the side effects of Calico v1.1:
///
/// - a node of any kind of write first makes sure that the cluster is initialised;
/// - a pool with IPIP enabled switches the global `ipip` setting on, and nothing switches it off;
/// - deleting a node or a pool takes along what belongs to it ([NodeRemoval], [PoolRemoval]).
///
/// Any thread may call it. A side effect follows its write, so a refused write has none; a process
/// that dies in between leaves it to the next write.
public final class ResourceWriter {

  private final Datastore datastore;

  public ResourceWriter(Datastore datastore) {
    this.datastore = datastore;
  }

  /// @return the revision of the write
  /// @throws DatastoreException.AlreadyExists if the resource does
  public long create(Resource resource) {
    before(resource);
    long revision = datastore.create(new Key.ForResource(resource.key()), resource);
    after(resource);
    return revision;
  }

  /// Stores the new resource whole in the place of the old one.
  ///
  /// @return the revision of the write
  /// @throws DatastoreException.DoesNotExist if there is no old one
  public long replace(Resource resource) {
    before(resource);
    long revision = datastore.update(new Key.ForResource(resource.key()), resource, null);
    after(resource);
    return revision;
  }

  /// Stores the resource whole, whether there is an old one or not.
  ///
  /// @return the revision of the write
  public long apply(Resource resource) {
    before(resource);
    long revision = datastore.apply(new Key.ForResource(resource.key()), resource);
    after(resource);
    return revision;
  }

  /// @throws DatastoreException.DoesNotExist if there is no such resource
  public void delete(ResourceKey key) {
    switch (key) {
      case ResourceKey.NodeKey node -> new NodeRemoval(datastore).remove(node);
      case ResourceKey.IpPoolKey pool -> new PoolRemoval(datastore).remove(pool);
      case ResourceKey.BgpPeerKey _,
          ResourceKey.HostEndpointKey _,
          ResourceKey.WorkloadEndpointKey _,
          ResourceKey.PolicyKey _,
          ResourceKey.ProfileKey _ ->
          datastore.delete(new Key.ForResource(key), null);
    }
  }

  private void before(Resource resource) {
    if (resource.kind() == Kind.NODE) {
      new ClusterInitialiser(datastore).initialise();
    }
    if (resource instanceof IpPool pool) {
      refuseOtherBlocks(pool);
    }
  }

  /// Blocks of two sizes would give out an address twice.
  private void refuseOtherBlocks(IpPool pool) {
    for (var entry : datastore.list(new KeyRange.Resources(Kind.IP_POOL))) {
      if (entry.value() instanceof IpPool other
          && (other.key().cidr().contains(pool.key().cidr())
              || pool.key().cidr().contains(other.key().cidr()))
          && other.blockLength() != pool.blockLength()) {
        throw new DatastoreException.Refused(
            other.key().equals(pool.key())
                ? "the block size of pool %s is %d and cannot become %d, as blocks of both sizes would overlap. Delete the pool and create it anew"
                    .formatted(pool.key().cidr(), other.blockLength(), pool.blockLength())
                : "pool %s with blockSize %d overlaps pool %s with blockSize %d, so that an address could be given out twice. Give both the same blockSize"
                    .formatted(
                        pool.key().cidr(),
                        pool.blockLength(),
                        other.key().cidr(),
                        other.blockLength()));
      }
    }
  }

  private void after(Resource resource) {
    if (resource instanceof IpPool pool
        && pool.spec().ipip() != null
        && pool.spec().ipip().enabled()) {
      datastore.apply(new Key.FelixSetting(null, "IpInIpEnabled"), "true");
    }
  }
}
