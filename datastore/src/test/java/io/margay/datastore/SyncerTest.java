package io.margay.datastore;

import static io.margay.datastore.Samples.bgpNode;
import static io.margay.datastore.Samples.keyOf;
import static io.margay.datastore.Samples.policy;
import static io.margay.datastore.Samples.policyOnlyNode;
import static io.margay.datastore.Samples.profile;
import static org.assertj.core.api.Assertions.assertThat;

import io.margay.datastore.SyncListener.Status;
import io.margay.datastore.SyncListener.SyncUpdate;
import io.margay.datastore.cluster.ClusterInitialiser;
import io.margay.datastore.embedded.EmbeddedStore;
import io.margay.datastore.path.PathDatastore;
import io.margay.datastore.path.PathStore.Put;
import io.margay.datastore.path.PathStore.Transaction;
import io.margay.model.Resource;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SyncerTest {

  private static final Key.FelixSetting ONE = new Key.FelixSetting(null, "one");
  private static final Key.FelixSetting TWO = new Key.FelixSetting(null, "two");

  @TempDir Path directory;

  private EmbeddedStore store;
  private FlakyDatastore datastore;
  private Picture picture;
  private Syncer syncer;

  @BeforeEach
  void open() {
    store = EmbeddedStore.open(directory.resolve("datastore.db"));
    datastore = new FlakyDatastore(new PathDatastore(store));
    picture = new Picture(datastore);
    syncer = new Syncer(datastore, picture, Duration.ofMillis(2));
  }

  @AfterEach
  void close() {
    syncer.close();
    datastore.close();
    assertThat(picture.complaints()).isEmpty();
  }

  @Test
  void whatIsThereIsToldBeforeInSyncAndWhatComesAfterwards() {
    datastore.apply(ONE, "1");
    syncer.start();
    picture.await(Map.of(ONE, "1"));
    picture.awaitStatus(Status.IN_SYNC);
    assertThat(picture.history())
        .containsExactly("WAITING", "RESYNC", "[GlobalConfig(name=one)=1]", "IN_SYNC");
    datastore.apply(TWO, "2");
    picture.await(Map.of(ONE, "1", TWO, "2"));
    datastore.delete(ONE, null);
    picture.await(Map.of(TWO, "2"));
  }

  @Test
  void aLossIsMadeUpForWithWhatDiffersAlone() {
    datastore.apply(ONE, "1");
    datastore.apply(TWO, "2");
    syncer.start();
    picture.awaitStatus(Status.IN_SYNC);
    datastore.setAvailable(false);
    datastore.loseWatch();
    picture.awaitStatus(Status.WAITING);
    datastore.delete(ONE, null);
    var node = policyOnlyNode("n");
    datastore.create(keyOf(node), node);
    picture.clearHistory();
    datastore.setAvailable(true);
    picture.awaitStatus(Status.IN_SYNC);
    assertThat(picture.history())
        .containsExactly(
            "RESYNC", "[Node(name=n)=" + node + ", GlobalConfig(name=one)=null]", "IN_SYNC");
  }

  @Test
  void aWriteThatChangesNothingIsNoNews() {
    datastore.apply(ONE, "1");
    syncer.start();
    picture.awaitStatus(Status.IN_SYNC);
    picture.clearHistory();
    datastore.update(ONE, "1", null);
    datastore.apply(TWO, "2");
    picture.await(Map.of(ONE, "1", TWO, "2"));
    assertThat(picture.history()).containsExactly("[GlobalConfig(name=two)=2]");
  }

  @Test
  void statusesAreNotToldAtAll() {
    var status = new Key.NodeStatus("n");
    datastore.apply(status, new Key.AgentStatus(Instant.EPOCH, 1, true));
    syncer.start();
    picture.awaitStatus(Status.IN_SYNC);
    datastore.apply(status, new Key.AgentStatus(Instant.EPOCH, 2, false));
    datastore.apply(ONE, "1");
    picture.await(Map.of(ONE, "1"));
    assertThat(picture.history())
        .containsExactly("WAITING", "RESYNC", "IN_SYNC", "[GlobalConfig(name=one)=1]");
  }

  @Test
  void aValueThatIsNotUnderstoodTakesTheOldOneAwayAndSaysWhy() {
    var policy = policy("p", "all()");
    datastore.apply(keyOf(policy), policy);
    syncer.start();
    picture.await(Map.of(keyOf(policy), policy));
    putRaw("/calico/v1/policy/tier/default/policy/p", "{\"selector\":\"(\"}");
    picture.await(Map.of());
    assertThat(picture.problems().get(keyOf(policy))).contains("selector");
    datastore.apply(keyOf(policy), policy);
    picture.await(Map.of(keyOf(policy), policy));
    assertThat(picture.problems()).isEmpty();
  }

  @Test
  void whatPilesUpBehindABusyListenerBecomesTheLastOfEach() {
    syncer.start();
    picture.awaitStatus(Status.IN_SYNC);
    var busy = picture.block();
    datastore.apply(ONE, "0");
    picture.awaitBlocked();
    for (int i = 1; i <= 50; i++) {
      datastore.apply(ONE, "" + i);
    }
    busy.countDown();
    picture.await(Map.of(ONE, "50"));
    assertThat(picture.history()).startsWith("WAITING", "RESYNC", "IN_SYNC");
  }

  /// A cluster as it is before something happens to it.
  private Map<Key<?>, Object> followACluster() {
    new ClusterInitialiser(datastore).initialise();
    var policy = policy("p", "all()");
    var profile = profile("q", Map.of("a", "1"));
    datastore.apply(keyOf(policy), policy);
    datastore.apply(keyOf(profile), profile);
    syncer.start();
    picture.awaitStatus(Status.IN_SYNC);
    assertThat(picture.values()).hasSize(4);
    picture.clearHistory();
    return picture.values();
  }

  private void empty() {
    datastore.deleteAll(
        new PathDatastore(store).snapshot().entries().stream().<Key<?>>map(Entry::key).toList());
  }

  @Test
  void aStoreThatIsEmptiedWhileItIsFollowedTakesNothingAway() {
    var before = followACluster();
    empty();
    picture.awaitStatus(Status.WAITING);
    assertThat(picture.values()).isEqualTo(before);
    assertThat(picture.history()).containsExactly("RESYNC", "WAITING");
  }

  @Test
  void aStoreThatIsFoundEmptyAfterALossTakesNothingAwayUntilTheClusterIsBack() {
    var before = followACluster();
    datastore.setAvailable(false);
    datastore.loseWatch();
    picture.awaitStatus(Status.WAITING);
    empty();
    datastore.apply(ONE, "1");
    datastore.setAvailable(true);
    datastore.awaitSnapshots(2);
    assertThat(picture.values()).isEqualTo(before);
    before.forEach(this::restore);
    picture.awaitStatus(Status.IN_SYNC);
    Map<Key<?>, Object> after = new HashMap<>(before);
    after.put(ONE, "1");
    picture.await(after);
  }

  @SuppressWarnings("unchecked")
  private <V> void restore(Key<V> key, Object value) {
    datastore.apply(key, (V) value);
  }

  @Test
  void anotherClusterInTheSamePlaceTakesNothingAway() {
    var before = followACluster();
    datastore.setAvailable(false);
    datastore.loseWatch();
    picture.awaitStatus(Status.WAITING);
    empty();
    new ClusterInitialiser(datastore).initialise();
    datastore.setAvailable(true);
    datastore.awaitSnapshots(2);
    assertThat(picture.values()).isEqualTo(before);
    assertThat(picture.status()).isEqualTo(Status.WAITING);
  }

  @Test
  void aMissingReadyFlagAloneIsNewsLikeAnyOther() {
    var before = followACluster();
    datastore.delete(new Key.Ready(), null);
    Map<Key<?>, Object> after = new HashMap<>(before);
    after.remove(new Key.Ready());
    picture.await(after);
    picture.awaitStatus(Status.IN_SYNC);
  }

  @Test
  void closingEndsTheCalls() {
    syncer.start();
    picture.awaitStatus(Status.IN_SYNC);
    syncer.close();
    picture.clearHistory();
    long revision = datastore.apply(ONE, "1");
    try (var watch = new RecordedWatch(datastore, revision - 1)) {
      watch.await(1);
    }
    assertThat(picture.history()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void afterAnyWritesAndLossesThePictureIsTheStore(long seed) {
    var random = new Random(seed);
    syncer.start();
    for (int step = 0; step < 400; step++) {
      switch (random.nextInt(20)) {
        case 0 -> datastore.loseWatch();
        case 1 -> {
          datastore.setAvailable(false);
          datastore.loseWatch();
        }
        case 2, 3 -> datastore.setAvailable(true);
        default -> writeSomething(random);
      }
    }
    datastore.setAvailable(true);
    Map<Key<?>, Object> expected = new HashMap<>();
    new PathDatastore(store)
        .snapshot().entries().stream()
            .filter(entry -> !(entry.key() instanceof Key.NodeStatus))
            .forEach(entry -> expected.put(entry.key(), entry.value()));
    picture.await(expected);
    picture.awaitStatus(Status.IN_SYNC);
  }

  private void writeSomething(Random random) {
    String name = "n" + random.nextInt(3);
    int number = random.nextInt(3);
    switch (random.nextInt(8)) {
      case 0 -> datastore.apply(new Key.FelixSetting(null, name), "" + number);
      case 1 -> datastore.deleteAll(List.of(new Key.FelixSetting(null, name)));
      case 2 -> apply(bgpNode(name, "10.0.0." + (number + 1) + "/24", null, 64512L + number));
      case 3 -> datastore.deleteAll(List.of(keyOf(policyOnlyNode(name))));
      case 4 -> apply(profile(name, Map.of("a", "" + number)));
      case 5 -> putRaw("/calico/v1/policy/profile/" + name + "/labels", number == 0 ? "[" : "{}");
      case 6 ->
          datastore.deleteAll(
              List.of(keyOf(profile(name, Map.of())), new Key.FelixSetting(null, name)));
      default ->
          datastore.apply(
              new Key.NodeStatus(name), new Key.AgentStatus(Instant.EPOCH, number, true));
    }
  }

  private void apply(Resource resource) {
    datastore.apply(keyOf(resource), resource);
  }

  private void putRaw(String path, String value) {
    store.commit(new Transaction(List.of(), List.of(new Put(path, value)), List.of()));
  }

  /// What a consumer makes of what it is told; it complains about what it should not be told.
  private static final class Picture implements SyncListener {
    private final FlakyDatastore datastore;
    private final Map<Key<?>, Object> values = new HashMap<>();
    private final Map<Key<?>, String> problems = new HashMap<>();
    private final List<String> history = new ArrayList<>();
    private final List<String> complaints = new ArrayList<>();
    private @Nullable Status status;
    private volatile @Nullable CountDownLatch block;
    private volatile boolean blocked;

    Picture(FlakyDatastore datastore) {
      this.datastore = datastore;
    }

    @Override
    public void onUpdates(List<SyncUpdate> updates) {
      var latch = block;
      if (latch != null) {
        blocked = true;
        try {
          latch.await();
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
        block = null;
      }
      synchronized (this) {
        if (status == Status.WAITING) {
          complaints.add("told while waiting: " + updates);
        }
        history.add(
            updates.stream()
                .map(update -> update.key() + "=" + update.value())
                .toList()
                .toString());
        updates.forEach(this::take);
      }
    }

    private void take(SyncUpdate update) {
      var key = update.key();
      var value = update.value();
      if (value != null) {
        if (value.equals(values.put(key, value)) && problems.get(key) == null) {
          complaints.add("told again: " + update);
        }
        problems.remove(key);
        return;
      }
      boolean known = values.remove(key) != null | problems.remove(key) != null;
      if (update.problem() != null) {
        problems.put(key, update.problem());
      } else if (!known) {
        complaints.add("gone without having been there: " + update);
      }
    }

    @Override
    public synchronized void onStatus(Status next) {
      history.add(next.toString());
      if (next == status) {
        complaints.add("status twice: " + next);
      }
      status = next;
      if (next == Status.IN_SYNC) {
        for (var entry : datastore.latestSnapshot().entries()) {
          if (!(entry.key() instanceof Key.NodeStatus)
              && !entry.value().equals(values.get(entry.key()))) {
            complaints.add("in sync without " + entry);
          }
        }
      }
    }

    synchronized List<String> complaints() {
      return List.copyOf(complaints);
    }

    synchronized List<String> history() {
      return List.copyOf(history);
    }

    synchronized void clearHistory() {
      history.clear();
    }

    synchronized Map<Key<?>, Object> values() {
      return Map.copyOf(values);
    }

    synchronized Map<Key<?>, String> problems() {
      return Map.copyOf(problems);
    }

    synchronized @Nullable Status status() {
      return status;
    }

    /// Makes the next call wait.
    CountDownLatch block() {
      var latch = new CountDownLatch(1);
      block = latch;
      return latch;
    }

    void awaitBlocked() {
      Await.until(() -> blocked, () -> "nothing was told");
    }

    void await(Map<? extends Key<?>, ?> expected) {
      Await.until(() -> values().equals(expected), () -> values() + ", expected " + expected);
    }

    void awaitStatus(Status expected) {
      Await.until(() -> status() == expected, () -> status() + ", expected " + expected);
    }
  }
}
