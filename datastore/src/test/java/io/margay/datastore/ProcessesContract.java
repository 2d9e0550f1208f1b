package io.margay.datastore;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.datastore.Datastore.Change;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What every datastore does for several processes that share it.
public abstract class ProcessesContract {

  private Datastore datastore;

  /// The environment variables with which a process finds the store of this test.
  protected abstract Map<String, String> environment();

  @BeforeEach
  void openStore() {
    datastore = Datastores.open(DatastoreConfig.load(Path.of("/nonexistent"), environment()));
  }

  @AfterEach
  void closeStore() {
    datastore.close();
  }

  @Test
  void noIncrementIsLostBetweenProcesses() {
    datastore.create(DatastoreContract.SETTING, "0");
    try (var one = StoreProcess.start(environment(), "increment", "100");
        var two = StoreProcess.start(environment(), "increment", "100")) {
      DatastoreContract.increment(datastore, 100);
      one.remainingLines();
      two.remainingLines();
    }
    assertThat(datastore.get(DatastoreContract.SETTING).orElseThrow().value()).isEqualTo("300");
  }

  @Test
  void changesOfOtherProcessesAreHeardInOrderAndNoneIsMissed() {
    long start = datastore.create(DatastoreContract.SETTING, "0");
    try (var watch = new RecordedWatch(datastore, start);
        var one = StoreProcess.start(environment(), "write", "one", "200");
        var two = StoreProcess.start(environment(), "write", "two", "200")) {
      one.remainingLines();
      two.remainingLines();
      watch.await(400);
      List<String> heardOfOne = new ArrayList<>();
      List<String> heardOfTwo = new ArrayList<>();
      for (var change : watch.changes()) {
        var entry = ((Change.Put) change).entry();
        boolean ofOne = ((Key.FelixSetting) entry.key()).name().startsWith("one");
        (ofOne ? heardOfOne : heardOfTwo).add((String) entry.value());
      }
      assertThat(heardOfOne).containsExactlyElementsOf(numbers(200));
      assertThat(heardOfTwo).containsExactlyElementsOf(numbers(200));
      assertThat(watch.changes()).extracting(Change::revision).isSorted().doesNotHaveDuplicates();
    }
  }

  @Test
  void anotherProcessHearsOurChanges() {
    long start = datastore.create(DatastoreContract.SETTING, "0");
    try (var watcher = StoreProcess.start(environment(), "watch", Long.toString(start))) {
      assertThat(watcher.line()).isEqualTo("watching");
      long one = datastore.update(DatastoreContract.SETTING, "1", null);
      assertThat(watcher.line()).isEqualTo(one + " GlobalConfig(name=Custom) 1");
      long two = datastore.update(DatastoreContract.SETTING, "2", null);
      assertThat(watcher.line()).isEqualTo(two + " GlobalConfig(name=Custom) 2");
    }
  }

  @Test
  void aKilledWriterLosesNothingItReportedAndBlocksNobody() {
    for (int round = 0; round < 3; round++) {
      String writer = "writer" + round;
      int reported;
      try (var process = StoreProcess.start(environment(), "write", writer, "1000000")) {
        for (int i = 0; i < 100; i++) {
          process.line();
        }
        var rest = process.kill().stream().filter(line -> line.matches("[0-9]+")).toList();
        // The last line may be cut short.
        reported = rest.size() < 2 ? 99 : Integer.parseInt(rest.get(rest.size() - 2));
      }
      int latest = -1;
      for (int i = 0; i < 5; i++) {
        latest =
            Math.max(
                latest,
                Integer.parseInt(
                    datastore.get(StoreProcess.setting(writer, i)).orElseThrow().value()));
      }
      assertThat(latest).isGreaterThanOrEqualTo(reported);
      datastore.apply(DatastoreContract.SETTING, writer);
    }
  }

  private static List<String> numbers(int count) {
    return IntStream.range(0, count).mapToObj(Integer::toString).toList();
  }
}
