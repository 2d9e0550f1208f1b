package io.margay.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.dataplane.config.FelixConfig.Reporting;
import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreConfig;
import io.margay.datastore.Datastores;
import io.margay.datastore.Entry;
import io.margay.datastore.Key;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class NodeStatusReporterTest {

  private static final Instant START = Instant.parse("2026-11-22T12:00:00Z");
  private static final Duration TTL = Duration.ofSeconds(90);

  @TempDir private Path directory;
  private Datastore datastore;
  private final Ticking clock = new Ticking();

  /// Each look at it is a second later than the one before.
  private static final class Ticking extends Clock {
    private Instant now = START.minusSeconds(1);

    @Override
    public synchronized Instant instant() {
      now = now.plusSeconds(1);
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  @BeforeEach
  void open() {
    datastore = Datastores.open(new DatastoreConfig.Embedded(directory.resolve("datastore.db")));
  }

  @AfterEach
  void close() {
    datastore.close();
  }

  @Test
  void theFirstReportSaysThatItIsTheFirstAndLaterOnesThatTimePasses() {
    try (NodeStatusReporter reporter =
        new NodeStatusReporter(
            "slave1", datastore, clock, () -> Duration.ofSeconds(7), new ReportComplaint())) {
      reporter.use(reporting(Duration.ofHours(1)));
      await(status -> status.isPresent());
      assertThat(status()).contains(new Key.AgentStatus(START, 7.0, true));

      reporter.use(reporting(Duration.ofMillis(1)));
      await(status -> status.filter(each -> !each.firstUpdate()).isPresent());
      assertThat(status().orElseThrow().time()).isAfter(START);
    }
  }

  @Test
  void anIntervalOfZeroMeansNoReports() {
    NodeStatusReporter reporter =
        new NodeStatusReporter(
            "slave1", datastore, clock, () -> Duration.ofSeconds(7), new ReportComplaint());
    reporter.use(reporting(Duration.ZERO));
    reporter.close();
    assertThat(status()).isEmpty();
  }

  private static Reporting reporting(Duration interval) {
    return new Reporting(interval, TTL, false, Duration.ofSeconds(1));
  }

  private Optional<Key.AgentStatus> status() {
    return datastore.get(new Key.NodeStatus("slave1")).map(Entry::value);
  }

  private void await(Predicate<Optional<Key.AgentStatus>> condition) {
    while (!condition.test(status())) {
      Thread.onSpinWait();
    }
  }
}
