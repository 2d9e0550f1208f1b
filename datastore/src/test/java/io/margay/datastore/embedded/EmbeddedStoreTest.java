package io.margay.datastore.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.datastore.Await;
import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreException.Unavailable;
import io.margay.datastore.embedded.Session.Access;
import io.margay.datastore.path.PathStore;
import io.margay.datastore.path.PathStore.HistoryGoneException;
import io.margay.datastore.path.PathStore.PathChange;
import io.margay.datastore.path.PathStore.PathValue;
import io.margay.datastore.path.PathStore.Put;
import io.margay.datastore.path.PathStore.Transaction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedStoreTest {

  private static final String A = "/calico/a";
  private static final String B = "/calico/b";

  @TempDir Path directory;

  private Path file() {
    return directory.resolve("margay/datastore.db");
  }

  @Test
  void theFileAndItsDirectoryAreTheOwnersAlone() throws IOException {
    try (var store = EmbeddedStore.open(file())) {
      put(store, A, "1");
      assertThat(permissions(file().getParent())).isEqualTo("rwx------");
      try (var files = Files.list(file().getParent())) {
        assertThat(files)
            .allSatisfy(one -> assertThat(permissions(one)).isEqualTo("rw-------"))
            .extracting(one -> one.getFileName().toString())
            .containsExactlyInAnyOrder(
                "datastore.db", "datastore.db-wal", "datastore.db-shm", "datastore.db-notify");
      }
    }
  }

  private static String permissions(Path path) {
    try {
      return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void whatWasStoredIsThereAfterReopening() {
    try (var store = EmbeddedStore.open(file())) {
      put(store, A, "wörks");
    }
    try (var store = EmbeddedStore.open(file())) {
      assertThat(store.read(List.of(A, B)).values()).containsExactly(new PathValue(A, "wörks", 1));
    }
  }

  @Test
  void whatIsNoStoreIsRefusedAndLeftAlone() throws IOException {
    Files.createDirectories(file().getParent());
    Files.writeString(file(), "my diary, page 1. ".repeat(100));
    assertThatThrownBy(() -> EmbeddedStore.open(file()))
        .isInstanceOf(Unavailable.class)
        .hasMessageContaining(file() + " is not a Margay datastore: it is not an SQLite file")
        .hasMessageContaining("EMBEDDED_PATH");
    assertThat(Files.readString(file())).startsWith("my diary");

    Files.writeString(file(), "");
    assertThatThrownBy(() -> EmbeddedStore.open(file()))
        .isInstanceOf(Unavailable.class)
        .hasMessageContaining("is not a Margay datastore");
  }

  @Test
  void anSqliteFileOfSomethingElseIsRefused() throws IOException, SQLException {
    Files.createDirectories(file().getParent());
    Files.createFile(file());
    try (var session = Session.open(file(), Access.READ_WRITE)) {
      session.execute("CREATE TABLE diary (page TEXT)");
    }
    assertThatThrownBy(() -> EmbeddedStore.open(file()))
        .isInstanceOf(Unavailable.class)
        .hasMessageContaining("it is an SQLite file of something else");
  }

  @Test
  void aStoreOfANewerBuildIsRefused() throws SQLException {
    EmbeddedStore.open(file()).close();
    try (var session = Session.open(file(), Access.READ_WRITE)) {
      session.execute("PRAGMA user_version=2");
    }
    assertThatThrownBy(() -> EmbeddedStore.open(file()))
        .isInstanceOf(Unavailable.class)
        .hasMessageContaining("has schema version 2, this build knows 1");
  }

  @Test
  void placesWhereNoFileCanBeAreExplained() throws IOException {
    assertThatThrownBy(() -> EmbeddedStore.open(directory))
        .isInstanceOf(Unavailable.class)
        .hasMessageContaining("cannot be the directory " + directory);
    Path plain = Files.createFile(directory.resolve("plain"));
    assertThatThrownBy(() -> EmbeddedStore.open(plain.resolve("datastore.db")))
        .isInstanceOf(Unavailable.class)
        .hasMessageContaining(plain.toString());
    assertThatThrownBy(() -> EmbeddedStore.open(Path.of("/proc/margay/datastore.db")))
        .isInstanceOf(Unavailable.class)
        .hasMessageContaining("/proc/margay/datastore.db cannot be made")
        .hasMessageContaining("EMBEDDED_PATH");
  }

  @Test
  void aFullDiskIsCalledOneAndChangesNothing() throws SQLException {
    EmbeddedStore.open(file()).close();
    try (var session = Session.open(file(), Access.READ_WRITE)) {
      long pages = session.number("PRAGMA page_count");
      session.execute("PRAGMA max_page_count=" + pages);
      assertThatThrownBy(() ->
              session.write(s -> {
                s.update("INSERT INTO entry VALUES (?, ?, 1, NULL)", A, "x".repeat(9000));
                return null;
              }))
          .isInstanceOfSatisfying(
              SQLException.class,
              e ->
                  assertThat(StoreErrors.translate(file(), e))
                      .hasMessageContaining("disk of the datastore " + file() + " is full"));
      assertThat(session.number("SELECT count(*) FROM entry")).isZero();
    }
  }

  @Test
  void aStoreThatVanishesIsWaitedForAndNotMadeAnew() throws IOException {
    Path away = directory.resolve("away");
    try (var store = EmbeddedStore.open(file());
        var watch = new Recorded(store, put(store, A, "1"))) {
      Files.move(file().getParent(), away);
      assertThatThrownBy(() -> store.read(List.of(A)))
          .isInstanceOf(Unavailable.class)
          .hasMessageContaining(file() + " is gone");
      assertThatThrownBy(() -> put(store, A, "2")).isInstanceOf(Unavailable.class);
      assertThat(file()).doesNotExist();

      Files.move(away, file().getParent());
      long two = put(store, A, "2");
      Await.until(
          () -> watch.changes().equals(List.of(new PathChange(A, "2", two))),
          () -> watch.changes().toString());
    }
  }

  @Test
  void aWatchOfAStoreThatWasReplacedIsLost() throws IOException {
    try (var store = EmbeddedStore.open(file())) {
      put(store, A, "1");
      long start = store.list(List.of("/calico/"), _ -> true).revision();
      try (var watch = new Recorded(store, start)) {
        Files.move(file().getParent(), directory.resolve("away"));
        try (var other = EmbeddedStore.open(file())) {
          put(other, B, "1");
          assertThat(watch.awaitLost()).contains("replaced by another one");
          assertThat(store.list(List.of("/calico/"), _ -> true).values())
              .containsExactly(new PathValue(B, "1", 1));
        }
      }
    }
  }

  @Test
  void aRemovedStoreAndItsLateUserDoNoHarmToANewOne() throws IOException {
    var old = EmbeddedStore.open(file());
    put(old, A, "old");
    assertThat(file().resolveSibling("datastore.db-wal")).isNotEmptyFile();
    Files.delete(file());
    try (var store = EmbeddedStore.open(file())) {
      assertThat(store.list(List.of("/calico/"), _ -> true).values()).isEmpty();
      put(store, A, "new");
      old.close();
      put(store, B, "new");
      try (var third = EmbeddedStore.open(file())) {
        assertThat(third.read(List.of(A, B)).values())
            .containsExactly(new PathValue(A, "new", 1), new PathValue(B, "new", 2));
      }
    }
    try (var store = EmbeddedStore.open(file())) {
      assertThat(store.read(List.of(A, B)).values()).hasSize(2);
    }
  }

  @Test
  void aWatchThatNeedsForgottenHistoryIsLostAndOneThatDoesNotIsNot() {
    try (var store = EmbeddedStore.open(file(), InstantSource.system(), 100)) {
      long start = put(store, A, "0");
      for (int i = 1; i <= 1000; i++) {
        put(store, A, "" + i);
      }
      try (var late = new Recorded(store, start)) {
        assertThat(late.awaitLost()).contains("history").contains("after " + start);
        assertThat(late.changes()).isEmpty();
      }
      try (var early = new Recorded(store, start + 900)) {
        Await.until(() -> early.changes().size() == 100, () -> "" + early.changes().size());
      }
      assertThatThrownBy(() -> store.readAt(List.of(A), start))
          .isInstanceOf(HistoryGoneException.class);
    }
  }

  @Test
  void theStoreRemembersHowItWas() {
    try (var store = EmbeddedStore.open(file())) {
      long one = put(store, A, "1");
      long two = put(store, A, "2");
      long both = put(store, B, "1");
      long gone = store.commit(new Transaction(List.of(), List.of(), List.of(A, B))).orElseThrow();
      long back = put(store, A, "3");
      assertThat(store.readAt(List.of(A, B), one)).containsExactly(new PathValue(A, "1", one));
      assertThat(store.readAt(List.of(A, B), two)).containsExactly(new PathValue(A, "2", two));
      assertThat(store.readAt(List.of(A, B), both))
          .containsExactlyInAnyOrder(new PathValue(A, "2", two), new PathValue(B, "1", both));
      assertThat(store.readAt(List.of(A, B), gone)).isEmpty();
      assertThat(store.readAt(List.of(A, B), back)).containsExactly(new PathValue(A, "3", back));
    }
  }

  @Test
  void anInterruptedCallerStillTellsTheOthers() throws InterruptedException {
    try (var store = EmbeddedStore.open(file());
        var watch = new Recorded(store, put(store, A, "0"))) {
      var writer =
          Thread.ofPlatform()
              .start(() -> {
                Thread.currentThread().interrupt();
                put(store, A, "1");
                put(store, A, "2");
              });
      writer.join();
      Await.until(() -> watch.changes().size() == 2, () -> watch.changes().toString());
    }
  }

  @Test
  void aClosedStoreSaysSo() {
    var store = EmbeddedStore.open(file());
    store.close();
    assertThatThrownBy(() -> store.read(List.of(A)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("was closed");
  }

  private static long put(EmbeddedStore store, String path, String value) {
    return store
        .commit(new Transaction(List.of(), List.of(new Put(path, value)), List.of()))
        .orElseThrow();
  }

  private static final class Recorded implements PathStore.Listener, AutoCloseable {
    private final List<PathChange> changes = new ArrayList<>();
    private @Nullable String lost;
    private final Datastore.Watch watch;

    Recorded(EmbeddedStore store, long after) {
      watch = store.watch(after, this);
    }

    @Override
    public synchronized void onChanges(List<PathChange> more, PathStore.Past past) {
      changes.addAll(more);
    }

    @Override
    public synchronized void onLost(String reason) {
      lost = reason;
    }

    synchronized List<PathChange> changes() {
      return List.copyOf(changes);
    }

    synchronized @Nullable String lost() {
      return lost;
    }

    String awaitLost() {
      Await.until(() -> lost() != null, () -> changes().toString());
      return lost();
    }

    @Override
    public void close() {
      watch.close();
    }
  }
}
