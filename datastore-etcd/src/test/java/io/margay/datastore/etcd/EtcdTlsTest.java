package io.margay.datastore.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.datastore.Await;
import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreConfig.Etcd;
import io.margay.datastore.DatastoreConfig.EtcdApi;
import io.margay.datastore.DatastoreConfig.EtcdTls;
import io.margay.datastore.DatastoreException;
import io.margay.datastore.DatastoreException.Misconfigured;
import io.margay.datastore.DatastoreException.Unavailable;
import io.margay.datastore.Datastores;
import io.margay.datastore.Key;
import io.margay.datastore.SyncListener.Status;
import io.margay.datastore.etcd.Certificates.Pair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A cluster that wants certificates, and one whose own certificate has expired.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EtcdTlsTest {

  private static final Key.FelixSetting SETTING = new Key.FelixSetting(null, "Custom");

  private Path directory;

  private Certificates ours;
  private Pair client;
  private Certificates others;
  private EtcdCluster cluster;
  private EtcdCluster expired;

  @BeforeAll
  void start(@TempDir Path shared) throws IOException {
    directory = shared;
    ours = new Certificates(directory, "ours");
    client = ours.signRsa("client");
    others = new Certificates(directory, "others");
    cluster =
        EtcdCluster.start(
            Files.createDirectory(directory.resolve("good")),
            1,
            ours.serverTls(ours.sign("server")));
    expired =
        EtcdCluster.start(
            Files.createDirectory(directory.resolve("expired")),
            1,
            ours.serverTls(ours.signExpired("old")));
  }

  @AfterAll
  void stop() {
    if (cluster != null) {
      cluster.close();
    }
    if (expired != null) {
      expired.close();
    }
  }

  /// The ways in which etcd is spoken to.
  private enum Speech {
    V2(EtcdApi.V2),
    V3(EtcdApi.V3),
    V3_GATEWAY(EtcdApi.V3);

    final EtcdApi api;

    Speech(EtcdApi api) {
      this.api = api;
    }

    Datastore open(Etcd config) {
      return this == V3_GATEWAY ? Datastores.openBriefly(config) : Datastores.open(config);
    }
  }

  @ParameterizedTest
  @EnumSource
  void whoShowsACertificateOfTheRightAuthorityIsServed(Speech speech) {
    try (var datastore = speech.open(config(cluster, speech.api, client, ours.ca()))) {
      datastore.apply(SETTING, "" + speech);
      assertThat(datastore.get(SETTING).orElseThrow().value()).isEqualTo("" + speech);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aMemberOfAnotherAuthorityIsNotTrusted(Speech speech) {
    assertRefused(speech, config(cluster, speech.api, client, others.ca()))
        .hasMessageContaining("is not signed by a CA that is trusted here");
  }

  @ParameterizedTest
  @EnumSource
  void anExpiredCertificateIsNamedAsSuch(Speech speech) {
    assertRefused(speech, config(expired, speech.api, client, ours.ca()))
        .hasMessageContaining("A certificate has expired");
  }

  @ParameterizedTest
  @EnumSource
  void whoShowsNoCertificateIsNotServed(Speech speech) {
    var files = new EtcdTls(null, null, ours.ca());
    assertRefused(speech, cluster.config(speech.api, null, files))
        .hasMessageContaining("etcdCertFile");
  }

  @ParameterizedTest
  @EnumSource
  void whoSpeaksPlainlyToATlsPortIsToldOfHttps(Speech speech) {
    var plain =
        new Etcd(
            speech.api,
            List.of(cluster.endpoints().getFirst().replace("https:", "http:")),
            null,
            new EtcdTls(null, null, null));
    assertRefused(speech, plain).hasMessageContaining("https://");
  }

  /// Members that show a certificate which nobody should accept, while they are followed.
  @ParameterizedTest
  @EnumSource(names = {"V2", "V3"})
  void aCertificateThatTurnsBadTakesNothingAwayAndIsNamedOnce(Speech speech) throws IOException {
    var good = ours.serverTls(ours.sign("renewed" + speech));
    var files = Files.createDirectory(directory.resolve("turning" + speech));
    try (var log = new HeardLog();
        var turning = EtcdCluster.start(files, 1, good);
        var datastore = speech.open(config(turning, speech.api, client, ours.ca()))) {
      datastore.apply(SETTING, "1");
      try (var followed = new FollowedStore(datastore)) {
        followed.await(SETTING, "1");
        followed.await(Status.IN_SYNC);
        turning.restartWith(ours.serverTls(ours.signExpired("expired" + speech)));
        Await.until(() -> complains(log, "has expired"), () -> log.complaints().toString());
        turning.restartWith(others.serverTls(others.sign("foreign" + speech), ours.ca()));
        assertThat(followed.values()).containsEntry(SETTING, "1");
        turning.restartWith(good);
        datastore.apply(SETTING, "2");
        followed.await(SETTING, "2");
      }
      assertThat(log.complaints()).hasSize(1);
    }
  }

  private static boolean complains(HeardLog log, String text) {
    return log.complaints().stream().anyMatch(each -> each.contains(text));
  }

  @Test
  void keysInTheFormsOfOldToolsAreUnderstood() throws Exception {
    // PKCS #8 holds the PKCS #1 key as it is, after 26 bytes of header for 2048 bits and more.
    byte[] pkcs8 = der(client.key());
    byte[] pkcs1 = Arrays.copyOfRange(pkcs8, 26, pkcs8.length);
    Path key = directory.resolve("pkcs1.key");
    Files.writeString(key, Certificates.pem("RSA PRIVATE KEY", pkcs1));
    var pair = new Pair(client.cert(), key);
    try (var datastore = Datastores.open(config(cluster, EtcdApi.V3, pair, ours.ca()))) {
      datastore.apply(SETTING, "by PKCS #1");
      assertThat(datastore.get(SETTING)).isPresent();
    }
  }

  private static byte[] der(Path pem) throws IOException {
    String base64 = Files.readString(pem).replaceAll("-----[^-]+-----", "");
    return Base64.getMimeDecoder().decode(base64);
  }

  @Test
  void filesThatAreOfNoUseAreNamed() throws IOException {
    Path empty = Files.createTempFile(directory, "empty", ".pem");
    assertMisconfigured(new EtcdTls(null, null, empty)).hasMessageContaining(empty.toString());
    assertMisconfigured(new EtcdTls(null, null, directory.resolve("absent.pem")))
        .hasMessageContaining("absent.pem")
        .hasMessageContaining("ETCD_CA_CERT_FILE");
    assertMisconfigured(new EtcdTls(client.key(), null, null)).hasMessageContaining("together");
  }

  private AbstractThrowableAssert<?, ?> assertMisconfigured(EtcdTls files) {
    return assertThatThrownBy(() -> Datastores.open(cluster.config(EtcdApi.V3, null, files)))
        .isInstanceOf(Misconfigured.class);
  }

  private static Etcd config(EtcdCluster cluster, EtcdApi api, Pair client, Path ca) {
    return cluster.config(api, null, new EtcdTls(client.key(), client.cert(), ca));
  }

  private static AbstractThrowableAssert<?, ? extends Throwable> assertRefused(
      Speech speech, Etcd config) {
    try (var datastore = speech.open(config)) {
      return assertThatThrownBy(() -> datastore.get(SETTING))
          .isInstanceOf(Unavailable.class)
          .isInstanceOf(DatastoreException.class)
          .hasMessageContaining(config.endpoints().getFirst());
    }
  }
}
