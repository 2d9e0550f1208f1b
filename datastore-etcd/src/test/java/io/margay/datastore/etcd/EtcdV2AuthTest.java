package io.margay.datastore.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.margay.datastore.Await;
import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreConfig.EtcdApi;
import io.margay.datastore.DatastoreConfig.EtcdCredentials;
import io.margay.datastore.DatastoreConfig.EtcdTls;
import io.margay.datastore.DatastoreError;
import io.margay.datastore.DatastoreException.Unavailable;
import io.margay.datastore.Datastores;
import io.margay.datastore.Key;
import io.margay.datastore.SyncListener.Status;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A cluster with users, of the v2 API: who is no user is its guest, and its guest may nothing.
class EtcdV2AuthTest {

  private static final EtcdTls NO_TLS = new EtcdTls(null, null, null);
  private static final Key.FelixSetting SETTING = new Key.FelixSetting(null, "Custom");

  @TempDir Path directory;

  private EtcdCluster cluster;

  @BeforeEach
  void start() {
    cluster = EtcdCluster.start(directory, 1);
    asRoot("PUT", "users/root", "{'user':'root','password':'r'}");
    asRoot(
        "PUT",
        "roles/calico",
        "{'role':'calico','permissions':{'kv':{'read':['/calico*'],'write':['/calico*']}}}");
    asRoot("PUT", "users/margay", "{'user':'margay','password':'m','roles':['calico']}");
    asRoot("PUT", "enable", "");
    asRoot("PUT", "roles/guest", "{'role':'guest','revoke':{'kv':{'read':['/*'],'write':['/*']}}}");
  }

  @AfterEach
  void stop() {
    if (cluster != null) {
      cluster.close();
    }
  }

  private void asRoot(String method, String what, String body) {
    String pair = Base64.getEncoder().encodeToString("root:r".getBytes(StandardCharsets.UTF_8));
    var request =
        HttpRequest.newBuilder(URI.create(cluster.endpoints().getFirst() + "/v2/auth/" + what))
            .header("Authorization", "Basic " + pair)
            .header("Content-Type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(body.replace('\'', '"')))
            .build();
    try (var client = HttpClient.newHttpClient()) {
      var response = client.send(request, HttpResponse.BodyHandlers.ofString());
      assertThat(response.statusCode()).as(what + ": " + response.body()).isLessThan(300);
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private Datastore openAs(String user, String password) {
    return Datastores.open(cluster.config(EtcdApi.V2, new EtcdCredentials(user, password), NO_TLS));
  }

  @Test
  void aUserWithTheRightRoleIsServedUntilItIsGone() {
    try (var datastore = openAs("margay", "m")) {
      datastore.apply(SETTING, "1");
      assertThat(datastore.get(SETTING).orElseThrow().value()).isEqualTo("1");
      asRoot("DELETE", "users/margay", "");
      assertRefused(datastore, "'margay'");
    }
  }

  @Test
  void aWrongPasswordAndNoneAreRefused() {
    try (var datastore = openAs("margay", "wrong")) {
      assertRefused(datastore, "'margay'");
    }
    try (var datastore = Datastores.open(cluster.config(EtcdApi.V2))) {
      assertRefused(datastore, "without a user name");
    }
  }

  private static void assertRefused(Datastore datastore, String who) {
    assertThatThrownBy(() -> datastore.apply(SETTING, "2"))
        .isInstanceOfSatisfying(
            Unavailable.class,
            e -> assertThat(e.error()).isEqualTo(DatastoreError.ETCD_UNAUTHORIZED))
        .hasMessageContaining("connection is unauthorized")
        .hasMessageContaining(who);
  }

  @Test
  void whoIsRevokedWhileItFollowsKeepsWhatItKnowsAndSaysSoOnce() {
    try (var log = new HeardLog();
        var datastore = openAs("margay", "m");
        var root = openAs("root", "r")) {
      root.apply(SETTING, "1");
      try (var followed = new FollowedStore(datastore)) {
        followed.await(SETTING, "1");
        followed.await(Status.IN_SYNC);
        asRoot("PUT", "users/margay", "{'user':'margay','revoke':['calico']}");
        root.apply(SETTING, "2"); // ends the question that was asked before
        Await.until(() -> !log.complaints().isEmpty(), () -> "nobody complains");
        assertThat(followed.values()).containsKey(SETTING);
        asRoot("PUT", "users/margay", "{'user':'margay','grant':['calico']}");
        root.apply(SETTING, "3");
        followed.await(SETTING, "3");
      }
      assertThat(log.complaints())
          .singleElement(STRING)
          .contains("connection is unauthorized", "'margay'", "[etcd-unauthorized]");
    }
  }
}
