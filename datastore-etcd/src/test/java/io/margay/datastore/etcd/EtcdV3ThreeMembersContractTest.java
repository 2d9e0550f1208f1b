package io.margay.datastore.etcd;

import io.margay.datastore.DatastoreConfig.EtcdApi;

class EtcdV3ThreeMembersContractTest extends EtcdContract {
  EtcdV3ThreeMembersContractTest() {
    super(EtcdApi.V3, 3);
  }
}
