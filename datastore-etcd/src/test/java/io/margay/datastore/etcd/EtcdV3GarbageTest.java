package io.margay.datastore.etcd;

import io.margay.datastore.DatastoreConfig.EtcdApi;
import io.margay.datastore.DatastoreProvider.Stay;
import io.margay.datastore.Datastores;
import io.margay.datastore.path.GarbageContract;
import io.margay.datastore.path.PathStore;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;

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
    return 100_000;
  }
}
