package io.margay.datastore;

import io.margay.datastore.path.PathDatastore;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Nested;

/// The store in memory is as good as a real one, with transactions and without.
class MemoryContractTest {

  @Nested
  class WithTransactions extends Contract {
    WithTransactions() {
      super(true);
    }
  }

  @Nested
  class WriteByWrite extends Contract {
    WriteByWrite() {
      super(false);
    }
  }

  abstract static class Contract extends DatastoreContract {
    private final AtomicLong millis = new AtomicLong(1_000_000);
    private final boolean transactions;
    private final MemoryStore store;

    Contract(boolean transactions) {
      this.transactions = transactions;
      this.store = new MemoryStore(() -> Instant.ofEpochMilli(millis.get()), transactions);
    }

    @Override
    protected Datastore open() {
      return new PathDatastore(store);
    }

    @Override
    protected boolean writesInOneStep() {
      return transactions;
    }

    @Override
    protected void passes(Duration time) {
      millis.addAndGet(time.toMillis());
      store.timeHasPassed();
    }
  }
}
