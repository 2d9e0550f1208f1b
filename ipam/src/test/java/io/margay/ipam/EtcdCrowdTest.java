package io.margay.ipam;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.datastore.Await;
import io.margay.datastore.DatastoreConfig.EtcdApi;
import io.margay.datastore.DatastoreException;
import io.margay.datastore.DatastoreProvider.Stay;
import io.margay.datastore.Datastores;
import io.margay.datastore.etcd.EtcdCluster;
import io.margay.datastore.path.PathDatastore;
import io.margay.datastore.path.PathStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Sixty-four allocators on a real etcd, who die at any step. `build/measure-ipam.sh` has them work
/// for longer ([CrowdMeasurement]).
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EtcdCrowdTest {

  private static final int ALLOCATORS = 64;
  private static final int CONNECTIONS = 4;
  private static final double DEATHS = 0.02;

  private Path directory;
  private EtcdCluster cluster;
  private final List<PathStore> stores = new ArrayList<>();

  @BeforeAll
  void start(@TempDir Path shared) throws IOException {
    directory = shared;
    cluster = EtcdCluster.start(Files.createDirectory(directory.resolve("etcd")), 1);
  }

  @AfterEach
  void disconnect() {
    stores.forEach(PathStore::close);
    stores.clear();
  }

  @AfterAll
  void stop() {
    if (cluster != null) {
      cluster.close();
    }
  }

  /// A pool with room, and one that is too small for all.
  @ParameterizedTest
  @CsvSource({
    "V3, 10.64.0.0/16, 26, 200, 11",
    "V3, 10.64.0.0/26, 29, 200, 12",
    "V2, 10.64.0.0/16, 26, 100, 13"
  })
  void nothingIsGivenOutTwiceAndARepairLeavesNoLeak(
      EtcdApi api, String pool, int blockSize, int operations, long seed) throws Exception {
    cluster.empty();
    for (int i = 0; i < CONNECTIONS; i++) {
      stores.add(Datastores.openPaths(cluster.config(api), Stay.LONG));
    }
    Await.until(() -> isPoolAdded(pool, blockSize), () -> "etcd takes no pool");
    var crowd = new Crowd(stores, api == EtcdApi.V3, DEATHS, operations, seed);
    crowd.work(ALLOCATORS);
    assertThat(crowd.deaths()).isPositive();
    crowd.assertSoundAfterRepair(
        new PathDatastore(stores.getFirst()), directory.resolve("undo" + seed));
  }

  private boolean isPoolAdded(String pool, int blockSize) {
    try {
      CrowdTest.addPool(new PathDatastore(stores.getFirst()), pool, blockSize);
      return true;
    } catch (DatastoreException.Unavailable e) {
      return false; // not up yet
    } catch (DatastoreException.AlreadyExists e) {
      return true;
    }
  }
}
