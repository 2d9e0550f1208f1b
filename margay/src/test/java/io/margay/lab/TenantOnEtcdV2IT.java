package io.margay.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.datastore.DatastoreConfig.EtcdApi;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

class TenantOnEtcdV2IT extends TenantAcceptance {
  TenantOnEtcdV2IT() {
    super(new LabDatastore.Etcd(EtcdApi.V2, 1));
  }

  @Test
  @Order(3)
  void theStatusOfAnAgentHasATimeToLive() {
    SeedLab.awaitThat(
        () -> value("/calico/felix/v1/host/slave1/status").contains("\"ttl\":"),
        () -> value("/calico/felix/v1/host/slave1/status"));
    assertThat(value("/calico/felix/v1/host/slave1/last_reported_status"))
        .contains("uptime")
        .doesNotContain("\"ttl\":");
    assertThat(value("/calico/v1/config/ClusterGUID"))
        .containsPattern("\"value\":\"[0-9a-f]{32}\"");
    assertThat(value("/calico/v1/Ready")).contains("\"value\":\"true\"");
  }

  private String value(String path) {
    return askEtcd("/v2/keys" + path);
  }
}
