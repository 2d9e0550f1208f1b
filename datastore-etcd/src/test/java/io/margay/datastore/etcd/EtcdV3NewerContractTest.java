package io.margay.datastore.etcd;

import io.margay.datastore.DatastoreConfig.EtcdApi;
import java.nio.file.Path;

/// The contract on a newer etcd than Debian 12's.
class EtcdV3NewerContractTest extends EtcdContract {
  EtcdV3NewerContractTest() {
    super(EtcdApi.V3, 1);
  }

  @Override
  EtcdCluster start(Path directory, int size) {
    return EtcdCluster.startNewer(directory);
  }
}
