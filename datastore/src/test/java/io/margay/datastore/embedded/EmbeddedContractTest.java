package io.margay.datastore.embedded;

import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreContract;
import io.margay.datastore.path.PathDatastore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
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
}
