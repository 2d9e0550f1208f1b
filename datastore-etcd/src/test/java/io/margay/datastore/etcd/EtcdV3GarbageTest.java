package io.margay.datastore.etcd;

import io.margay.datastore.DatastoreConfig.EtcdApi;
import io.margay.datastore.DatastoreProvider.Stay;
import io.margay.datastore.Datastores;
import io.margay.datastore.path.GarbageContract;
import io.margay.datastore.path.PathStore;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;

/// Several pages of a listing; `-Dmargay.garbage.v3=100000` makes them as many as in the embedded
/// store.
class EtcdV3GarbageTest extends GarbageContract {

  private EtcdCluster cluster;

  @Override
  protected PathStore open(Path directory) {
    cluster = EtcdCluster.start(directory, 1);
    return Datastores.openPaths(cluster.config(EtcdApi.V3), Stay.LONG);
  }

  @AfterEach
  void stop() {
    if (cluster != null) {
      cluster.close();
    }
  }

  @Override
  protected int count() {
    return Integer.getInteger("margay.garbage.v3", 15_000);
  }
}
