package io.margay.datastore.migration;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.datastore.embedded.EmbeddedStore;
import io.margay.datastore.migration.Migration.Outcome;
import io.margay.datastore.path.PathStore;
import io.margay.datastore.path.PathStore.PathValue;
import io.margay.datastore.path.PathStore.Put;
import io.margay.datastore.path.PathStore.Transaction;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MigrationTest {

  private static final String READY = "/calico/v1/Ready";
  private static final String SETTING = "/calico/v1/config/LogSeverityScreen";
  private static final String UNKNOWN = "/calico/ipam/v2/handle/h";

  @TempDir Path directory;

  private EmbeddedStore source;
  private EmbeddedStore target;

  @BeforeEach
  void open() {
    source = EmbeddedStore.open(directory.resolve("source.db"));
    target = EmbeddedStore.open(directory.resolve("target.db"));
    put(source, READY, "true");
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

  @Test
  void everythingIsCopiedAlsoWhatIsNotUnderstoodAndTheReadyFlagLast() {
    assertThat(new Migration(source, target).run()).isEqualTo(new Outcome.Done(203, 0));
    assertThat(values(target)).isEqualTo(values(source)).hasSize(203);
    var all = target.list(List.of("/calico/"), path -> true).values();
    long ready = read(target, READY).revision();
    assertThat(all).allMatch(value -> value.revision() <= ready);
  }

  @Test
  void whatWasCutShortIsFinishedByRunningAgain() {
    put(target, SETTING, "info");
    put(target, UNKNOWN, "not even JSON");
    assertThat(new Migration(source, target).run()).isEqualTo(new Outcome.Done(201, 2));
    assertThat(new Migration(source, target).run()).isEqualTo(new Outcome.Done(0, 203));
  }

  @Test
  void nothingIsWrittenWhereSomethingElseIs() {
    put(target, SETTING, "debug");
    put(target, "/calico/v1/config/Other", "1");
    assertThat(new Migration(source, target).run())
        .isEqualTo(new Outcome.Refused(List.of(SETTING), List.of("/calico/v1/config/Other")));
    assertThat(values(target)).hasSize(2).containsEntry(SETTING, "debug");
  }

  @Test
  void whatExpiresByItselfIsLeftOut() {
    put(source, "/calico/felix/v1/host/n/status", "{}");
    put(source, "/calico/felix/v1/host/n/last_reported_status", "{}");
    assertThat(new Migration(source, target).run()).isEqualTo(new Outcome.Done(204, 0));
    assertThat(values(target))
        .containsKey("/calico/felix/v1/host/n/last_reported_status")
        .doesNotContainKey("/calico/felix/v1/host/n/status");
  }

  private static void put(PathStore store, String path, String value) {
    store.commit(new Transaction(List.of(), List.of(new Put(path, value)), List.of()));
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
