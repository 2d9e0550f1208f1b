package io.margay.datastore.etcd;

import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreConfig.EtcdApi;
import io.margay.datastore.DatastoreContract;
import io.margay.datastore.Datastores;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// The contract on a real cluster, which all tests of a class share, emptied for each.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class EtcdContract extends DatastoreContract {

  private final EtcdApi api;
  private final int size;
  private EtcdCluster cluster;

  EtcdContract(EtcdApi api, int size) {
    this.api = api;
    this.size = size;
  }

  @BeforeAll
  void startCluster(@TempDir Path directory) {
    cluster = start(directory, size);
  }

  EtcdCluster start(Path directory, int size) {
    return EtcdCluster.start(directory, size);
  }

  @AfterAll
  void stopCluster() {
    if (cluster != null) {
      cluster.close();
    }
  }

  EtcdCluster cluster() {
    return cluster;
  }

  @Override
  protected void prepare() {
    cluster.empty();
  }

  @Override
  protected Datastore open() {
    return Datastores.open(cluster.config(api));
  }

  @Override
  protected Duration timeToLive() {
    return Duration.ofSeconds(2);
  }

  @Override
  protected void passes(Duration time) {} // by itself
}
