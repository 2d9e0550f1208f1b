package io.margay.datastore.etcd;

import io.margay.datastore.DatastoreConfig.EtcdApi;

class EtcdV3ContractTest extends EtcdContract {
  EtcdV3ContractTest() {
    super(EtcdApi.V3, 1);
  }
}
