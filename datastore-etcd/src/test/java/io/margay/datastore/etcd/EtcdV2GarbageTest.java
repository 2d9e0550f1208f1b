package io.margay.datastore.etcd;

import io.margay.datastore.DatastoreConfig.EtcdApi;
import io.margay.datastore.DatastoreException.Unavailable;
import io.margay.datastore.DatastoreProvider.Stay;
import io.margay.datastore.Datastores;
import io.margay.datastore.path.GarbageContract;
import io.margay.datastore.path.PathStore;
import io.margay.datastore.path.PathStore.Put;
import io.margay.datastore.path.PathStore.Transaction;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;

/// The keys API takes one value at a time, so there are fewer; `-Dmargay.garbage.v2=100000` makes
/// them as many as on the other stores.
class EtcdV2GarbageTest extends GarbageContract {

  private static final int AT_ONCE = 16;

  private EtcdCluster cluster;

  @Override
  protected PathStore open(Path directory) {
    cluster = EtcdCluster.start(directory, 1);
    return Datastores.openPaths(cluster.config(EtcdApi.V2), Stay.LONG);
  }

  @AfterEach
  void stop() {
    if (cluster != null) {
      cluster.close();
    }
  }

  @Override
  protected int count() {
    return Integer.getInteger("margay.garbage.v2", 5_000);
  }

  /// What the API takes for a directory, or where it has one, it refuses.
  @Override
  protected void putAll(PathStore store, List<Put> puts) {
    var places = new Semaphore(AT_ONCE);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var put : puts) {
        if (store.objections(List.of(put)).isEmpty()) {
          places.acquireUninterruptibly();
          threads.execute(() -> {
            try {
              store.commit(new Transaction(List.of(), List.of(put), List.of()));
            } catch (Unavailable e) {
              // a key where others have a directory, or the other way round
            } finally {
              places.release();
            }
          });
        }
      }
    }
  }
}
