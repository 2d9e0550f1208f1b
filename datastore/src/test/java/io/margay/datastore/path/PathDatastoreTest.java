package io.margay.datastore.path;

import static io.margay.datastore.Samples.bgpNode;
import static io.margay.datastore.Samples.globalPeer;
import static io.margay.datastore.Samples.keyOf;
import static io.margay.datastore.Samples.nodePeer;
import static io.margay.datastore.Samples.policy;
import static io.margay.datastore.Samples.policyOnlyNode;
import static io.margay.datastore.Samples.pool;
import static io.margay.datastore.Samples.profile;
import static io.margay.datastore.Samples.workloadEndpoint;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.margay.datastore.Datastore.Change;
import io.margay.datastore.Datastore.Commit;
import io.margay.datastore.Datastore.Unreadable;
import io.margay.datastore.Datastore.Write;
import io.margay.datastore.DatastoreException.UpdateConflict;
import io.margay.datastore.Entry;
import io.margay.datastore.Key;
import io.margay.datastore.Key.AgentStatus;
import io.margay.datastore.Key.EndpointStatus;
import io.margay.datastore.KeyRange;
import io.margay.datastore.RecordedWatch;
import io.margay.datastore.embedded.EmbeddedStore;
import io.margay.datastore.path.PathStore.Put;
import io.margay.datastore.path.PathStore.Transaction;
import io.margay.model.IpPool;
import io.margay.model.Kind;
import io.margay.model.Profile;
import io.margay.model.Resource;
import io.margay.model.ResourceKey;
import io.margay.net.IpPrefix;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The layout of Calico 2.1, and what becomes of values that other tools leave there.
class PathDatastoreTest {

  @TempDir Path directory;

  private EmbeddedStore store;
  private PathDatastore datastore;

  @BeforeEach
  void open() {
    store = EmbeddedStore.open(directory.resolve("datastore.db"));
    datastore = new PathDatastore(store);
  }

  @AfterEach
  void close() {
    datastore.close();
  }

  @Test
  void aNodeLiesWhereFelixAndTheBgpDaemonsLook() {
    var node = bgpNode("slave1", "192.168.40.2/24", null, 64513L);
    datastore.create(keyOf(node), node);
    assertThat(stored())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "/calico/v1/host/slave1/metadata", "{}",
                "/calico/v1/host/slave1/bird_ip", "192.168.40.2",
                "/calico/bgp/v1/host/slave1/ip_addr_v4", "192.168.40.2",
                "/calico/bgp/v1/host/slave1/ip_addr_v6", "",
                "/calico/bgp/v1/host/slave1/network_v4", "192.168.40.0/24",
                "/calico/bgp/v1/host/slave1/as_num", "64513"));
    datastore.update(keyOf(node), policyOnlyNode("slave1"), null);
    assertThat(stored())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "/calico/v1/host/slave1/metadata", "{}",
                "/calico/bgp/v1/host/slave1/ip_addr_v4", "",
                "/calico/bgp/v1/host/slave1/ip_addr_v6", ""));
    datastore.delete(keyOf(node), null);
    assertThat(stored()).isEmpty();
  }

  @Test
  void aProfileLiesInThreeParts() {
    var profile = profile("p", Map.of("a", "1"), "t");
    datastore.create(keyOf(profile), profile);
    assertThat(stored())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "/calico/v1/policy/profile/p/tags", "[\"t\"]",
                "/calico/v1/policy/profile/p/labels", "{\"a\":\"1\"}",
                "/calico/v1/policy/profile/p/rules",
                    "{\"inbound_rules\":[{\"action\":\"allow\"}],\"outbound_rules\":[]}"));
  }

  @Test
  void everythingElseLiesUnderOneKey() {
    datastore.apply(new Key.Ready(), true);
    datastore.apply(new Key.FelixSetting(null, "ClusterGUID"), "g");
    datastore.apply(new Key.FelixSetting("n", "IpInIpTunnelAddr"), "10.0.0.1");
    datastore.apply(new Key.BgpSetting(null, "as_num"), "64512");
    datastore.apply(new Key.BgpSetting("n", "loglevel"), "none");
    datastore.apply(new Key.BlockAffinity("n", IpPrefix.parse("10.0.0.64/26")), Key.Empty.EMPTY);
    datastore.apply(new Key.BlockAffinity("n", IpPrefix.parse("fd00::/122")), Key.Empty.EMPTY);
    for (var resource :
        List.of(
            pool("10.0.0.0/16", false),
            pool("fd00::/64", false),
            globalPeer("10.9.9.9", 64512),
            nodePeer("n", "fd00::9", 64512),
            workloadEndpoint("n", "w", "e", "10.0.0.1/32"))) {
      datastore.create(keyOf(resource), resource);
    }
    assertThat(stored().keySet())
        .containsExactlyInAnyOrder(
            "/calico/v1/Ready",
            "/calico/v1/config/ClusterGUID",
            "/calico/v1/host/n/config/IpInIpTunnelAddr",
            "/calico/bgp/v1/global/as_num",
            "/calico/bgp/v1/host/n/loglevel",
            "/calico/ipam/v2/host/n/ipv4/block/10.0.0.64-26",
            "/calico/ipam/v2/host/n/ipv6/block/fd00::-122",
            "/calico/v1/ipam/v4/pool/10.0.0.0-16",
            "/calico/v1/ipam/v6/pool/fd00::-64",
            "/calico/bgp/v1/global/peer_v4/10.9.9.9",
            "/calico/bgp/v1/host/n/peer_v6/fd00::9",
            "/calico/v1/host/n/workload/k8s/w/endpoint/e");
    assertThat(stored())
        .containsEntry("/calico/v1/Ready", "true")
        .containsEntry("/calico/ipam/v2/host/n/ipv4/block/10.0.0.64-26", "{}")
        .containsEntry("/calico/bgp/v1/global/as_num", "64512");
  }

  @Test
  void statusesLieWhereFelixReportsThemAndTheLastOneOfANodeStays() {
    datastore.apply(
        new Key.NodeStatus("n"),
        new AgentStatus(Instant.parse("2017-04-11T10:58:34Z"), 12.5, false));
    datastore.apply(
        new Key.WorkloadEndpointStatus(new ResourceKey.WorkloadEndpointKey("n", "o", "w", "e")),
        EndpointStatus.UP);
    datastore.apply(
        new Key.HostEndpointStatus(new ResourceKey.HostEndpointKey("n", "eth0")),
        EndpointStatus.ERROR);
    String status = "{\"time\":\"2017-04-11T10:58:34Z\",\"uptime\":12.5,\"first_update\":false}";
    assertThat(stored())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "/calico/felix/v1/host/n/status",
                status,
                "/calico/felix/v1/host/n/last_reported_status",
                status,
                "/calico/felix/v1/host/n/workload/o/w/endpoint/e",
                "{\"status\":\"up\"}",
                "/calico/felix/v1/host/n/endpoint/eth0",
                "{\"status\":\"error\"}"));
  }

  @Test
  void tagsAloneMakeAProfileExist() {
    put("/calico/v1/policy/profile/tagged/tags", "[]");
    put("/calico/v1/policy/profile/labelled/labels", "{\"a\":\"1\"}");
    put("/calico/v1/policy/profile/labelled/rules", "{}");
    assertThat(datastore.list(new KeyRange.Resources(Kind.PROFILE)))
        .extracting(Entry::value)
        .containsExactly(
            new Profile(
                new Profile.Metadata("tagged", new TreeMap<>(), List.of()),
                new Profile.Spec(List.of(), List.of())));
    assertThat(datastore.get(profileKey("labelled"))).isEmpty();
    assertThat(datastore.snapshot().entries()).hasSize(1);
    var labelled = profile("labelled", Map.of());
    datastore.create(keyOf(labelled), labelled);
    assertThat(datastore.get(keyOf(labelled)).orElseThrow().value()).isEqualTo(labelled);
  }

  @Test
  void aProfileWrittenPartByPartIsHeardOnceItExistsAndThenWithEachPart() {
    long start = put("/calico/v1/policy/profile/p/rules", "{}");
    put("/calico/v1/policy/profile/p/labels", "{\"a\":\"1\"}");
    long tags = put("/calico/v1/policy/profile/p/tags", "[]");
    long labels = put("/calico/v1/policy/profile/p/labels", "{\"a\":\"2\"}");
    long gone = delete("/calico/v1/policy/profile/p/tags");
    delete("/calico/v1/policy/profile/p/labels");
    long end = put("/calico/v1/Ready", "true");
    var key = profileKey("p");
    try (var watch = new RecordedWatch(datastore, start)) {
      assertThat(watch.await(4))
          .containsExactly(
              new Change.Put(new Entry<>(key, emptyProfile(Map.of("a", "1")), tags)),
              new Change.Put(new Entry<>(key, emptyProfile(Map.of("a", "2")), labels)),
              new Change.Deleted(key, gone),
              new Change.Put(new Entry<>(new Key.Ready(), true, end)));
    }
  }

  private static Resource emptyProfile(Map<String, String> labels) {
    return new Profile(
        new Profile.Metadata("p", new TreeMap<>(labels), List.of()),
        new Profile.Spec(List.of(), List.of()));
  }

  private static Key.ForResource profileKey(String name) {
    return new Key.ForResource(new ResourceKey.ProfileKey(name));
  }

  @Test
  void whatIsNotUnderstoodIsNotThereButTold() {
    long start = put("/calico/v1/Ready", "true");
    long bad = put("/calico/v1/policy/tier/default/policy/bad", "{\"selector\": \"a ==\"}");
    var key = new Key.ForResource(new ResourceKey.PolicyKey("bad"));
    assertThat(datastore.get(key)).isEmpty();
    assertThat(datastore.list(new KeyRange.Resources(Kind.POLICY))).isEmpty();
    var snapshot = datastore.snapshot();
    assertThat(snapshot.entries()).singleElement().matches(e -> e.key().equals(new Key.Ready()));
    assertThat(snapshot.unreadable())
        .extracting(Unreadable::key, Unreadable::path)
        .containsExactly(tuple(key, "/calico/v1/policy/tier/default/policy/bad"));
    assertThat(snapshot.unreadable().getFirst().reason()).contains("selector").contains("a ==");
    try (var watch = new RecordedWatch(datastore, start)) {
      assertThat(watch.await(1))
          .containsExactly(new Change.Broken(snapshot.unreadable().getFirst(), bad));
    }
    put("/calico/v1/Ready", "maybe");
    assertThat(datastore.snapshot().unreadable().getFirst().reason())
        .isEqualTo("'maybe', expected true or false");
  }

  @Test
  void whatIsNotUnderstoodCanBeReplacedAndDeleted() {
    put("/calico/v1/policy/tier/default/policy/bad", "no JSON");
    var policy = policy("bad", "all()");
    datastore.update(keyOf(policy), policy, null);
    assertThat(datastore.get(keyOf(policy)).orElseThrow().value()).isEqualTo(policy);
    put("/calico/v1/policy/tier/default/policy/bad", "no JSON");
    datastore.apply(keyOf(policy), policy);
    assertThat(datastore.get(keyOf(policy)).orElseThrow().value()).isEqualTo(policy);
    put("/calico/v1/policy/tier/default/policy/bad", "no JSON");
    datastore.delete(keyOf(policy), null);
    assertThat(stored()).isEmpty();
  }

  @Test
  void keysOfNoConcernAreIgnored() {
    long start = put("/calico/v1/Ready", "true");
    put("/calico/ipam/v2/other", "{}");
    put("/calico/ipam/v2/assignment/ipv4/block/nonsense", "{}");
    put("/calico/v1/policy/tier/default/metadata", "{}");
    put("/calico/v1/policy/tier/other/policy/p", "{}");
    put("/calico/v1/ipam/v4/pool/nonsense", "{}");
    put("/calico/bgp/v1/global/peer_v4/nonsense", "{}");
    put("/calico/v1/host/n/config/", "");
    put("/elsewhere/v1/Ready", "false");
    long end = put("/calico/v1/Ready", "false");
    assertThat(datastore.snapshot().entries()).hasSize(1);
    assertThat(datastore.snapshot().unreadable()).isEmpty();
    try (var watch = new RecordedWatch(datastore, start)) {
      assertThat(watch.await(1))
          .containsExactly(new Change.Put(new Entry<>(new Key.Ready(), false, end)));
    }
  }

  /// Where it is is remembered; a place that is wrong by now has another revision.
  @Test
  void aConditionOnAPoolHoldsWhereverThePoolWasReadAndNotOnceItHasMoved() {
    String odd = "/calico/v1/ipam/v4/pool/10.0.0.1-25";
    var pool = pool("10.0.0.0/25", false);
    var key = keyOf(pool);
    put(odd, "{\"cidr\":\"10.0.0.1/25\",\"ipip\":\"\",\"masquerade\":false,\"disabled\":false}");
    long before = poolRevision();
    assertThat(unchanged(key, before)).isInstanceOf(Commit.Done.class);
    assertThat(unchanged(key, before - 1)).isInstanceOf(Commit.Refused.class);

    store.commit(new Transaction(List.of(), List.of(), List.of(odd)));
    assertThat(unchanged(key, before)).isInstanceOf(Commit.Refused.class);
    put(
        "/calico/v1/ipam/v4/pool/10.0.0.0-25",
        "{\"cidr\":\"10.0.0.0/25\",\"ipip\":\"\",\"masquerade\":false,\"disabled\":false}");
    assertThat(unchanged(key, before)).isInstanceOf(Commit.Refused.class);
    assertThat(unchanged(key, poolRevision())).isInstanceOf(Commit.Done.class);
    var other = new PathDatastore(store); // which has not read the pool
    assertThat(other.commit(List.of(new Write.Unchanged(key, poolRevision()))))
        .isInstanceOf(Commit.Done.class);
  }

  private long poolRevision() {
    var pools = new KeyRange.Resources(Kind.IP_POOL);
    return datastore.view(List.of(), List.of(pools)).list(pools).getFirst().revision();
  }

  private Commit unchanged(Key<Resource> key, long revision) {
    return datastore.commit(List.of(new Write.Unchanged(key, revision)));
  }

  @Test
  void aPoolStoredWithHostBitsIsTheSamePool() {
    String path = "/calico/v1/ipam/v4/pool/10.0.0.1-25";
    put(path, "{\"cidr\":\"10.0.0.1/25\",\"ipip\":\"\",\"masquerade\":false,\"disabled\":false}");
    var key = new Key.ForResource(new ResourceKey.IpPoolKey(IpPrefix.parse("10.0.0.0/25")));
    var entry = datastore.get(key).orElseThrow();
    assertThat(((IpPool) entry.value()).metadata().cidr()).isEqualTo(IpPrefix.parse("10.0.0.1/25"));
    assertThat(datastore.list(new KeyRange.Resources(Kind.IP_POOL))).containsExactly(entry);
    var replacement = pool("10.0.0.0/25", false);
    datastore.update(key, replacement, null);
    assertThat(stored().keySet()).containsExactly(path);
    assertThatThrownBy(() -> datastore.create(key, replacement))
        .hasMessage("resource already exists: IPPool(cidr=10.0.0.0/25)");
    datastore.delete(key, null);
    assertThat(stored()).isEmpty();
  }

  @Test
  void applyLeavesAloneWhatMeansTheSameInOtherWords() {
    long revision = put("/calico/v1/policy/profile/p/tags", " [ ] ");
    var key = profileKey("p");
    assertThat(datastore.apply(key, emptyProfile(Map.of()))).isEqualTo(revision);
  }

  @Test
  void aPartThatSomeoneElseChangedIsAConflict() {
    var node = bgpNode("n", "10.0.0.1/24", null, null);
    long revision = datastore.create(keyOf(node), node);
    put("/calico/bgp/v1/host/n/as_num", "64513");
    assertThatThrownBy(() -> datastore.update(keyOf(node), node, revision))
        .isInstanceOf(UpdateConflict.class);
    assertThatThrownBy(() -> datastore.delete(keyOf(node), revision))
        .isInstanceOf(UpdateConflict.class);
  }

  private SortedMap<String, String> stored() {
    var all = new TreeMap<String, String>();
    store
        .list(List.of("/calico/"), _ -> true)
        .values()
        .forEach(value -> all.put(value.path(), value.value()));
    return all;
  }

  private long put(String path, String value) {
    return commit(new Transaction(List.of(), List.of(new Put(path, value)), List.of()));
  }

  private long delete(String path) {
    return commit(new Transaction(List.of(), List.of(), List.of(path)));
  }

  private long commit(Transaction transaction) {
    return store.commit(transaction).orElseThrow();
  }
}
