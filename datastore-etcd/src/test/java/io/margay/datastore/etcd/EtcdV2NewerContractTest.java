package io.margay.datastore.etcd;

import java.nio.file.Path;

/// The contract on the v2 API of a newer etcd than Debian 12's.
class EtcdV2NewerContractTest extends EtcdV2ContractTest {

  @Override
  EtcdCluster start(Path directory, int size) {
    return EtcdCluster.startNewer(directory);
  }
}
