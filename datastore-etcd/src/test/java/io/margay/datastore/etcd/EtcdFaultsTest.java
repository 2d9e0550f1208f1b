package io.margay.datastore.etcd;

import static io.margay.datastore.Samples.keyOf;
import static io.margay.datastore.Samples.policy;
import static io.margay.datastore.Samples.profile;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.margay.datastore.Await;
import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreConfig.Etcd;
import io.margay.datastore.DatastoreConfig.EtcdApi;
import io.margay.datastore.DatastoreConfig.EtcdTls;
import io.margay.datastore.DatastoreException.Unavailable;
import io.margay.datastore.Datastores;
import io.margay.datastore.Key;
import io.margay.datastore.SyncListener.Status;
import io.margay.datastore.cluster.ClusterInitialiser;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What users of a store see when something happens to its cluster.
class EtcdFaultsTest {

  private static final Key.FelixSetting SETTING = new Key.FelixSetting(null, "Custom");
  private static final Key.FelixSetting OTHER = new Key.FelixSetting(null, "Other");

  @TempDir Path directory;

  private EtcdCluster cluster;
  private Datastore datastore;
  private FollowedStore followed;

  private void follow(Etcd config) {
    datastore = Datastores.open(config);
    new ClusterInitialiser(datastore).initialise();
    var policy = policy("p", "all()");
    var profile = profile("q", Map.of());
    datastore.apply(keyOf(policy), policy);
    datastore.apply(keyOf(profile), profile);
    datastore.apply(SETTING, "0");
    followed = new FollowedStore(datastore);
    followed.await(SETTING, "0");
    followed.await(Status.IN_SYNC);
  }

  @AfterEach
  void stop() {
    if (followed != null) {
      followed.close();
    }
    if (datastore != null) {
      datastore.close();
    }
    if (cluster != null) {
      cluster.close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aLeaderThatDiesIsReplacedAndNothingIsMissed(EtcdApi api) {
    cluster = EtcdCluster.start(directory, 3);
    follow(cluster.config(api));
    cluster.kill(cluster.leader());
    datastore.apply(SETTING, "1");
    followed.await(SETTING, "1");
  }

  @Test
  void aProgramThatMakesAFewCallsFindsTheMembersThatLive() {
    cluster = EtcdCluster.start(directory, 3);
    try (var brief = Datastores.openBriefly(cluster.config(EtcdApi.V3))) {
      brief.apply(SETTING, "0");
      for (int member = 0; member < 3; member++) {
        cluster.kill(member);
        brief.apply(SETTING, "without " + member);
        assertThat(brief.get(SETTING).orElseThrow().value()).isEqualTo("without " + member);
        cluster.start(member);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aClusterThatIsDownForAWhileIsFollowedOnAndToldOfOnce(EtcdApi api) {
    cluster = EtcdCluster.start(directory, 1);
    follow(cluster.config(api));
    var log = new HeardLog();
    var before = followed.values();
    cluster.killAll();
    String endpoint = cluster.endpoints().getFirst();
    assertThatThrownBy(() -> datastore.apply(SETTING, "1"))
        .isInstanceOf(Unavailable.class)
        .hasMessageContaining(endpoint)
        .hasMessageContaining("refused")
        .hasMessageContaining("Check that etcd runs");
    assertThat(followed.values()).isEqualTo(before);
    cluster.startAll();
    datastore.apply(SETTING, "2");
    followed.await(SETTING, "2");
    log.close();
    assertThat(log.complaints()).singleElement(STRING).contains(endpoint, "The watch goes on");
  }

  @ParameterizedTest
  @EnumSource
  void historyThatIsGoneAfterACutIsMadeUpFor(EtcdApi api) {
    cluster = EtcdCluster.start(directory, 1);
    int port = URI.create(cluster.endpoints().getFirst()).getPort();
    try (var link = new CuttableLink(port);
        var direct = Datastores.open(cluster.config(api))) {
      var endpoint = "http://127.0.0.1:" + link.port();
      follow(new Etcd(api, List.of(endpoint), null, new EtcdTls(null, null, null)));
      link.cut();
      direct.delete(SETTING, null);
      for (int i = 0; i <= (api == EtcdApi.V2 ? 1100 : 10); i++) {
        direct.apply(OTHER, "" + i);
      }
      cluster.compact();
      link.mend();
      followed.awaitGone(SETTING);
      followed.await(OTHER, api == EtcdApi.V2 ? "1100" : "10");
      datastore.apply(SETTING, "after");
      followed.await(SETTING, "after");
    }
  }

  @ParameterizedTest
  @EnumSource
  void anEmptiedStoreTakesNothingAway(EtcdApi api) {
    cluster = EtcdCluster.start(directory, 1);
    follow(cluster.config(api));
    var before = followed.values();
    try (var log = new HeardLog()) {
      cluster.empty();
      followed.await(Status.WAITING);
      assertThat(log.complaints()).singleElement(STRING).contains("emptied or replaced");
    }
    assertThat(followed.values()).isEqualTo(before);
  }

  @ParameterizedTest
  @EnumSource
  void aClusterThatWasPutUpAnewTakesNothingAwayUntilItIsRestored(EtcdApi api) {
    cluster = EtcdCluster.start(directory, 1);
    follow(cluster.config(api));
    var before = followed.values();
    cluster.replace();
    followed.await(Status.WAITING);
    assertThat(followed.values()).isEqualTo(before);
    before.forEach(this::restore);
    followed.await(Status.IN_SYNC);
    Await.until(() -> followed.values().equals(before), () -> "known: " + followed.values());
  }

  @SuppressWarnings("unchecked")
  private <V> void restore(Key<V> key, Object value) {
    datastore.apply(key, (V) value);
  }

  @Test
  void withoutAQuorumACallTellsSo() {
    cluster = EtcdCluster.start(directory, 3);
    follow(cluster.config(EtcdApi.V3));
    int leader = cluster.leader();
    cluster.kill(leader);
    cluster.kill((leader + 1) % 3);
    assertThatThrownBy(() -> datastore.apply(SETTING, "1"))
        .isInstanceOf(Unavailable.class)
        .hasMessageContaining("more than half of its members");
    cluster.start(leader);
    Await.until(() -> isWritable("2"), () -> "the cluster does not take writes");
    followed.await(SETTING, "2");
  }

  @ParameterizedTest
  @EnumSource
  void aMemberThatStandsStillIsPassedOver(EtcdApi api) {
    cluster = EtcdCluster.start(directory, 3);
    follow(cluster.config(api));
    try (var other = Datastores.open(cluster.config(api))) {
      for (int member = 0; member < 3; member++) {
        int still = member;
        cluster.pause(still);
        try {
          Await.until(
              () -> isWritable(other, "without " + still),
              () -> "the cluster does not take writes");
          followed.await(SETTING, "without " + still);
        } finally {
          cluster.resume(still);
        }
      }
    }
  }

  /// etcd refuses writes when its quota is used up, and answers everything else.
  @Test
  void aFullDiskRefusesWritesAndTakesNothingAway() {
    cluster = EtcdCluster.start(directory, 1, null, List.of("--quota-backend-bytes=" + (16 << 20)));
    follow(cluster.config(EtcdApi.V3));
    var before = followed.values();
    String mebibyte = "\"" + "x".repeat(1 << 20) + "\"";
    for (int i = 0; i < 20; i++) {
      String value = EtcdCluster.base64(mebibyte);
      cluster.post(
          "/v3/kv/put",
          "{\"key\":\"%s\",\"value\":\"%s\"}".formatted(EtcdCluster.base64("/other"), value));
    }
    assertThatThrownBy(() -> datastore.apply(SETTING, "1"))
        .isInstanceOf(Unavailable.class)
        .hasMessageContaining("disk quota is used up")
        .hasMessageContaining("alarm disarm");
    assertThat(datastore.get(SETTING).orElseThrow().value()).isEqualTo("0");
    assertThat(followed.values()).isEqualTo(before);

    cluster.compact();
    cluster.post("/v3/maintenance/defragment", "{}");
    var alarm = cluster.post("/v3/maintenance/alarm", "{\"action\":\"GET\"}").path("alarms").get(0);
    cluster.post(
        "/v3/maintenance/alarm",
        "{\"action\":\"DEACTIVATE\",\"memberID\":\"%s\",\"alarm\":\"NOSPACE\"}"
            .formatted(alarm.path("memberID").asText()));
    datastore.apply(SETTING, "2");
    followed.await(SETTING, "2");
  }

  private boolean isWritable(String value) {
    return isWritable(datastore, value);
  }

  private static boolean isWritable(Datastore datastore, String value) {
    try {
      datastore.apply(SETTING, value);
      return true;
    } catch (Unavailable e) {
      return false;
    }
  }
}
