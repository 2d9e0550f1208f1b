package io.margay.agent;

import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreConfig;
import io.margay.datastore.DatastoreException;
import io.margay.datastore.DatastoreException.Unavailable;
import io.margay.datastore.Datastores;
import io.margay.loop.StopRequest;
import java.time.Duration;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Opens the datastore, however long it takes until it can be reached: hosts boot in any order, and
/// an agent that gives up would have to be started by hand where nothing supervises it.
final class DatastoreOpening {

  private static final Logger LOG = LoggerFactory.getLogger(DatastoreOpening.class);
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final DatastoreConfig config;
  private final StopRequest stop;

  /// The process was told to stop meanwhile.
  static final class StoppedException extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /// @param stop ends the waiting
  DatastoreOpening(DatastoreConfig config, StopRequest stop) {
    this.config = config;
    this.stop = stop;
  }

  /// @param firstUse what is read and written before anything else; done again if it fails halfway
  /// @throws StoppedException if that came first
  /// @throws DatastoreException if the store refuses in a way that waiting does not help
  Datastore open(Consumer<Datastore> firstUse) throws InterruptedException {
    String told = "";
    while (true) {
      try {
        Datastore opened = Datastores.open(config);
        try {
          firstUse.accept(opened);
          return opened;
        } catch (RuntimeException e) {
          opened.close();
          throw e;
        }
      } catch (Unavailable e) {
        String message = String.valueOf(e.getMessage());
        if (!message.equals(told)) {
          told = message;
          LOG.warn(
              "{} What is in the kernel stays, and where nothing was, workloads pass nothing; the"
                  + " next try is in {} ms. [{}]",
              message,
              RETRY.toMillis(),
              e.error());
        }
        if (stop.await(RETRY)) {
          throw new StoppedException();
        }
      }
    }
  }
}
