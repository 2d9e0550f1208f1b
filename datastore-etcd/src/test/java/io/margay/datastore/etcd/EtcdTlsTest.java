package io.margay.datastore.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.datastore.DatastoreConfig.Etcd;
import io.margay.datastore.DatastoreConfig.EtcdApi;
import io.margay.datastore.DatastoreConfig.EtcdTls;
import io.margay.datastore.DatastoreException;
import io.margay.datastore.DatastoreException.Misconfigured;
import io.margay.datastore.DatastoreException.Unavailable;
import io.margay.datastore.Datastores;
import io.margay.datastore.Key;
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

  @ParameterizedTest
  @EnumSource
  void whoShowsACertificateOfTheRightAuthorityIsServed(EtcdApi api) {
    try (var datastore = Datastores.open(config(cluster, api, client, ours.ca()))) {
      datastore.apply(SETTING, "" + api);
      assertThat(datastore.get(SETTING).orElseThrow().value()).isEqualTo("" + api);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aMemberOfAnotherAuthorityIsNotTrusted(EtcdApi api) {
    assertRefused(config(cluster, api, client, others.ca()))
        .hasMessageContaining("is not signed by a CA that is trusted here");
  }

  @ParameterizedTest
  @EnumSource
  void anExpiredCertificateIsNamedAsSuch(EtcdApi api) {
    assertRefused(config(expired, api, client, ours.ca()))
        .hasMessageContaining("A certificate has expired");
  }

  @ParameterizedTest
  @EnumSource
  void whoShowsNoCertificateIsNotServed(EtcdApi api) {
    var files = new EtcdTls(null, null, ours.ca());
    assertRefused(cluster.config(api, null, files)).hasMessageContaining("etcdCertFile");
  }

  @Test
  void whoSpeaksPlainlyToATlsPortIsToldOfHttps() {
    var plain =
        new Etcd(
            EtcdApi.V3,
            List.of(cluster.endpoints().getFirst().replace("https:", "http:")),
            null,
            new EtcdTls(null, null, null));
    assertRefused(plain).hasMessageContaining("https://");
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

  private static AbstractThrowableAssert<?, ? extends Throwable> assertRefused(Etcd config) {
    try (var datastore = Datastores.open(config)) {
      return assertThatThrownBy(() -> datastore.get(SETTING))
          .isInstanceOf(Unavailable.class)
          .isInstanceOf(DatastoreException.class)
          .hasMessageContaining(config.endpoints().getFirst());
    }
  }
}
