package io.margay.datastore.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreContract;
import io.margay.datastore.Key;
import io.margay.datastore.path.PathDatastore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedContractTest extends DatastoreContract {

  @TempDir Path directory;

  private final AtomicLong millis = new AtomicLong(1_000_000);

  @Override
  protected Datastore open() {
    return new PathDatastore(
        EmbeddedStore.open(
            directory.resolve("datastore.db"), () -> Instant.ofEpochMilli(millis.get()), 10_000));
  }

  @Override
  protected void passes(Duration time) {
    millis.addAndGet(time.toMillis());
  }

  @Test
  void aNodesStatusIsNeverThereToStay() {
    var status = new Key.NodeStatus("slave1");
    var first = new Key.AgentStatus(Instant.EPOCH, 1, true);
    datastore.create(status, first);
    passes(Duration.ofSeconds(80));
    datastore.apply(status, first);
    passes(Duration.ofSeconds(80));
    assertThat(datastore.get(status).orElseThrow().value()).isEqualTo(first);
    passes(Duration.ofSeconds(20));
    assertThat(datastore.get(status)).isEmpty();
  }
}
