package io.margay.ipam;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.datastore.DatastoreConfig;
import io.margay.datastore.DatastoreConfig.EtcdApi;
import io.margay.datastore.DatastoreProvider.Stay;
import io.margay.datastore.Datastores;
import io.margay.datastore.etcd.EtcdCluster;
import io.margay.datastore.path.PathDatastore;
import io.margay.datastore.path.PathStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `build/measure-ipam.sh` runs: as many operations as it is told, on the store it is told. No
/// test of the build, which finds its classes by their names.
class CrowdMeasurement {

  private static final int CONNECTIONS = 4;

  private static final String BACKEND = System.getProperty("ipam.backend", "etcdv3");
  private static final String POOL = System.getProperty("ipam.pool", "10.64.0.0/16");
  private static final int BLOCK_SIZE = Integer.getInteger("ipam.blockSize", 26);
  private static final int ALLOCATORS = Integer.getInteger("ipam.allocators", 64);
  private static final long OPERATIONS = Long.getLong("ipam.operations", 20_000);
  private static final double DEATHS =
      Double.parseDouble(System.getProperty("ipam.deaths", "0.0005"));

  @TempDir Path directory;

  @Test
  void measure() throws Exception {
    if (BACKEND.equals("embedded")) {
      run(new DatastoreConfig.Embedded(directory.resolve("store.db")), true);
    } else {
      boolean v3 = BACKEND.equals("etcdv3");
      try (var etcd = EtcdCluster.start(Files.createDirectory(directory.resolve("etcd")), 1)) {
        run(etcd.config(v3 ? EtcdApi.V3 : EtcdApi.V2), v3);
      }
    }
  }

  private void run(DatastoreConfig config, boolean transactions) throws Exception {
    List<PathStore> stores = new ArrayList<>();
    try {
      for (int i = 0; i < CONNECTIONS; i++) {
        stores.add(Datastores.openPaths(config, Stay.LONG));
      }
      var datastore = new PathDatastore(stores.getFirst());
      CrowdTest.addPool(datastore, POOL, BLOCK_SIZE);
      var crowd = new Crowd(stores, transactions, DEATHS, OPERATIONS, 1);
      var times = crowd.work(ALLOCATORS);
      int leaks = crowd.assertSoundAfterRepair(datastore, directory.resolve("undo"));
      if (crowd.deaths() == 0) {
        assertThat(leaks).isZero();
      }
      System.out.printf(
          "ipam, %s, pool %s, %d allocators: %s; of %d who asked %d found it full; %d died, %d gave"
              + " up; given out twice 0, leaks %d, after repair 0%n",
          BACKEND,
          POOL,
          ALLOCATORS,
          times,
          times.assigns().length,
          crowd.refusals(),
          crowd.deaths(),
          crowd.conflicts(),
          leaks);
    } finally {
      stores.forEach(PathStore::close);
    }
  }
}
