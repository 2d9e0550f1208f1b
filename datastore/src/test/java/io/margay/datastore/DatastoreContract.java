package io.margay.datastore;

import static io.margay.datastore.Samples.bgpNode;
import static io.margay.datastore.Samples.globalPeer;
import static io.margay.datastore.Samples.hostEndpoint;
import static io.margay.datastore.Samples.keyOf;
import static io.margay.datastore.Samples.nodePeer;
import static io.margay.datastore.Samples.policy;
import static io.margay.datastore.Samples.policyOnlyNode;
import static io.margay.datastore.Samples.pool;
import static io.margay.datastore.Samples.profile;
import static io.margay.datastore.Samples.workloadEndpoint;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.margay.datastore.Datastore.Change;
import io.margay.datastore.DatastoreException.AlreadyExists;
import io.margay.datastore.DatastoreException.DoesNotExist;
import io.margay.datastore.DatastoreException.UpdateConflict;
import io.margay.datastore.Key.AgentStatus;
import io.margay.datastore.Key.EndpointStatus;
import io.margay.datastore.ipam.AllocationBlock;
import io.margay.datastore.ipam.IpamSettings;
import io.margay.model.Kind;
import io.margay.model.Resource;
import io.margay.model.ResourceKey;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/// What every datastore does. A backend's test extends this and opens a fresh, empty store.
public abstract class DatastoreContract extends CommitContract {

  @Test
  void whatIsCreatedIsThereForEveryoneAtTheRevisionOfTheWrite() {
    var policy = policy("allow", "role == 'web'");
    long revision = datastore.create(keyOf(policy), policy);
    try (var other = open()) {
      assertThat(other.get(keyOf(policy))).contains(new Entry<>(keyOf(policy), policy, revision));
    }
  }

  @Test
  void whatIsNotThereIsEmpty() {
    assertThat(datastore.get(SETTING)).isEmpty();
    assertThat(datastore.list(new KeyRange.Resources(Kind.NODE))).isEmpty();
    assertThat(datastore.snapshot().entries()).isEmpty();
  }

  @Test
  void creatingWhatExistsFailsAndChangesNothing() {
    datastore.create(SETTING, "old");
    assertThatThrownBy(() -> datastore.create(SETTING, "new"))
        .isInstanceOf(AlreadyExists.class)
        .hasMessage("resource already exists: GlobalConfig(name=Custom)");
    assertThat(datastore.get(SETTING).orElseThrow().value()).isEqualTo("old");
  }

  @Test
  void updatingAndDeletingWhatDoesNotExistFails() {
    var node = policyOnlyNode("slave1");
    assertThatThrownBy(() -> datastore.update(keyOf(node), node, null))
        .isInstanceOf(DoesNotExist.class)
        .hasMessage("resource does not exist: Node(name=slave1)");
    assertThatThrownBy(() -> datastore.update(keyOf(node), node, 7L))
        .isInstanceOf(DoesNotExist.class);
    assertThatThrownBy(() -> datastore.delete(keyOf(node), null)).isInstanceOf(DoesNotExist.class);
    assertThatThrownBy(() -> datastore.delete(keyOf(node), 7L)).isInstanceOf(DoesNotExist.class);
  }

  @Test
  void aProfileIsCalledByItsTagsWhenWrittenAndByItselfWhenDeleted() {
    var profile = profile("p", Map.of());
    assertThatThrownBy(() -> datastore.update(keyOf(profile), profile, null))
        .hasMessage("resource does not exist: ProfileTags(name=p)");
    assertThatThrownBy(() -> datastore.delete(keyOf(profile), null))
        .hasMessage("resource does not exist: Profile(name=p)");
  }

  @Test
  void anUpdateWithARevisionHoldsOnlyAtThatRevision() {
    long first = datastore.create(SETTING, "1");
    long second = datastore.update(SETTING, "2", first);
    assertThat(second).isGreaterThan(first);
    assertThatThrownBy(() -> datastore.update(SETTING, "3", first))
        .isInstanceOf(UpdateConflict.class)
        .hasMessage("update conflict: 'GlobalConfig(name=Custom)'");
    assertThatThrownBy(() -> datastore.delete(SETTING, first)).isInstanceOf(UpdateConflict.class);
    assertThat(datastore.get(SETTING).orElseThrow().value()).isEqualTo("2");
    datastore.delete(SETTING, second);
    assertThat(datastore.get(SETTING)).isEmpty();
  }

  @Test
  void theRevisionOfAValueOfSeveralPartsTellsOfEveryPart() {
    var with = bgpNode("slave1", "192.168.40.2/24", null, 64513L);
    var without = bgpNode("slave1", "192.168.40.2/24", null, null);
    long first = datastore.create(keyOf(with), with);
    long second = datastore.update(keyOf(without), without, first);
    assertThatThrownBy(() -> datastore.update(keyOf(with), with, first))
        .isInstanceOf(UpdateConflict.class);
    assertThat(datastore.get(keyOf(without)))
        .contains(new Entry<>(keyOf(without), without, second));
  }

  @Test
  void applyCreatesOrOverwritesAndLeavesAloneWhatIsTheSame() {
    var one = profile("p", Map.of("a", "1"), "t");
    var two = profile("p", Map.of("a", "2"), "t");
    long created = datastore.apply(keyOf(one), one);
    assertThat(datastore.apply(keyOf(one), one)).isEqualTo(created);
    assertThat(datastore.snapshot().revision()).isEqualTo(created);
    long changed = datastore.apply(keyOf(two), two);
    assertThat(changed).isGreaterThan(created);
    assertThat(datastore.get(keyOf(two))).contains(new Entry<>(keyOf(two), two, changed));
  }

  @Test
  void everyKindOfValueReadsBackAsItWasWritten() {
    List<Resource> resources =
        List.of(
            policyOnlyNode("slave1"),
            bgpNode("slave2", "192.168.40.3/24", "fd00::3/64", 65000L),
            globalPeer("10.0.0.1", 64512),
            nodePeer("slave1", "fd00::1", 64513),
            hostEndpoint("slave1", "eth0"),
            workloadEndpoint("slave1", "w1", "e1", "10.0.0.1/32"),
            pool("10.0.0.0/16", true),
            pool("fd80:24e2:f998:72d6::/64", false),
            policy("allow", "all()"),
            profile("p", Map.of("a", "1"), "t"));
    for (var resource : resources) {
      datastore.create(keyOf(resource), resource);
      assertThat(datastore.get(keyOf(resource)).orElseThrow().value()).isEqualTo(resource);
    }
    readsBack(new Key.Ready(), true);
    readsBack(SETTING, "");
    readsBack(new Key.FelixSetting("slave1", "IpInIpTunnelAddr"), "10.0.0.1");
    readsBack(new Key.BgpSetting(null, "node_mesh"), "{\"enabled\":true}");
    readsBack(new Key.BgpSetting("slave1", "loglevel"), "debug");
    readsBack(new Key.BlockAffinity("slave1", IpPrefix.parse("10.0.0.64/26")), Key.Empty.EMPTY);
    readsBack(
        new Key.NodeStatus("slave1"),
        new AgentStatus(Instant.parse("2017-04-11T10:58:34.5Z"), 12.25, true));
    readsBack(
        new Key.WorkloadEndpointStatus(
            new ResourceKey.WorkloadEndpointKey("slave1", "k8s", "w1", "e1")),
        EndpointStatus.DOWN);
    readsBack(
        new Key.HostEndpointStatus(new ResourceKey.HostEndpointKey("slave1", "eth0")),
        EndpointStatus.ERROR);
    assertThat(datastore.snapshot().entries()).hasSize(resources.size() + 9);
    assertThat(datastore.snapshot().unreadable()).isEmpty();
  }

  private <V> void readsBack(Key<V> key, V value) {
    long revision = datastore.apply(key, value);
    assertThat(datastore.get(key)).contains(new Entry<>(key, value, revision));
  }

  @Test
  void listsAreInTheOrderOfKeysPartByPart() {
    for (var resource :
        List.of(
            nodePeer("a", "10.0.0.9", 1),
            globalPeer("10.0.0.2", 1),
            pool("fd00::/64", false),
            pool("10.0.0.0/24", false),
            policyOnlyNode("slave1-a"),
            policyOnlyNode("slave1"),
            policyOnlyNode("master"),
            workloadEndpoint("b", "w", "e", "10.0.0.1/32"),
            workloadEndpoint("a-b", "w", "e", "10.0.0.2/32"),
            workloadEndpoint("a", "w", "e2", "10.0.0.3/32"),
            workloadEndpoint("a", "w", "e1", "10.0.0.4/32"))) {
      datastore.create(keyOf(resource), resource);
    }
    assertThat(keysOf(Kind.NODE))
        .containsExactly("Node(name=master)", "Node(name=slave1)", "Node(name=slave1-a)");
    assertThat(keysOf(Kind.BGP_PEER))
        .containsExactly("BGPPeer(global, ip=10.0.0.2)", "BGPPeer(node=a, ip=10.0.0.9)");
    assertThat(keysOf(Kind.IP_POOL))
        .containsExactly("IPPool(cidr=10.0.0.0/24)", "IPPool(cidr=fd00::/64)");
    assertThat(keysOf(Kind.WORKLOAD_ENDPOINT))
        .containsExactly(
            "WorkloadEndpoint(node=a, orchestrator=k8s, workload=w, name=e1)",
            "WorkloadEndpoint(node=a, orchestrator=k8s, workload=w, name=e2)",
            "WorkloadEndpoint(node=a-b, orchestrator=k8s, workload=w, name=e)",
            "WorkloadEndpoint(node=b, orchestrator=k8s, workload=w, name=e)");
  }

  private List<String> keysOf(Kind kind) {
    return datastore.list(new KeyRange.Resources(kind)).stream()
        .map(entry -> entry.key().toString())
        .toList();
  }

  @Test
  void aRangeHoldsWhatBelongsToItAlone() {
    var block = IpPrefix.parse("10.0.0.0/26");
    datastore.apply(new Key.FelixSetting(null, "LogSeverityScreen"), "info");
    datastore.apply(new Key.FelixSetting("a", "LogSeverityScreen"), "debug");
    datastore.apply(new Key.BgpSetting(null, "as_num"), "64512");
    datastore.apply(new Key.BgpSetting("a", "loglevel"), "none");
    datastore.apply(new Key.BlockAffinity("a", block), Key.Empty.EMPTY);
    datastore.apply(new Key.BlockAffinity("ab", block), Key.Empty.EMPTY);
    var node = bgpNode("a", "10.9.0.1/24", null, 1L);
    datastore.apply(keyOf(node), node);
    var peer = globalPeer("10.0.0.2", 1);
    datastore.apply(keyOf(peer), peer);
    var status =
        new Key.WorkloadEndpointStatus(new ResourceKey.WorkloadEndpointKey("a", "o", "w", "e"));
    datastore.apply(status, EndpointStatus.UP);

    assertThat(datastore.list(new KeyRange.FelixSettings(null)))
        .extracting(Entry::value)
        .containsExactly("info");
    assertThat(datastore.list(new KeyRange.FelixSettings("a")))
        .extracting(Entry::value)
        .containsExactly("debug");
    assertThat(datastore.list(new KeyRange.BgpSettings(null)))
        .extracting(Entry::value)
        .containsExactly("64512");
    assertThat(datastore.list(new KeyRange.BgpSettings("a")))
        .extracting(Entry::value)
        .containsExactly("none");
    assertThat(datastore.list(new KeyRange.BlockAffinities("a"))).hasSize(1);
    assertThat(datastore.list(new KeyRange.BlockAffinities(null))).hasSize(2);
    for (String workload : List.of("w", "w2")) {
      datastore.apply(
          new Key.ForResource(new ResourceKey.WorkloadEndpointKey("a", "k8s", workload, "e")),
          Samples.workloadEndpoint("a", workload, "e", "10.0.0.1"));
    }
    assertThat(datastore.list(new KeyRange.WorkloadEndpoints("a", "k8s", "w"))).hasSize(1);
    assertThat(datastore.list(new KeyRange.WorkloadEndpoints("a", "k8s", null))).hasSize(2);
    assertThat(datastore.list(new KeyRange.WorkloadEndpoints("a", "cni", null))).isEmpty();
    assertThat(datastore.list(new KeyRange.WorkloadEndpoints("b", "k8s", null))).isEmpty();
    assertThat(datastore.list(new KeyRange.WorkloadEndpointStatuses("a")))
        .extracting(Entry::key)
        .containsExactly(status);
    Key<EndpointStatus> hostStatus =
        new Key.HostEndpointStatus(new ResourceKey.HostEndpointKey("a", "eth0"));
    datastore.apply(hostStatus, EndpointStatus.DOWN);
    assertThat(datastore.list(new KeyRange.HostEndpointStatuses("a")))
        .extracting(Entry::key)
        .containsExactly(hostStatus);
  }

  @Test
  void namesThatWouldLeaveTheirPlaceAreRefused() {
    for (String name : List.of("", "a/b", "../x/")) {
      assertThatThrownBy(() -> datastore.get(new Key.NodeStatus(name)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("'" + name + "'");
    }
  }

  @Test
  void aWatchHearsEveryChangeInOrderFromTheRevisionOnWhereverItIsMade() {
    long before = datastore.create(SETTING, "0");
    long one = datastore.update(SETTING, "1", null);
    try (var other = open();
        var watch = new RecordedWatch(other, before)) {
      watch.await(1);
      long two = datastore.update(SETTING, "2", null);
      datastore.delete(SETTING, null);
      long created = other.create(SETTING, "3");
      var changes = watch.await(4);
      long deleted = changes.get(2).revision();
      assertThat(deleted).isStrictlyBetween(two, created);
      assertThat(changes)
          .containsExactly(
              new Change.Put(new Entry<>(SETTING, "1", one)),
              new Change.Put(new Entry<>(SETTING, "2", two)),
              new Change.Deleted(SETTING, deleted),
              new Change.Put(new Entry<>(SETTING, "3", created)));
    }
  }

  @Test
  void allPartsOfAWriteAreOneChangeAsTheyWereThen() {
    assumeTrue(writesInOneStep(), "this store writes part by part");
    long start = datastore.create(SETTING, "0");
    var first = bgpNode("n", "10.0.0.1/24", "fd00::1/64", 1L);
    var second = policyOnlyNode("n");
    var third = bgpNode("n", "10.0.0.2/24", null, null);
    long a = datastore.create(keyOf(first), first);
    long b = datastore.update(keyOf(second), second, null);
    long c = datastore.update(keyOf(third), third, null);
    datastore.delete(keyOf(third), null);
    try (var watch = new RecordedWatch(datastore, start)) {
      var changes = watch.await(4);
      assertThat(changes)
          .containsExactly(
              new Change.Put(new Entry<>(keyOf(first), first, a)),
              new Change.Put(new Entry<>(keyOf(second), second, b)),
              new Change.Put(new Entry<>(keyOf(third), third, c)),
              new Change.Deleted(keyOf(third), changes.get(3).revision()));
    }
  }

  @Test
  void whatGoesInOneWriteIsHeardInOneCall() {
    assumeTrue(writesInOneStep(), "this store writes part by part");
    var profile = profile("p", Map.of());
    datastore.create(keyOf(profile), profile);
    long start = datastore.create(SETTING, "0");
    try (var watch = new RecordedWatch(datastore, start)) {
      datastore.deleteAll(List.of(keyOf(profile), SETTING, new Key.FelixSetting(null, "Absent")));
      watch.await(2);
      assertThat(watch.calls()).hasSize(1);
      assertThat(watch.changes())
          .extracting(change -> ((Change.Deleted) change).key().toString())
          .containsExactlyInAnyOrder("Profile(name=p)", "GlobalConfig(name=Custom)");
    }
    long revision = datastore.snapshot().revision();
    datastore.deleteAll(List.of(keyOf(profile), SETTING));
    assertThat(datastore.snapshot().revision()).isEqualTo(revision);
  }

  @Test
  void blocksHandlesAndIpamSettingsAreListedByThemselves() {
    var four = IpPrefix.parse("10.0.0.64/26");
    var six = IpPrefix.parse("fd00::40/122");
    var block = new Key.IpamBlock(four);
    var handle = new Key.IpamHandle("k8s.web");
    var settings = new IpamSettings(true, false, List.of(IpPrefix.parse("10.0.0.0/28")));
    readsBack(new Key.ForIpamSettings(), settings);
    readsBack(new Key.ForIpamSettings(), IpamSettings.DEFAULT);
    readsBack(block, AllocationBlock.of(four, "slave1", true));
    readsBack(new Key.IpamBlock(six), AllocationBlock.of(six, "slave1", false));
    readsBack(handle, new AllocationBlock.Handle(Map.of(four, 3)));
    readsBack(new Key.BlockAffinity("slave1", four), Key.Empty.EMPTY);
    assertThat(datastore.list(new KeyRange.IpamBlocks(IpFamily.IPV4)))
        .extracting(Entry::key)
        .containsExactly(block);
    assertThat(datastore.list(new KeyRange.IpamHandles()))
        .extracting(Entry::key)
        .containsExactly(handle);
  }

  @Test
  void aClosedWatchIsSilent() {
    var watch = new RecordedWatch(datastore, datastore.create(SETTING, "0"));
    watch.close();
    long before = datastore.update(SETTING, "1", null);
    try (var later = new RecordedWatch(datastore, before - 1)) {
      later.await(1);
    }
    assertThat(watch.changes()).isEmpty();
  }

  @Test
  void aListenerMayCloseItsOwnWatch() {
    long start = datastore.create(SETTING, "0");
    var closing =
        new Datastore.WatchListener() {
          volatile Datastore.Watch watch;
          volatile int calls;

          @Override
          public void onChanges(List<Change> changes) {
            Await.until(() -> watch != null, () -> "watch() has not returned");
            watch.close();
            calls++;
          }

          @Override
          public void onLost(String reason) {
            throw new AssertionError(reason);
          }
        };
    closing.watch = datastore.watch(start, closing);
    datastore.update(SETTING, "1", null);
    Await.until(() -> closing.calls == 1, () -> "calls: " + closing.calls);
    long second = datastore.update(SETTING, "2", null);
    try (var later = new RecordedWatch(datastore, second - 1)) {
      later.await(1);
    }
    assertThat(closing.calls).isEqualTo(1);
  }

  @Test
  void ofManyWhoCreateTheSameExactlyOneSucceeds() throws Exception {
    var winners = new ArrayList<Boolean>();
    for (var done :
        inParallel(
            8,
            store -> {
              try {
                store.create(SETTING, Thread.currentThread().getName());
                return true;
              } catch (AlreadyExists e) {
                return false;
              }
            })) {
      winners.add(done);
    }
    assertThat(winners).containsOnlyOnce(true);
  }

  @Test
  void noIncrementIsLostWhenManyCompareAndSwap() throws Exception {
    datastore.create(SETTING, "0");
    inParallel(6, store -> increment(store, 50));
    assertThat(datastore.get(SETTING).orElseThrow().value()).isEqualTo("300");
  }

  /// Adds one to the setting's value a number of times.
  public static int increment(Datastore store, int times) {
    int conflicts = 0;
    for (int i = 0; i < times; ) {
      var entry = store.get(SETTING).orElseThrow();
      try {
        store.update(
            SETTING, Integer.toString(Integer.parseInt(entry.value()) + 1), entry.revision());
        i++;
      } catch (UpdateConflict e) {
        conflicts++;
      }
    }
    return conflicts;
  }

  @Test
  void snapshotAndWatchTogetherMissNothingAndNothingTwice() throws Exception {
    try (var executor = Executors.newFixedThreadPool(2)) {
      List<Future<?>> writers = new ArrayList<>();
      for (int w = 0; w < 2; w++) {
        int writer = w;
        writers.add(
            executor.submit(() -> {
              for (int i = 0; i < 300; i++) {
                datastore.apply(new Key.FelixSetting(null, "W" + writer + "-" + i % 7), "" + i);
              }
            }));
      }
      try (var other = open()) {
        var snapshot = other.snapshot();
        try (var watch = new RecordedWatch(other, snapshot.revision())) {
          for (var writer : writers) {
            writer.get();
          }
          long last = datastore.snapshot().revision();
          watch.await((int) (last - snapshot.revision()));
          assertThat(watch.changes())
              .extracting(Change::revision)
              .isSorted()
              .doesNotHaveDuplicates()
              .allMatch(revision -> revision > snapshot.revision())
              .hasSize((int) (last - snapshot.revision()));
        }
      }
    }
  }

  @Test
  void aValueWithATimeToLiveStaysWhileItIsRenewedAndGoesWhenItIsNot() {
    var renewed = new Key.NodeStatus("slave1");
    var left = new Key.NodeStatus("slave2");
    var first = new AgentStatus(Instant.EPOCH, 1, true);
    var second = new AgentStatus(Instant.EPOCH.plusSeconds(30), 31, false);
    datastore.apply(renewed, first, timeToLive());
    datastore.apply(left, first, timeToLive());
    passUntil(() -> {
      datastore.apply(renewed, second, timeToLive());
      return datastore.get(left).isEmpty();
    });
    assertThat(datastore.get(renewed).orElseThrow().value()).isEqualTo(second);
    long before = datastore.snapshot().revision();
    try (var watch = new RecordedWatch(datastore, before)) {
      passUntil(() -> datastore.get(renewed).isEmpty());
      assertThat(watch.await(1))
          .containsExactly(new Change.Deleted(renewed, watch.changes().getFirst().revision()));
    }
    datastore.create(renewed, first);
  }

  private void passUntil(BooleanSupplier condition) {
    Await.until(
        () -> {
          passes(timeToLive().dividedBy(8));
          return condition.getAsBoolean();
        },
        () -> "a value did not go away after its time");
  }

  /// How long a value shall live that is not to stay.
  protected Duration timeToLive() {
    return Duration.ofSeconds(90);
  }

  /// Lets the store's clock go on, if it is not the real one.
  protected abstract void passes(Duration time);

  private interface StoreWork<T> {
    T run(Datastore store);
  }

  /// Runs work in as many threads, half of them on the same open store and half on one of their
  /// own.
  private <T> List<T> inParallel(int threads, StoreWork<T> work) throws Exception {
    try (var executor = Executors.newFixedThreadPool(threads)) {
      List<Callable<T>> tasks = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        boolean own = i % 2 == 0;
        tasks.add(() -> {
          if (!own) {
            return work.run(datastore);
          }
          try (var store = open()) {
            return work.run(store);
          }
        });
      }
      List<T> results = new ArrayList<>();
      for (var future : executor.invokeAll(tasks)) {
        results.add(future.get());
      }
      return results;
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause());
    }
  }
}
