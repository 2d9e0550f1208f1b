package io.margay.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.datastore.DatastoreConfig.EtcdApi;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

class TenantOnEtcdV3IT extends TenantAcceptance {
  TenantOnEtcdV3IT() {
    super(new LabDatastore.Etcd(EtcdApi.V3, 1));
  }

  @Test
  @Order(3)
  void theStatusOfAnAgentHasALease() {
    SeedLab.awaitThat(
        () -> value("/calico/felix/v1/host/slave1/status").contains("\"lease\":\""),
        () -> value("/calico/felix/v1/host/slave1/status"));
    assertThat(value("/calico/felix/v1/host/slave1/last_reported_status"))
        .contains("\"kvs\"")
        .doesNotContain("\"lease\"");
    assertThat(value("/calico/v1/config/ClusterGUID")).contains("\"kvs\"");
  }

  private String value(String path) {
    var octets = path.getBytes(StandardCharsets.UTF_8);
    return askEtcd(
        "/v3/kv/range", "-d", "{\"key\":\"" + Base64.getEncoder().encodeToString(octets) + "\"}");
  }
}
