package io.margay.ipam;

import io.margay.datastore.Datastore;
import io.margay.datastore.path.PathStore;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// A store whose user dies now and then: before a call, or after it and before its answer. Where
/// the store has no transactions that can be between two writes of one commit.
final class FaultyStore implements PathStore {

  /// Not an exception, so that nobody handles it: a process that dies handles nothing.
  static final class Death extends Error {
    private static final long serialVersionUID = 1;

    Death() {
      super("died", null, false, false);
    }
  }

  private final PathStore store;
  private final boolean transactions;
  private final Random random;
  private final double deathsPerCall;

  FaultyStore(PathStore store, boolean transactions, Random random, double deathsPerCall) {
    this.store = store;
    this.transactions = transactions;
    this.random = random;
    this.deathsPerCall = deathsPerCall;
  }

  private <T> T call(Supplier<T> call) {
    boolean dies = random.nextDouble() < deathsPerCall;
    if (dies && random.nextBoolean()) {
      throw new Death();
    }
    T answer = call.get();
    if (dies) {
      throw new Death();
    }
    return answer;
  }

  @Override
  public Reading read(List<String> paths) {
    return call(() -> store.read(paths));
  }

  @Override
  public Reading readTogether(List<String> paths, List<String> prefixes) {
    return transactions
        ? call(() -> store.readTogether(paths, prefixes))
        : PathStore.super.readTogether(paths, prefixes);
  }

  @Override
  public Reading list(List<String> prefixes, Predicate<String> wanted) {
    return call(() -> store.list(prefixes, wanted));
  }

  @Override
  public OptionalLong commit(Transaction transaction) {
    return call(() -> store.commit(transaction));
  }

  @Override
  public Datastore.Commit commitAll(List<Transaction> steps) {
    if (transactions) {
      return call(() -> store.commitAll(steps));
    }
    for (int i = 0; i < steps.size(); i++) {
      if (commit(steps.get(i)).isEmpty()) {
        return new Datastore.Commit.Refused(i);
      }
    }
    return new Datastore.Commit.Done(0);
  }

  @Override
  public Datastore.Watch watch(long afterRevision, Listener listener) {
    return store.watch(afterRevision, listener);
  }

  @Override
  public void close() {} // it is shared
}
