package io.margay.datastore.etcd;

import java.nio.file.Path;

/// The contract for programs that make a few calls, on a newer etcd than Debian 12's.
class EtcdV3NewerGatewayContractTest extends EtcdV3GatewayContractTest {

  @Override
  EtcdCluster start(Path directory, int size) {
    return EtcdCluster.startNewer(directory);
  }
}
