package io.margay.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.dataplane.EndpointStatus;
import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreConfig;
import io.margay.datastore.Datastores;
import io.margay.datastore.Entry;
import io.margay.datastore.Key;
import io.margay.model.ResourceKey.WorkloadEndpointKey;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Closing a reporter writes what is left, so each test closes it and looks at the store.
class StatusReporterTest {

  private static final WorkloadEndpointKey FRONTEND =
      new WorkloadEndpointKey("slave1", "k8s", "frontend", "slave1-frontend1");
  private static final WorkloadEndpointKey OLD =
      new WorkloadEndpointKey("slave1", "k8s", "frontend", "gone");

  @TempDir private Path directory;
  private Datastore datastore;

  @BeforeEach
  void open() {
    datastore = Datastores.open(new DatastoreConfig.Embedded(directory.resolve("datastore.db")));
  }

  @AfterEach
  void close() {
    datastore.close();
  }

  @Test
  void theLastStatusOfAnEndpointIsWritten() {
    try (StatusReporter reporter =
        new StatusReporter("slave1", datastore, true, new ReportComplaint())) {
      reporter.onStatus(FRONTEND, EndpointStatus.DOWN);
      reporter.onStatus(FRONTEND, EndpointStatus.UP);
      reporter.start();
    }
    assertThat(stored(FRONTEND)).contains(Key.EndpointStatus.UP);
  }

  @Test
  void whatAnEarlierRunLeftBehindIsRemoved() {
    datastore.apply(new Key.WorkloadEndpointStatus(OLD), Key.EndpointStatus.UP);
    try (StatusReporter reporter =
        new StatusReporter("slave1", datastore, true, new ReportComplaint())) {
      reporter.onStatus(FRONTEND, EndpointStatus.UP);
      reporter.start();
    }
    assertThat(stored(OLD)).isEmpty();
    assertThat(stored(FRONTEND)).contains(Key.EndpointStatus.UP);
  }

  @Test
  void anEndpointThatIsGoneHasNoStatus() {
    try (StatusReporter reporter =
        new StatusReporter("slave1", datastore, true, new ReportComplaint())) {
      reporter.start();
      reporter.onStatus(FRONTEND, EndpointStatus.UP);
      reporter.onRemoved(FRONTEND);
    }
    assertThat(stored(FRONTEND)).isEmpty();
  }

  @Test
  void switchedOffNothingIsWrittenAndSwitchedOnEverythingKnownIs() {
    try (StatusReporter reporter =
        new StatusReporter("slave1", datastore, false, new ReportComplaint())) {
      reporter.onStatus(FRONTEND, EndpointStatus.ERROR);
      reporter.start();
    }
    assertThat(stored(FRONTEND)).isEmpty();

    try (StatusReporter reporter =
        new StatusReporter("slave1", datastore, false, new ReportComplaint())) {
      reporter.onStatus(FRONTEND, EndpointStatus.ERROR);
      reporter.setEnabled(true);
      reporter.start();
    }
    assertThat(stored(FRONTEND)).contains(Key.EndpointStatus.ERROR);
  }

  private Optional<Key.EndpointStatus> stored(WorkloadEndpointKey endpoint) {
    return datastore.get(new Key.WorkloadEndpointStatus(endpoint)).map(Entry::value);
  }
}
