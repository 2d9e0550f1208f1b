package io.margay.datastore.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.margay.datastore.Key;
import io.margay.datastore.ProcessesContract;
import io.margay.datastore.StoreProcess;
import io.margay.datastore.embedded.Session.Access;
import io.margay.datastore.path.PathDatastore;
import io.margay.datastore.path.PathStore.Put;
import io.margay.datastore.path.PathStore.Transaction;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedProcessesTest extends ProcessesContract {

  private static final Key.FelixSetting SETTING = new Key.FelixSetting(null, "Custom");

  @TempDir Path directory;

  @Override
  protected Map<String, String> environment() {
    return Map.of(
        "DATASTORE_TYPE", "embedded", "EMBEDDED_PATH", directory.resolve("x/store.db").toString());
  }

  private Path file() {
    return directory.resolve("x/store.db");
  }

  @Test
  void aWriterKilledInMidTransactionHasWrittenNothing() {
    try (var store = EmbeddedStore.open(file())) {
      var parts = List.of(new Put("/calico/a", "old"), new Put("/calico/b", "old"));
      long revision = commit(store, parts);
      try (var process = StoreProcess.start(MidTransaction.class, Map.of(), file().toString())) {
        assertThat(process.line()).isEqualTo("in mid transaction");
        process.kill();
      }
      var after = store.list(List.of("/calico/"), _ -> true);
      assertThat(after.revision()).isEqualTo(revision);
      assertThat(after.values()).extracting(v -> v.value()).containsExactly("old", "old");
      assertThat(commit(store, parts)).isEqualTo(revision + 1);
    }
  }

  @Test
  void whoMayNotWriteCanReadWhetherOthersHaveTheStoreOpenOrNot() throws Exception {
    assumeTrue(
        new ProcessBuilder("unshare", "-m", "true").start().waitFor() == 0,
        "no mount namespaces here: run as root to have this tested");
    Path own = directory.resolve("own/store.db"); // nobody else has it open
    try (var store = new PathDatastore(EmbeddedStore.open(own))) {
      store.create(SETTING, "1");
      assertReadOnlyProcessReads(own, "1");
    }
    assertThat(own.resolveSibling("store.db-wal")).doesNotExist();
    assertReadOnlyProcessReads(own, "1");
    try (var store = new PathDatastore(EmbeddedStore.open(own))) {
      store.apply(SETTING, "2");
      assertReadOnlyProcessReads(own, "2");
    }
  }

  private static void assertReadOnlyProcessReads(Path file, String value) {
    String script = "mount --bind \"$0\" \"$0\" && mount -o remount,bind,ro \"$0\" && exec \"$@\"";
    var wrapper = List.of("unshare", "-m", "sh", "-c", script, file.getParent().toString());
    var environment = Map.of("DATASTORE_TYPE", "embedded", "EMBEDDED_PATH", file.toString());
    try (var process =
        StoreProcess.start(wrapper, StoreProcess.class, environment, "get-and-set", "other")) {
      assertThat(process.line()).isEqualTo(value);
      assertThat(process.line()).contains("cannot be written").contains("read-only");
      process.remainingLines();
    }
  }

  private static long commit(EmbeddedStore store, List<Put> puts) {
    return store.commit(new Transaction(List.of(), puts, List.of())).orElseThrow();
  }

  /// A process that stays inside a transaction, with pages of it already in the log.
  static final class MidTransaction {
    private MidTransaction() {}

    static void main(String[] arguments) throws SQLException, IOException {
      try (var session = Session.open(Path.of(arguments[0]), Access.READ_WRITE)) {
        session.execute("PRAGMA cache_size=1");
        session.execute("BEGIN IMMEDIATE");
        session.update("UPDATE entry SET value = 'new' WHERE path = '/calico/a'");
        for (int i = 0; i < 1000; i++) {
          session.update(
              "INSERT INTO entry VALUES (?, ?, 99, NULL)", "/calico/new/" + i, "x".repeat(500));
        }
        System.out.println("in mid transaction");
        System.in.read();
      }
    }
  }
}
