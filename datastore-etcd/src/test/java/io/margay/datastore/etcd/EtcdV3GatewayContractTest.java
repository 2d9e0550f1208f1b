package io.margay.datastore.etcd;

import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreConfig.EtcdApi;
import io.margay.datastore.Datastores;

/// The contract for programs that make a few calls: all but the watch goes by JSON over HTTP.
class EtcdV3GatewayContractTest extends EtcdContract {
  EtcdV3GatewayContractTest() {
    super(EtcdApi.V3, 1);
  }

  @Override
  protected Datastore open() {
    return Datastores.openBriefly(cluster().config(EtcdApi.V3));
  }
}
