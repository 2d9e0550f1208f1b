package io.margay.datastore.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.margay.datastore.Await;
import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreConfig.EtcdApi;
import io.margay.datastore.DatastoreConfig.EtcdCredentials;
import io.margay.datastore.DatastoreConfig.EtcdTls;
import io.margay.datastore.DatastoreException.Unavailable;
import io.margay.datastore.DatastoreProvider.Stay;
import io.margay.datastore.Datastores;
import io.margay.datastore.Key;
import io.margay.datastore.SyncListener.Status;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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

  private PathStore openAs(Stay stay, String user, String password) {
    return Datastores.openPaths(
        cluster.config(EtcdApi.V3, new EtcdCredentials(user, password), NONE), stay);
  }

  private static void put(PathStore store, String path) {
    store.commit(new Transaction(List.of(), List.of(new Put(path, "x")), List.of()));
  }

  @ParameterizedTest
  @EnumSource
  void aUserWithTheRightRoleIsServedUntilItIsRevoked(Stay stay) {
    try (var store = openAs(stay, "margay", "m")) {
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
    asRoot("/v3/auth/user/delete", "{\"name\":\"margay\"}");
  }

  private void asRoot(String path, String body) {
    var login = cluster.post("/v3/auth/authenticate", "{\"name\":\"root\",\"password\":\"r\"}");
    cluster.post(path, body, login.path("token").asText());
  }

  @Test
  void whoIsRevokedWhileItFollowsKeepsWhatItKnowsAndSaysSoOnce() {
    var config = cluster.config(EtcdApi.V3, new EtcdCredentials("margay", "m"), NONE);
    var setting = new Key.FelixSetting(null, "Custom");
    try (var log = new HeardLog();
        var datastore = Datastores.open(config);
        var root =
            Datastores.open(cluster.config(EtcdApi.V3, new EtcdCredentials("root", "r"), NONE))) {
      root.apply(setting, "1");
      try (var followed = new FollowedStore(datastore)) {
        followed.await(setting, "1");
        followed.await(Status.IN_SYNC);
        asRoot("/v3/auth/user/revoke", "{\"name\":\"margay\",\"role\":\"calico\"}");
        Await.until(() -> !log.complaints().isEmpty(), () -> "nobody complains");
        root.apply(setting, "2");
        Await.until(() -> refused(datastore, setting), () -> "a user without a role is served");
        asRoot("/v3/auth/user/grant", "{\"user\":\"margay\",\"role\":\"calico\"}");
        followed.await(setting, "2");
      }
      assertThat(log.complaints())
          .singleElement(STRING)
          .contains("connection is unauthorized", "'margay'", "etcdUsername");
    }
  }

  private static boolean refused(Datastore datastore, Key<String> key) {
    try {
      datastore.get(key);
      return false;
    } catch (Unavailable e) {
      return true;
    }
  }

  /// etcd keeps the tokens in memory only.
  @ParameterizedTest
  @EnumSource
  void aUserWhoseTokenWasForgottenGetsANewOne(Stay stay) {
    try (var store = openAs(stay, "margay", "m")) {
      put(store, "/calico/v1/config/A");
      cluster.killAll();
      cluster.startAll();
      put(store, "/calico/v1/config/B");
      assertThat(store.read(List.of("/calico/v1/config/B")).values()).hasSize(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aWrongPasswordAndNoneAreRefused(Stay stay) {
    try (var store = openAs(stay, "margay", "wrong")) {
      assertThatThrownBy(() -> put(store, "/calico/v1/config/A"))
          .isInstanceOf(Unavailable.class)
          .hasMessageContaining("connection is unauthorized");
    }
    try (var store = new EtcdV3Store(EtcdAccess.of(cluster.config(EtcdApi.V3)), stay)) {
      assertThatThrownBy(() -> put(store, "/calico/v1/config/A"))
          .isInstanceOf(Unavailable.class)
          .hasMessageContaining("without a user name");
    }
  }
}
