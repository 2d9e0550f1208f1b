package io.margay.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.datastore.DatastoreConfig;
import io.margay.datastore.DatastoreConfig.Embedded;
import io.margay.datastore.DatastoreConfig.Etcd;
import io.margay.datastore.DatastoreConfig.EtcdApi;
import io.margay.datastore.DatastoreConfig.EtcdCredentials;
import io.margay.datastore.DatastoreConfig.EtcdTls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatastoreChoiceTest {

  private static final EtcdTls PLAIN = new EtcdTls(null, null, null);

  @TempDir private Path directory;

  private DatastoreConfig choice(String felixFile, Map<String, String> environment)
      throws IOException {
    Path file = Files.writeString(directory.resolve("felix.cfg"), felixFile);
    var all = new HashMap<>(environment);
    all.putIfAbsent("EMBEDDED_PATH", "/embedded.db");
    var felix = new FelixSettingsSource("slave1", all, file).resolve();
    return DatastoreChoice.of(felix.datastore(), directory.resolve("calicoctl.cfg"), all);
  }

  @Test
  void withoutAWordOfFelixTheRulesOfCalicoctlDecide() throws IOException {
    assertThat(choice("", Map.of())).isEqualTo(new Embedded(Path.of("/embedded.db")));
    assertThat(choice("", Map.of("ETCD_ENDPOINTS", "http://a:1")))
        .isEqualTo(new Etcd(EtcdApi.V2, List.of("http://a:1"), null, PLAIN));
    Files.writeString(
        directory.resolve("calicoctl.cfg"),
        "{apiVersion: v1, kind: calicoApiConfig, spec: {etcdEndpoints: 'http://f:1'}}");
    assertThat(choice("", Map.of()))
        .isEqualTo(new Etcd(EtcdApi.V2, List.of("http://f:1"), null, PLAIN));
  }

  @Test
  void felixsSettingsOfEtcdWithoutATypeMeanItsDefault() throws IOException {
    assertThat(
            choice("[global]\nEtcdAddr = 127.0.0.1:2379\n", Map.of("ETCD_ENDPOINTS", "http://a:1")))
        .isEqualTo(new Etcd(EtcdApi.V2, List.of("http://127.0.0.1:2379/"), null, PLAIN));
    assertThat(choice("", Map.of("FELIX_ETCDENDPOINTS", "http://a:1,http://b:2")))
        .isEqualTo(new Etcd(EtcdApi.V2, List.of("http://a:1/", "http://b:2/"), null, PLAIN));
  }

  @Test
  void felixsTypeWinsAndItsUserNeedsBothHalves() throws IOException {
    var environment =
        Map.of(
            "FELIX_DATASTORETYPE", "etcdv3", "FELIX_ETCDADDR", "a:1", "DATASTORE_TYPE", "embedded");
    assertThat(choice("[global]\nEtcdUsername = me\nEtcdPassword = secret\n", environment))
        .isEqualTo(
            new Etcd(
                EtcdApi.V3, List.of("http://a:1/"), new EtcdCredentials("me", "secret"), PLAIN));
    assertThat(choice("[global]\nEtcdUsername = me\n", environment))
        .isEqualTo(new Etcd(EtcdApi.V3, List.of("http://a:1/"), null, PLAIN));
  }

  @Test
  void aTypeThatIsNotSpokenIsRefused() {
    assertThatThrownBy(() -> choice("[global]\nDatastoreType = kubernetes\n", Map.of()))
        .isInstanceOf(StartException.class)
        .hasMessageContaining("embedded, etcdv3 or etcdv2");
  }
}
