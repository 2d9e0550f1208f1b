package io.margay.datastore.etcd;

import io.margay.datastore.DatastoreConfig.EtcdApi;

class EtcdV2ThreeMembersContractTest extends EtcdContract {
  EtcdV2ThreeMembersContractTest() {
    super(EtcdApi.V2, 3);
  }

  @Override
  protected boolean writesInOneStep() {
    return false;
  }
}
