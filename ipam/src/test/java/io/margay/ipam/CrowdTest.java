package io.margay.ipam;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.datastore.Datastore;
import io.margay.datastore.Key;
import io.margay.datastore.MemoryStore;
import io.margay.datastore.path.PathDatastore;
import io.margay.model.IpPool;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Many at once who die at any step, on a store in memory: with room, and in a pool that is full
/// most of the time.
class CrowdTest {

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    "true,  10.64.0.0/16, 26, 0.01, 1",
    "false, 10.64.0.0/16, 26, 0.01, 2",
    "true,  10.64.0.0/26, 30, 0.01, 3",
    "false, 10.64.0.0/26, 30, 0.01, 4",
    "true,  10.64.0.0/27, 28, 0,    5",
    "false, 10.64.0.0/27, 28, 0,    6"
  })
  void nothingIsGivenOutTwiceAndARepairLeavesNoLeak(
      boolean transactions, String pool, int blockSize, double deaths, long seed) throws Exception {
    var store = new MemoryStore(InstantSource.system(), transactions);
    Datastore datastore = new PathDatastore(store);
    addPool(datastore, pool, blockSize);
    var crowd = new Crowd(List.of(store), transactions, deaths, 1500, seed);
    crowd.work(16);
    assertThat(crowd.deaths() > 0).isEqualTo(deaths > 0);
    int leaks = crowd.assertSoundAfterRepair(datastore, directory.resolve("undo"));
    if (deaths == 0) {
      assertThat(leaks).isZero();
    }
  }

  static void addPool(Datastore datastore, String cidr, int blockSize) {
    var pool =
        new IpPool(
            new IpPool.Metadata(World.net(cidr)),
            new IpPool.Spec(null, false, false, blockSize, null));
    datastore.create(new Key.ForResource(pool.key()), pool);
  }
}
