package io.margay.datastore.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.datastore.DatastoreConfig.EtcdApi;
import io.margay.datastore.DatastoreConfig.EtcdCredentials;
import io.margay.datastore.DatastoreConfig.EtcdTls;
import io.margay.datastore.DatastoreException.Unavailable;
import io.margay.datastore.Datastores;
import io.margay.datastore.etcd.v3.EtcdV3Store;
import io.margay.datastore.path.PathStore;
import io.margay.datastore.path.PathStore.Put;
import io.margay.datastore.path.PathStore.Transaction;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A cluster with users, of the v3 API.
class EtcdAuthTest {

  private static final EtcdTls NONE = new EtcdTls(null, null, null);

  @TempDir Path directory;

  private EtcdCluster cluster;

  @BeforeEach
  void start() {
    cluster = EtcdCluster.start(directory, 1);
    cluster.post("/v3/auth/user/add", "{\"name\":\"root\",\"password\":\"r\"}");
    cluster.post("/v3/auth/role/add", "{\"name\":\"root\"}");
    cluster.post("/v3/auth/user/grant", "{\"user\":\"root\",\"role\":\"root\"}");
    cluster.post("/v3/auth/user/add", "{\"name\":\"margay\",\"password\":\"m\"}");
    cluster.post("/v3/auth/role/add", "{\"name\":\"calico\"}");
    cluster.post(
        "/v3/auth/role/grant",
        "{\"name\":\"calico\",\"perm\":{\"permType\":\"READWRITE\",\"key\":\"%s\",\"range_end\":\"%s\"}}"
            .formatted(EtcdCluster.base64("/calico/"), EtcdCluster.base64("/calico0")));
    cluster.post("/v3/auth/user/grant", "{\"user\":\"margay\",\"role\":\"calico\"}");
    cluster.post("/v3/auth/enable", "{}");
  }

  @AfterEach
  void stop() {
    if (cluster != null) {
      cluster.close();
    }
  }

  private PathStore openAs(String user, String password) {
    return Datastores.openPaths(
        cluster.config(EtcdApi.V3, new EtcdCredentials(user, password), NONE));
  }

  private static void put(PathStore store, String path) {
    store.commit(new Transaction(List.of(), List.of(new Put(path, "x")), List.of()));
  }

  @Test
  void aUserWithTheRightRoleIsServedUntilItIsRevoked() {
    try (var store = openAs("margay", "m")) {
      put(store, "/calico/v1/config/A");
      assertThat(store.read(List.of("/calico/v1/config/A")).values()).hasSize(1);
      assertThatThrownBy(() -> put(store, "/elsewhere"))
          .isInstanceOf(Unavailable.class)
          .hasMessageContaining("connection is unauthorized")
          .hasMessageContaining("'margay'");
      revoke();
      assertThatThrownBy(() -> put(store, "/calico/v1/config/A"))
          .isInstanceOf(Unavailable.class)
          .hasMessageContaining("connection is unauthorized")
          .hasMessageContaining("'margay'");
    }
  }

  private void revoke() {
    var login = cluster.post("/v3/auth/authenticate", "{\"name\":\"root\",\"password\":\"r\"}");
    String token = login.path("token").asText();
    cluster.post("/v3/auth/user/delete", "{\"name\":\"margay\"}", token);
  }

  @Test
  void aWrongPasswordAndNoneAreRefused() {
    try (var store = openAs("margay", "wrong")) {
      assertThatThrownBy(() -> put(store, "/calico/v1/config/A"))
          .isInstanceOf(Unavailable.class)
          .hasMessageContaining("connection is unauthorized");
    }
    try (var store = new EtcdV3Store(EtcdAccess.of(cluster.config(EtcdApi.V3)))) {
      assertThatThrownBy(() -> put(store, "/calico/v1/config/A"))
          .isInstanceOf(Unavailable.class)
          .hasMessageContaining("without a user name");
    }
  }
}
