package io.margay.datastore.migration;

import io.margay.datastore.Datastore;
import io.margay.datastore.path.PathStore;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Predicate;

/// A store whose user dies after some more writes, as a killed process does: nothing it would have
/// written after that is written.
class DyingStore implements PathStore {

  /// The process is no more.
  static final class DiedException extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  private final PathStore store;
  private final int[] writesLeft;
  private final boolean lastIsMade;

  /// @param writesLeft shared by all the stores of one process
  /// @param lastIsMade whether the write it dies in reaches the store
  DyingStore(PathStore store, int[] writesLeft, boolean lastIsMade) {
    this.store = store;
    this.writesLeft = writesLeft;
    this.lastIsMade = lastIsMade;
  }

  RuntimeException death() {
    return new DiedException();
  }

  @Override
  public OptionalLong commit(Transaction transaction) {
    if (writesLeft[0]-- > 0) {
      return store.commit(transaction);
    }
    if (lastIsMade && writesLeft[0] == -1) {
      store.commit(transaction);
    }
    throw death();
  }

  @Override
  public Reading read(List<String> paths) {
    return store.read(paths);
  }

  @Override
  public Reading list(List<String> prefixes, Predicate<String> wanted) {
    return store.list(prefixes, wanted);
  }

  @Override
  public Datastore.Watch watch(long afterRevision, Listener listener) {
    return store.watch(afterRevision, listener);
  }

  @Override
  public void close() {} // the store is somebody else's
}
