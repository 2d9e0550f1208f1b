package io.margay.datastore.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.datastore.DatastoreConfig.Embedded;
import io.margay.datastore.DatastoreConfig.EtcdApi;
import io.margay.datastore.Datastores;
import io.margay.datastore.Samples;
import io.margay.datastore.migration.Migration;
import io.margay.datastore.migration.Migration.Outcome;
import io.margay.datastore.path.PathDatastore;
import io.margay.datastore.path.PathStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The data of a cluster of 2017, moved from one backend to the next.
class EtcdMigrationTest {

  @TempDir Path directory;

  @Test
  void everyValueGoesFromV2OverV3ToTheEmbeddedStore() throws IOException {
    try (var cluster = EtcdCluster.start(Files.createDirectory(directory.resolve("etcd")), 1);
        var v2 = Datastores.openPaths(cluster.config(EtcdApi.V2));
        var v3 = Datastores.openPaths(cluster.config(EtcdApi.V3));
        var file = Datastores.openPaths(new Embedded(directory.resolve("datastore.db")))) {
      cluster.v2("PUT", "/calico/v1/Ready", "value=true");
      cluster.v2("PUT", "/calico/ipam/v2/handle/h%20%C3%A9", "value=%7B%22block%22%3A%7B%7D%7D");
      cluster.v2("PUT", "/calico/v1/host/old/metadata", "value=%7B%7D");
      cluster.v2("PUT", "/calico/bgp/v1/host/old/ip_addr_v4", "value=10.0.0.1");
      cluster.v2("PUT", "/calico/bgp/v1/host/old/ip_addr_v6", "value=");
      var datastore = new PathDatastore(v2);
      for (int i = 0; i < 100; i++) {
        var profile = Samples.profile("p" + i, Map.of("i", "" + i), "t");
        datastore.apply(Samples.keyOf(profile), profile);
      }
      assertThat(new Migration(v2, v3).run()).isEqualTo(new Outcome.Done(305, 0));
      assertThat(new Migration(v3, file).run()).isEqualTo(new Outcome.Done(305, 0));
      assertThat(new Migration(v2, file).run()).isEqualTo(new Outcome.Done(0, 305));
      assertThat(value(file, "/calico/ipam/v2/handle/h é")).isEqualTo("{\"block\":{}}");
      assertThat(new PathDatastore(file).get(Samples.keyOf(Samples.policyOnlyNode("old"))))
          .isPresent();
    }
  }

  private static String value(PathStore store, String path) {
    return store.read(List.of(path)).values().getFirst().value();
  }
}
