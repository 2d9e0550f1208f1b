package io.margay.cluster;

import static io.margay.datastore.Samples.bgpNode;
import static io.margay.datastore.Samples.hostEndpoint;
import static io.margay.datastore.Samples.keyOf;
import static io.margay.datastore.Samples.nodePeer;
import static io.margay.datastore.Samples.policy;
import static io.margay.datastore.Samples.policyOnlyNode;
import static io.margay.datastore.Samples.pool;
import static io.margay.datastore.Samples.workloadEndpoint;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.datastore.Datastore;
import io.margay.datastore.Datastore.Change;
import io.margay.datastore.DatastoreConfig;
import io.margay.datastore.DatastoreException.AlreadyExists;
import io.margay.datastore.DatastoreException.DoesNotExist;
import io.margay.datastore.Datastores;
import io.margay.datastore.Entry;
import io.margay.datastore.Key;
import io.margay.datastore.RecordedWatch;
import io.margay.datastore.cluster.ClusterInitialiser;
import io.margay.model.IpPool;
import io.margay.model.ResourceKey;
import io.margay.net.IpPrefix;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResourceWriterTest {

  private static final Key.FelixSetting IPIP = new Key.FelixSetting(null, "IpInIpEnabled");

  @TempDir Path directory;

  private Datastore datastore;
  private ResourceWriter writer;

  @BeforeEach
  void open() {
    datastore = Datastores.open(new DatastoreConfig.Embedded(directory.resolve("datastore.db")));
    writer = new ResourceWriter(datastore);
  }

  @AfterEach
  void close() {
    datastore.close();
  }

  @Test
  void theFirstNodeMakesTheClusterReadyAndGivesItAnIdentityThatStays() {
    writer.create(policyOnlyNode("slave1"));
    String guid = datastore.get(ClusterInitialiser.CLUSTER_GUID).orElseThrow().value();
    assertThat(guid).matches("[0-9a-f]{32}");
    assertThat(datastore.get(new Key.Ready()).orElseThrow().value()).isTrue();
    datastore.apply(new Key.Ready(), false);
    writer.apply(policyOnlyNode("slave2"));
    writer.replace(policyOnlyNode("slave2"));
    assertThat(datastore.get(ClusterInitialiser.CLUSTER_GUID).orElseThrow().value())
        .isEqualTo(guid);
    assertThat(datastore.get(new Key.Ready()).orElseThrow().value()).isFalse();
  }

  @Test
  void otherResourcesInitialiseNothing() {
    writer.create(policy("p", "all()"));
    assertThat(datastore.get(new Key.Ready())).isEmpty();
  }

  @Test
  void aPoolWithIpipSwitchesIpipOnAndNothingSwitchesItOff() {
    writer.create(pool("10.0.0.0/16", false));
    assertThat(datastore.get(IPIP)).isEmpty();
    writer.replace(pool("10.0.0.0/16", true));
    assertThat(datastore.get(IPIP).orElseThrow().value()).isEqualTo("true");
    writer.apply(pool("10.0.0.0/16", false));
    writer.delete(new ResourceKey.IpPoolKey(IpPrefix.parse("10.0.0.0/16")));
    assertThat(datastore.get(IPIP).orElseThrow().value()).isEqualTo("true");
  }

  @Test
  void aRefusedWriteHasNoSideEffect() {
    writer.create(pool("10.0.0.0/16", false));
    assertThatThrownBy(() -> writer.create(pool("10.0.0.0/16", true)))
        .isInstanceOf(AlreadyExists.class);
    assertThatThrownBy(() -> writer.replace(pool("10.1.0.0/16", true)))
        .isInstanceOf(DoesNotExist.class);
    assertThat(datastore.get(IPIP)).isEmpty();
  }

  @Test
  void aNodeTakesWhatBelongsToItAlong() {
    for (String node : List.of("slave1", "slave10")) {
      writer.create(bgpNode(node, "10.9.0.1/24", null, null));
      writer.create(workloadEndpoint(node, "w", "e", "10.0.0.1/32"));
      writer.create(hostEndpoint(node, "eth0"));
      writer.create(nodePeer(node, "10.9.9.9", 64512));
      datastore.apply(new Key.FelixSetting(node, "LogSeverityScreen"), "debug");
      datastore.apply(new Key.BlockAffinity(node, IpPrefix.parse("10.0.0.0/26")), Key.Empty.EMPTY);
      datastore.apply(
          new Key.WorkloadEndpointStatus(
              new ResourceKey.WorkloadEndpointKey(node, "k8s", "w", "e")),
          Key.EndpointStatus.UP);
    }
    var before = datastore.snapshot();
    try (var watch = new RecordedWatch(datastore, before.revision())) {
      writer.delete(new ResourceKey.NodeKey("slave1"));
      watch.await(6);
      assertThat(watch.changes().subList(0, 5))
          .extracting(Change::revision)
          .containsOnly(before.revision() + 1);
      assertThat(watch.changes()).hasSize(6).allMatch(change -> change instanceof Change.Deleted);
    }
    assertThat(datastore.snapshot().entries())
        .extracting(entry -> entry.key().toString())
        .contains("Node(name=slave10)", "BGPPeer(node=slave1, ip=10.9.9.9)")
        .hasSize(before.entries().size() - 6);
  }

  @Test
  void aNodeOrPoolThatDoesNotExistCannotBeDeleted() {
    assertThatThrownBy(() -> writer.delete(new ResourceKey.NodeKey("slave9")))
        .isInstanceOf(DoesNotExist.class)
        .hasMessage("resource does not exist: Node(name=slave9)");
    assertThatThrownBy(
            () -> writer.delete(new ResourceKey.IpPoolKey(IpPrefix.parse("10.0.0.0/16"))))
        .isInstanceOf(DoesNotExist.class)
        .hasMessage("resource does not exist: IPPool(cidr=10.0.0.0/16)");
    assertThatThrownBy(() -> writer.delete(new ResourceKey.PolicyKey("p")))
        .isInstanceOf(DoesNotExist.class);
  }

  @Test
  void aPoolIsDisabledFirstAndThenGoesWithTheBlocksInsideIt() {
    var pool = pool("10.0.0.0/16", false);
    writer.create(pool);
    var inside = new Key.BlockAffinity("slave1", IpPrefix.parse("10.0.3.0/26"));
    var alsoInside = new Key.BlockAffinity("slave2", IpPrefix.parse("10.0.4.0/26"));
    var outside = new Key.BlockAffinity("slave1", IpPrefix.parse("10.1.0.0/26"));
    for (var affinity : List.of(inside, alsoInside, outside)) {
      datastore.create(affinity, Key.Empty.EMPTY);
    }
    long start = datastore.snapshot().revision();
    try (var watch = new RecordedWatch(datastore, start)) {
      writer.delete(pool.key());
      var changes = watch.await(4);
      assertThat(changes.getFirst())
          .isInstanceOfSatisfying(
              Change.Put.class,
              put -> assertThat(((IpPool) put.entry().value()).spec().disabled()).isTrue());
      assertThat(changes.subList(1, 4)).allMatch(change -> change instanceof Change.Deleted);
    }
    assertThat(datastore.get(keyOf(pool))).isEmpty();
    assertThat(datastore.snapshot().entries())
        .extracting(Entry::key)
        .anyMatch(outside::equals)
        .noneMatch(inside::equals)
        .noneMatch(alsoInside::equals);
  }
}
