package io.margay.datastore.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.datastore.DatastoreConfig.Embedded;
import io.margay.datastore.DatastoreConfig.EtcdApi;
import io.margay.datastore.DatastoreProvider.Stay;
import io.margay.datastore.Datastores;
import io.margay.datastore.Samples;
import io.margay.datastore.migration.Migration;
import io.margay.datastore.migration.Migration.Outcome;
import io.margay.datastore.path.PathDatastore;
import io.margay.datastore.path.PathStore;
import io.margay.datastore.path.PathStore.Objection;
import io.margay.datastore.path.PathStore.PathValue;
import io.margay.datastore.path.PathStore.Put;
import io.margay.datastore.path.PathStore.Transaction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// The data of a cluster of 2017, moved between any two backends.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EtcdMigrationTest {

  private enum Backend {
    EMBEDDED,
    ETCDV3,
    ETCDV2
  }

  private EtcdCluster first;
  private EtcdCluster second;
  private Path directory;
  private int files;

  @BeforeAll
  void start(@TempDir Path shared) throws IOException {
    directory = shared;
    first = EtcdCluster.start(Files.createDirectory(directory.resolve("first")), 1);
    second = EtcdCluster.start(Files.createDirectory(directory.resolve("second")), 1);
  }

  @AfterAll
  void stop() {
    Stream.of(first, second).filter(cluster -> cluster != null).forEach(EtcdCluster::close);
  }

  @BeforeEach
  void empty() {
    first.empty();
    second.empty();
  }

  private PathStore open(Backend backend, EtcdCluster cluster) {
    var config =
        switch (backend) {
          case EMBEDDED -> new Embedded(directory.resolve("file" + files++));
          case ETCDV3 -> cluster.config(EtcdApi.V3);
          case ETCDV2 -> cluster.config(EtcdApi.V2);
        };
    return Datastores.openPaths(config, Stay.LONG);
  }

  private static Stream<Arguments> pairs() {
    return Stream.of(Backend.values())
        .flatMap(from -> Stream.of(Backend.values()).map(to -> Arguments.of(from, to)));
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void everyValueArrivesAndNoneIsChanged(Backend from, Backend to) {
    try (var source = open(from, first);
        var target = open(to, second)) {
      fill(source);
      var before = values(source);
      assertThat(before).hasSize(307);
      assertThat(migrate(source, target)).isEqualTo(new Outcome.Done(307, 307, 0));
      assertThat(values(target)).isEqualTo(before);
      assertThat(values(source)).isEqualTo(before);
      assertThat(migrate(source, target)).isEqualTo(new Outcome.Done(0, 307, 0));
      assertThat(new PathDatastore(target).get(Samples.keyOf(Samples.policyOnlyNode("old"))))
          .isPresent();
    }
  }

  private static void fill(PathStore source) {
    put(source, "/calico/v1/Ready", "true");
    put(source, "/calico/v1/config/ClusterGUID", "0123");
    put(source, "/calico/ipam/v2/handle/h é", "{\"block\":{}}");
    put(source, "/calico/v1/host/old/metadata", "{}");
    put(source, "/calico/bgp/v1/host/old/ip_addr_v4", "10.0.0.1");
    put(source, "/calico/bgp/v1/host/old/ip_addr_v6", "");
    put(source, "/calico/v1/policy/tier/default/policy/large", "x".repeat(1_200_000));
    var datastore = new PathDatastore(source);
    for (int i = 0; i < 100; i++) {
      var profile = Samples.profile("p" + i, Map.of("i", "" + i), "t");
      datastore.apply(Samples.keyOf(profile), profile);
    }
  }

  @Test
  void whatTheKeysApiCannotHoldIsListedAndNothingIsWritten() {
    try (var source = open(Backend.EMBEDDED, first);
        var target = open(Backend.ETCDV2, second)) {
      put(source, "/calico/v1/config/Good", "1");
      put(source, "/calico/v1/config/../Up", "1");
      put(source, "/calico/v1/config/_hidden", "1");
      put(source, "/calico/v1/config/Good/below", "1");
      put(source, "/calico/v1/config//empty", "1");
      put(source, "/calico/v1/config/Large", "x".repeat(1_600_000));
      assertThat(migrate(source, target))
          .isInstanceOfSatisfying(
              Outcome.NotCarried.class,
              notCarried ->
                  assertThat(notCarried.objections().stream().map(Objection::path))
                      .containsExactlyInAnyOrder(
                          "/calico/v1/config/../Up",
                          "/calico/v1/config/_hidden",
                          "/calico/v1/config/Good",
                          "/calico/v1/config//empty",
                          "/calico/v1/config/Large"));
      assertThat(values(target)).isEmpty();
    }
  }

  @Test
  void bytesThatAreNoTextAreNotCarried() {
    first.post(
        "/v3/kv/put",
        "{\"key\":\"%s\",\"value\":\"//4=\"}".formatted(EtcdCluster.base64("/calico/v1/config/B")));
    try (var source = open(Backend.ETCDV3, first);
        var target = open(Backend.EMBEDDED, second)) {
      assertThat(migrate(source, target))
          .isEqualTo(
              new Outcome.NotCarried(
                  List.of(new Objection("/calico/v1/config/B", "is not UTF-8 text"))));
    }
  }

  private static Outcome migrate(PathStore source, PathStore target) {
    return new Migration(source, target, false, (_, _) -> {}).run();
  }

  private static void put(PathStore store, String path, String value) {
    store.commit(new Transaction(List.of(), List.of(new Put(path, value)), List.of()));
  }

  private static Map<String, String> values(PathStore store) {
    List<PathValue> all = new ArrayList<>(store.list(List.of("/calico/"), path -> true).values());
    return all.stream().collect(Collectors.toMap(PathValue::path, PathValue::value));
  }
}
