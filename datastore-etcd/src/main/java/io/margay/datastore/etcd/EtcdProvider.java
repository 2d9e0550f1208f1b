package io.margay.datastore.etcd;

import io.margay.datastore.DatastoreConfig;
import io.margay.datastore.DatastoreProvider;
import io.margay.datastore.etcd.v2.EtcdV2Store;
import io.margay.datastore.etcd.v3.EtcdV3Store;
import io.margay.datastore.path.PathStore;
import java.util.Optional;

/// Opens datastores on etcd, by either of its APIs. Opening asks nothing of the cluster, so an
/// agent can start before etcd does; the first call tells whether it is there.
public final class EtcdProvider implements DatastoreProvider {

  @Override
  public Optional<PathStore> open(DatastoreConfig config, Stay stay) {
    return switch (config) {
      case DatastoreConfig.Embedded _ -> Optional.empty();
      case DatastoreConfig.Etcd etcd ->
          switch (etcd.api()) {
            case V2 -> Optional.of(new EtcdV2Store(EtcdAccess.of(etcd)));
            case V3 -> Optional.of(new EtcdV3Store(EtcdAccess.of(etcd), stay));
          };
    };
  }
}
