package io.margay.datastore.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.datastore.DatastoreError;
import io.margay.datastore.DatastoreException.Unavailable;
import io.margay.datastore.embedded.EmbeddedStore;
import io.margay.datastore.migration.Migration.Outcome;
import io.margay.datastore.path.PathStore;
import io.margay.datastore.path.PathStore.PathValue;
import io.margay.datastore.path.PathStore.Put;
import io.margay.datastore.path.PathStore.Transaction;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MigrationTest {

  private static final String READY = "/calico/v1/Ready";
  private static final String GUID = "/calico/v1/config/ClusterGUID";
  private static final String SETTING = "/calico/v1/config/LogSeverityScreen";
  private static final String UNKNOWN = "/calico/ipam/v2/handle/h";
  private static final int COUNT = 204;

  @TempDir Path directory;

  private EmbeddedStore source;
  private EmbeddedStore target;

  @BeforeEach
  void open() {
    source = EmbeddedStore.open(directory.resolve("source.db"));
    target = EmbeddedStore.open(directory.resolve("target.db"));
    put(source, READY, "true");
    put(source, GUID, "0123");
    put(source, SETTING, "info");
    put(source, UNKNOWN, "not even JSON");
    for (int i = 0; i < 200; i++) {
      put(source, "/calico/v1/config/Setting" + i, "" + i);
    }
  }

  @AfterEach
  void close() {
    source.close();
    target.close();
  }

  private Outcome migrate() {
    return migrate(source, target);
  }

  private static Outcome migrate(PathStore source, PathStore target) {
    return new Migration(source, target, false, (_, _) -> {}).run();
  }

  private Outcome look() {
    return new Migration(source, target, false, (_, _) -> {}).look();
  }

  @Test
  void everythingIsCopiedAlsoWhatIsNotUnderstoodAndTheReadyFlagLast() {
    assertThat(migrate()).isEqualTo(new Outcome.Done(COUNT, COUNT, 0));
    assertThat(values(target)).isEqualTo(values(source)).hasSize(COUNT);
    var all = target.list(List.of("/calico/"), path -> true).values();
    long ready = read(target, READY).revision();
    assertThat(all).allMatch(value -> value.revision() <= ready);
    assertThat(migrate()).isEqualTo(new Outcome.Done(0, COUNT, 0));
  }

  @Test
  void aLookWritesNothing() {
    long before = source.read(List.of()).revision();
    assertThat(look()).isEqualTo(new Outcome.Possible(COUNT, 0, 0));
    assertThat(source.read(List.of()).revision()).isEqualTo(before);
    assertThat(target.read(List.of()).revision()).isZero();
  }

  @Test
  void meanwhileTheSourceIsNotReadyAndTheTargetHasNoFlag() {
    List<String> flags = new ArrayList<>();
    new Migration(
            source,
            target,
            false,
            (_, _) ->
                flags.add(
                    read(source, READY).value() + target.read(List.of(READY)).values().size()))
        .run();
    assertThat(flags).hasSizeGreaterThan(2).containsOnly("false0");
    assertThat(read(source, READY).value()).isEqualTo("true");
    assertThat(read(target, READY).value()).isEqualTo("true");
  }

  @Test
  void theSourceStaysNotReadyOnRequest() {
    assertThat(new Migration(source, target, true, (_, _) -> {}).run())
        .isInstanceOf(Outcome.Done.class);
    assertThat(read(source, READY).value()).isEqualTo("false");
    assertThat(read(target, READY).value()).isEqualTo("true");
    assertThat(migrate()).isEqualTo(new Outcome.Done(0, COUNT, 0));
  }

  /// A process that dies does so between two writes, or with one that was made and not answered.
  @Test
  void whereverItIsCutShortRunningAgainLeadsToTheSameEnd() {
    var expected = values(source);
    boolean cut = true;
    for (int writes = 0; cut; writes++) {
      for (boolean made : List.of(false, true)) {
        var left = new int[] {writes};
        var dyingSource = new DyingStore(source, left, made);
        cut = false;
        try (var fresh = EmbeddedStore.open(directory.resolve(writes + "" + made))) {
          try {
            migrate(dyingSource, new DyingStore(fresh, left, made));
          } catch (DyingStore.DiedException e) {
            cut = true;
          }
          assertThat(migrate(source, fresh)).isInstanceOf(Outcome.Done.class);
          assertThat(values(fresh)).as("cut after %d writes", writes).isEqualTo(expected);
          assertThat(values(source)).as("cut after %d writes", writes).isEqualTo(expected);
        }
      }
      assertThat(writes).isLessThan(30);
    }
  }

  @Test
  void whatChangedAtTheSourceBetweenTwoRunsIsBroughtUpToDate() {
    cutShort(4);
    put(source, "/calico/v1/config/Setting0", "new");
    delete(source, "/calico/v1/config/Setting1");
    assertThat(migrate()).isInstanceOf(Outcome.Done.class);
    assertThat(values(target)).isEqualTo(values(source)).hasSize(COUNT - 1);
  }

  private void cutShort(int writes) {
    var left = new int[] {writes};
    assertThatThrownBy(
            () -> migrate(new DyingStore(source, left, false), new DyingStore(target, left, false)))
        .isInstanceOf(DyingStore.DiedException.class);
  }

  @Test
  void whatOthersWriteMeanwhileIsCopiedAsWell() {
    var written = new int[1];
    var outcome =
        new Migration(
                source,
                target,
                false,
                (_, _) -> {
                  if (written[0] < 5) {
                    put(source, "/calico/v1/config/Late" + written[0]++, "x");
                  }
                })
            .run();
    assertThat(outcome).isInstanceOf(Outcome.Done.class);
    assertThat(values(target)).isEqualTo(values(source)).hasSize(COUNT + 5);
  }

  @Test
  void aSourceThatNeverRestsIsToldOfAndIsReadyAgain() {
    var written = new int[1];
    var outcome =
        new Migration(source, target, false, (_, _) -> put(source, SETTING, "" + written[0]++))
            .run();
    assertThat(outcome).isEqualTo(new Outcome.Unsettled(List.of(SETTING)));
    assertThat(read(source, READY).value()).isEqualTo("true");
    assertThat(migrate()).isInstanceOf(Outcome.Done.class);
    assertThat(values(target)).isEqualTo(values(source));
  }

  @Test
  void nothingIsWrittenWhereSomethingElseIs() {
    put(target, SETTING, "debug");
    put(target, "/calico/v1/config/Other", "1");
    var before = values(target);
    assertThat(migrate())
        .isInstanceOfSatisfying(
            Outcome.Occupied.class,
            occupied -> {
              assertThat(occupied.paths()).contains(SETTING, "/calico/v1/config/Other");
              assertThat(occupied.claimedBy()).isNull();
            });
    assertThat(values(target)).isEqualTo(before);
    assertThat(read(source, READY).value()).isEqualTo("true");
  }

  @Test
  void nothingIsWrittenWhereAnotherClustersMigrationIsUnderWay() {
    cutShort(4);
    var before = values(target);
    put(source, GUID, "another");
    assertThat(migrate())
        .isInstanceOfSatisfying(
            Outcome.Occupied.class,
            occupied -> assertThat(occupied.claimedBy()).isEqualTo("cluster 0123"));
    assertThat(values(target)).isEqualTo(before);
  }

  @Test
  void aTargetThatSomebodyHasTakenIntoUseIsLeftAlone() {
    cutShort(4);
    put(target, READY, "true");
    put(target, "/calico/v1/config/Own", "1");
    var before = values(target);
    assertThat(migrate()).isInstanceOf(Outcome.Occupied.class);
    assertThat(values(target)).isEqualTo(before);
  }

  @Test
  void whatIsNotTextIsNamedAndNothingIsWritten() {
    put(source, UNKNOWN, "caf\uFFFD");
    assertThat(migrate())
        .isEqualTo(
            new Outcome.NotCarried(List.of(new PathStore.Objection(UNKNOWN, "is not UTF-8 text"))));
    assertThat(values(target)).isEmpty();
  }

  @Test
  void whatExpiresByItselfIsLeftOut() {
    put(source, "/calico/felix/v1/host/n/status", "{}");
    put(source, "/calico/felix/v1/host/n/last_reported_status", "{}");
    assertThat(migrate()).isEqualTo(new Outcome.Done(COUNT + 1, COUNT + 1, 1));
    assertThat(values(target))
        .containsKey("/calico/felix/v1/host/n/last_reported_status")
        .doesNotContainKey("/calico/felix/v1/host/n/status");
  }

  @Test
  void aTargetThatFailsLeavesTheSourceReady() {
    var left = new int[] {3};
    var failing =
        new DyingStore(target, left, false) {
          @Override
          RuntimeException death() {
            return new Unavailable(DatastoreError.STORE_FULL, "the disk is full");
          }
        };
    assertThatThrownBy(() -> migrate(source, failing)).hasMessage("the disk is full");
    assertThat(read(source, READY).value()).isEqualTo("true");
  }

  private static void put(PathStore store, String path, String value) {
    store.commit(new Transaction(List.of(), List.of(new Put(path, value)), List.of()));
  }

  private static void delete(PathStore store, String path) {
    store.commit(new Transaction(List.of(), List.of(), List.of(path)));
  }

  private static PathValue read(PathStore store, String path) {
    return store.read(List.of(path)).values().getFirst();
  }

  private static Map<String, String> values(PathStore store) {
    Map<String, String> values = new TreeMap<>();
    store
        .list(List.of("/calico/"), path -> true)
        .values()
        .forEach(value -> values.put(value.path(), value.value()));
    return values;
  }
}
