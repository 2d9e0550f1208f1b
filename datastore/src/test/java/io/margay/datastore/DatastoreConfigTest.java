package io.margay.datastore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.datastore.DatastoreConfig.Embedded;
import io.margay.datastore.DatastoreConfig.Etcd;
import io.margay.datastore.DatastoreConfig.EtcdApi;
import io.margay.datastore.DatastoreConfig.EtcdCredentials;
import io.margay.datastore.DatastoreConfig.EtcdTls;
import io.margay.datastore.DatastoreException.Misconfigured;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatastoreConfigTest {

  private static final EtcdTls NO_TLS = new EtcdTls(null, null, null);

  @TempDir Path directory;

  @Test
  void nothingConfiguredMeansTheEmbeddedStoreOfTheMachine() {
    assertThat(load(Map.of())).isEqualTo(new Embedded(Path.of("/var/lib/margay/datastore.db")));
  }

  @Test
  void withoutRootTheEmbeddedStoreLiesBelowTheStateDirectoryOfTheUser() {
    assertThat(loadAsUser(Map.of("XDG_STATE_HOME", "/home/ann/state", "HOME", "/home/ann")))
        .isEqualTo(new Embedded(Path.of("/home/ann/state/margay/datastore.db")));
    assertThat(loadAsUser(Map.of("HOME", "/home/ann")))
        .isEqualTo(new Embedded(Path.of("/home/ann/.local/state/margay/datastore.db")));
    assertThat(loadAsUser(Map.of("XDG_STATE_HOME", "not/absolute", "HOME", "/home/ann")))
        .isEqualTo(new Embedded(Path.of("/home/ann/.local/state/margay/datastore.db")));
  }

  @Test
  void theEnvironmentSaysWhereTheEmbeddedStoreLies() {
    assertThat(load(Map.of("EMBEDDED_PATH", "/srv/store.db")))
        .isEqualTo(new Embedded(Path.of("/srv/store.db")));
    assertThat(load(Map.of("EMBEDDED_PATH", "/srv/a.db", "CALICO_EMBEDDED_PATH", "/srv/b.db")))
        .isEqualTo(new Embedded(Path.of("/srv/b.db")));
  }

  @Test
  void anyEtcdVariableWithoutATypeMeansEtcdWithItsSecondApi() {
    assertThat(load(Map.of("ETCD_AUTHORITY", "10.0.0.1:4001")))
        .isEqualTo(new Etcd(EtcdApi.V2, List.of("http://10.0.0.1:4001"), null, NO_TLS));
    assertThat(load(Map.of("CALICO_ETCD_SCHEME", "https")))
        .isEqualTo(new Etcd(EtcdApi.V2, List.of("https://127.0.0.1:2379"), null, NO_TLS));
  }

  @Test
  void emptyVariablesCountAsUnset() {
    assertThat(load(Map.of("ETCD_AUTHORITY", "", "DATASTORE_TYPE", "")))
        .isEqualTo(new Embedded(Path.of("/var/lib/margay/datastore.db")));
  }

  @Test
  void theTypeWinsOverEtcdVariablesThatAreSetToo() {
    assertThat(load(Map.of("DATASTORE_TYPE", "embedded", "ETCD_ENDPOINTS", "http://10.0.0.1:1")))
        .isEqualTo(new Embedded(Path.of("/var/lib/margay/datastore.db")));
  }

  @Test
  void endpointsWinOverAuthorityAndCredentialsNeedBothHalves() {
    var environment =
        Map.of(
            "DATASTORE_TYPE", "etcdv3",
            "ETCD_ENDPOINTS", "http://10.0.0.1:2379, http://10.0.0.2:2379",
            "ETCD_AUTHORITY", "10.9.9.9:1",
            "ETCD_USERNAME", "ann",
            "ETCD_PASSWORD", "secret",
            "ETCD_CA_CERT_FILE", "/etc/ca.pem");
    assertThat(load(environment))
        .isEqualTo(
            new Etcd(
                EtcdApi.V3,
                List.of("http://10.0.0.1:2379", "http://10.0.0.2:2379"),
                new EtcdCredentials("ann", "secret"),
                new EtcdTls(null, null, Path.of("/etc/ca.pem"))));
    assertThat(load(Map.of("ETCD_USERNAME", "ann")))
        .isEqualTo(new Etcd(EtcdApi.V2, List.of("http://127.0.0.1:2379"), null, NO_TLS));
  }

  @Test
  void aFileIsUsedAlone() throws IOException {
    var file =
        file(
            """
            apiVersion: v1
            kind: calicoApiConfig
            metadata:
            spec:
              datastoreType: embedded
            """);
    assertThat(
            DatastoreConfig.load(
                file, Map.of("EMBEDDED_PATH", "/srv/a.db", "ETCD_AUTHORITY", "a:1"), true))
        .isEqualTo(new Embedded(Path.of("/var/lib/margay/datastore.db")));
  }

  @Test
  void fieldNamesOfAFileIgnoreCaseAndValuesStayTheTextTheyAre() throws IOException {
    var file =
        file(
            """
            {"apiVersion": "v1", "kind": "calicoApiConfig",
             "spec": {"etcdendpoints": "https://etcd:2379", "etcdUsername": 0123,
                      "etcdPassword": true}}
            """);
    assertThat(DatastoreConfig.load(file, Map.of(), true))
        .isEqualTo(
            new Etcd(
                EtcdApi.V2,
                List.of("https://etcd:2379"),
                new EtcdCredentials("0123", "true"),
                NO_TLS));
  }

  @Test
  void aFileWithoutATypeMeansEtcdAndMustSayWhereItIs() throws IOException {
    assertRefused("apiVersion: v1\nkind: calicoApiConfig\nspec: {}\n")
        .hasMessage("no etcd authority or endpoints specified");
  }

  @Test
  void aFileOfAnotherVersionOrKindIsRefused() throws IOException {
    assertRefused("").hasMessage("invalid config file: unknown APIVersion ''");
    assertRefused("apiVersion: v2\nkind: calicoApiConfig\n")
        .hasMessage("invalid config file: unknown APIVersion 'v2'");
    assertRefused("apiVersion: v1\nkind: node\n")
        .hasMessage("invalid config file: expected kind 'calicoApiConfig', got 'node'");
  }

  @Test
  void aFileWithUnknownFieldsIsRefused() throws IOException {
    assertRefused("apiVersion: v1\nkind: calicoApiConfig\nspec: {datastoretipe: x}\n")
        .hasMessage(
            "error parsing document: field in document is not recognized or is in the wrong"
                + " location: datastoretipe");
    assertRefused("apiVersion: v1\nkind: calicoApiConfig\nembeddedPath: /x\nspec: {a: b}\n")
        .hasMessage(
            "error parsing document: fields in document are not recognized or are in the wrong"
                + " location: embeddedPath, a");
  }

  @Test
  void aFileThatIsNoYamlIsRefusedWithThePlace() throws IOException {
    assertRefused("apiVersion: [v1\n")
        .hasMessageContaining("config file")
        .hasMessageContaining("line 2");
    assertRefused("apiVersion: v1\nkind: calicoApiConfig\nspec: embedded\n")
        .hasMessage("invalid config file: expected a mapping of names to values, got 'embedded'");
  }

  @Test
  void typesOfNoUseNameTheOneThatWorks() {
    assertThatThrownBy(() -> load(Map.of("DATASTORE_TYPE", "kubernetes")))
        .isInstanceOf(Misconfigured.class)
        .hasMessageContaining("'kubernetes'")
        .hasMessageContaining("DATASTORE_TYPE=embedded");
    assertThatThrownBy(() -> load(Map.of("DATASTORE_TYPE", "consul")))
        .isInstanceOf(Misconfigured.class)
        .hasMessageStartingWith("unknown datastore type 'consul'");
    assertThatThrownBy(() -> Datastores.open(load(Map.of("DATASTORE_TYPE", "etcdv3"))))
        .isInstanceOf(Misconfigured.class)
        .hasMessageContaining("'etcdv3' (http://127.0.0.1:2379)")
        .hasMessageContaining("DATASTORE_TYPE=embedded");
  }

  private AbstractThrowableAssert<?, ?> assertRefused(String content) throws IOException {
    var file = file(content);
    return assertThatThrownBy(() -> DatastoreConfig.load(file, Map.of(), true))
        .isInstanceOf(Misconfigured.class);
  }

  private DatastoreConfig load(Map<String, String> environment) {
    return DatastoreConfig.load(directory.resolve("none.cfg"), environment, true);
  }

  private DatastoreConfig loadAsUser(Map<String, String> environment) {
    return DatastoreConfig.load(directory.resolve("none.cfg"), environment, false);
  }

  private Path file(String content) throws IOException {
    return Files.writeString(directory.resolve("calicoctl.cfg"), content);
  }
}
