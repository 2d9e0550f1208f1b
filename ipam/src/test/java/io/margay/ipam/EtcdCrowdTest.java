package io.margay.ipam;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.datastore.Await;
import io.margay.datastore.DatastoreConfig.EtcdApi;
import io.margay.datastore.DatastoreException;
import io.margay.datastore.DatastoreProvider.Stay;
import io.margay.datastore.etcd.EtcdAccess;
import io.margay.datastore.etcd.EtcdCluster;
import io.margay.datastore.etcd.v2.EtcdV2Store;
import io.margay.datastore.etcd.v3.EtcdV3Store;
import io.margay.datastore.path.PathDatastore;
import io.margay.datastore.path.PathStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Sixty-four allocators on a real etcd, who die at any step. `-Dipam.operations=1000000` makes it
/// a long run; `build/measure-ipam.sh` does.
class EtcdCrowdTest {

  private static final int ALLOCATORS = 64;
  private static final int CONNECTIONS = 4;
  private static final long OPERATIONS = Long.getLong("ipam.operations", 400);

  @TempDir Path directory;

  private EtcdCluster cluster;
  private final List<PathStore> stores = new ArrayList<>();

  @BeforeEach
  void start() throws IOException {
    cluster = EtcdCluster.start(Files.createDirectory(directory.resolve("etcd")), 1);
  }

  @AfterEach
  void stop() {
    stores.forEach(PathStore::close);
    if (cluster != null) {
      cluster.close();
    }
  }

  private Crowd crowd(EtcdApi api, double deaths, long operations, long seed) {
    var access = EtcdAccess.of(cluster.config(api));
    for (int i = 0; i < CONNECTIONS; i++) {
      stores.add(api == EtcdApi.V3 ? new EtcdV3Store(access, Stay.LONG) : new EtcdV2Store(access));
    }
    Await.until(this::addPool, () -> "etcd takes no pool");
    return new Crowd(stores, api == EtcdApi.V3, deaths, operations, seed);
  }

  private boolean addPool() {
    try {
      CrowdTest.addPool(new PathDatastore(stores.getFirst()), "10.64.0.0/16", 26);
      return true;
    } catch (DatastoreException.Unavailable e) {
      return false; // not up yet
    } catch (DatastoreException.AlreadyExists e) {
      return true;
    }
  }

  private void report(String what, Crowd.Times times, Crowd crowd, int leaks) {
    System.out.printf(
        "ipam, %s, %d allocators: %s; %d died, %d gave up, %d leaks, 0 after repair%n",
        what, ALLOCATORS, times, crowd.deaths(), crowd.conflicts(), leaks);
  }

  @Test
  void onV3NothingIsGivenOutTwiceAndARepairLeavesNoLeak() throws Exception {
    var crowd = crowd(EtcdApi.V3, 0.003, OPERATIONS, 11);
    var times = crowd.work(ALLOCATORS);
    assertThat(crowd.deaths()).isPositive();
    int leaks =
        crowd.assertSoundAfterRepair(
            new PathDatastore(stores.getFirst()), directory.resolve("undo"));
    report("etcd v3 with deaths", times, crowd, leaks);
  }

  @Test
  void onV2NothingIsGivenOutTwiceAndARepairLeavesNoLeak() throws Exception {
    var crowd = crowd(EtcdApi.V2, 0.003, Math.min(OPERATIONS, 20_000) / 2, 12);
    var times = crowd.work(ALLOCATORS);
    assertThat(crowd.deaths()).isPositive();
    int leaks =
        crowd.assertSoundAfterRepair(
            new PathDatastore(stores.getFirst()), directory.resolve("undo"));
    report("etcd v2 with deaths", times, crowd, leaks);
  }

  @Test
  void withoutDeathsNothingIsLeftOver() throws Exception {
    var crowd = crowd(EtcdApi.V3, 0, Math.min(OPERATIONS, 20_000), 13);
    var times = crowd.work(ALLOCATORS);
    int leaks =
        crowd.assertSoundAfterRepair(
            new PathDatastore(stores.getFirst()), directory.resolve("undo"));
    if (crowd.deaths() == 0) { // that is, if etcd has answered every call
      assertThat(leaks).isZero();
    }
    report("etcd v3", times, crowd, leaks);
  }
}
