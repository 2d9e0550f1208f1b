package io.margay.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.datastore.DatastoreConfig;
import io.margay.datastore.DatastoreConfig.Embedded;
import io.margay.datastore.DatastoreConfig.Etcd;
import io.margay.datastore.DatastoreConfig.EtcdApi;
import io.margay.datastore.DatastoreConfig.EtcdTls;
import io.margay.net.IpAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabDatastoreTest {

  private static final IpAddress SWITCH = IpAddress.parse("192.168.40.254");

  @TempDir private Path directory;

  @Test
  void filesAndEnvironmentNameTheSameStore() throws IOException {
    assertThat(loaded("embedded", 1)).isEqualTo(new Embedded(directory.resolve("datastore.db")));
    assertThat(loaded("etcdv2", 1))
        .isEqualTo(etcd(EtcdApi.V2, List.of("http://192.168.40.254:2379")));
    assertThat(loaded("etcdv3", 3))
        .isEqualTo(
            etcd(
                EtcdApi.V3,
                List.of(
                    "http://192.168.40.254:2379",
                    "http://192.168.40.254:2381",
                    "http://192.168.40.254:2383")));
  }

  private static Etcd etcd(EtcdApi api, List<String> endpoints) {
    return new Etcd(api, endpoints, null, new EtcdTls(null, null, null));
  }

  /// What the file says, once it was seen to be what the environment says.
  private DatastoreConfig loaded(String name, int members) throws IOException {
    LabDatastore datastore = LabDatastore.parse(name, members);
    LabDirectory files = new LabDirectory(directory);
    Path file = directory.resolve("calicoctl.cfg");
    Files.writeString(file, datastore.configuration(files, SWITCH));
    DatastoreConfig byFile = DatastoreConfig.load(file, Map.of());
    DatastoreConfig byEnvironment =
        DatastoreConfig.load(directory.resolve("absent"), datastore.environment(files, SWITCH));
    assertThat(byEnvironment).isEqualTo(byFile);
    return byFile;
  }

  @Test
  void whatIsNoDatastoreIsToldSo() {
    assertThatThrownBy(() -> LabDatastore.parse("mysql", 1))
        .hasMessage(
            "there is no datastore 'mysql' for labs, expected one of: embedded, etcdv3, etcdv2");
    assertThatThrownBy(() -> LabDatastore.parse("etcdv3", 2)).hasMessageContaining("1, 3, 5 or 7");
  }

  @Test
  void theSwitchHasTheLastAddressThatAHostCouldHave() {
    assertThat(SeedTopology.TOPOLOGY.switchAddress()).isEqualTo(SWITCH);
  }
}
