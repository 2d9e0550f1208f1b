package io.margay.ipam;

import io.margay.datastore.Datastore;
import io.margay.datastore.MemoryStore;
import io.margay.datastore.path.PathDatastore;
import io.margay.datastore.path.PathStore;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Runs a few actors on one store in every order in which their calls of the store can come, and
/// with every one of them dying before, between or after its calls.
///
/// Each run is made from the beginning: an actor stops at each call until the explorer lets it go
/// on. A state that was seen before is not followed again; a state is what the store holds and what
/// each actor has been told so far, since that is all that decides what it does next.
///
/// A read of what no actor ever writes says the same at any time, so no stop is made for it. Which
/// paths are written shows as the runs are made; with each new one all begins anew.
final class Explorer {

  /// A world and those who act in it, made anew for each run.
  interface Scenario {
    void prepare(Datastore datastore);

    List<Function<Datastore, Object>> actors();

    /// @param results what each actor returned; null if it died
    void check(Datastore datastore, List<@Nullable Object> results);
  }

  private record Choice(int actor, boolean dies) {}

  private static final class Decision {
    final List<Choice> choices;
    int at;

    Decision(List<Choice> choices) {
      this.choices = choices;
    }
  }

  private final Scenario scenario;
  private final boolean transactions;
  private final int deaths;
  private final Set<List<Object>> seen = new HashSet<>();
  private final Set<String> written = ConcurrentHashMap.newKeySet();
  private int runs;
  private int followed;

  /// @param transactions whether the store has them, or makes one write after the other
  /// @param deaths how many actors may die in one run
  Explorer(Scenario scenario, boolean transactions, int deaths) {
    this.scenario = scenario;
    this.transactions = transactions;
    this.deaths = deaths;
  }

  /// How many runs went to their end.
  int explore() {
    List<Decision> decisions = new ArrayList<>();
    do {
      int paths;
      do {
        paths = written.size();
        run(decisions);
        if (written.size() > paths) {
          decisions.clear();
          seen.clear();
          runs = 0;
          followed = 0;
        }
      } while (written.size() > paths);
      while (!decisions.isEmpty()
          && ++decisions.getLast().at == decisions.getLast().choices.size()) {
        decisions.removeLast();
      }
    } while (!decisions.isEmpty());
    return runs;
  }

  int states() {
    return followed;
  }

  private void run(List<Decision> decisions) {
    var store = new MemoryStore(InstantSource.system(), transactions);
    var datastore = new PathDatastore(store);
    scenario.prepare(datastore);
    List<Actor> actors = new ArrayList<>();
    for (var work : scenario.actors()) {
      actors.add(new Actor(store, transactions, work));
    }
    int died = 0;
    int depth = 0;
    try {
      actors.forEach(Actor::start);
      while (actors.stream().anyMatch(Actor::isWaiting)) {
        if (depth == decisions.size()) {
          if (!seen.add(state(store, actors, died))) {
            return;
          }
          followed++;
          decisions.add(new Decision(choices(actors, died)));
        }
        var decision = decisions.get(depth++);
        var choice = decision.choices.get(decision.at);
        if (choice.dies) {
          died++;
          actors.get(choice.actor).die();
        } else {
          actors.get(choice.actor).goOn();
        }
      }
      runs++;
      check(decisions, datastore, actors);
    } finally {
      actors.forEach(Actor::die);
    }
  }

  private void check(List<Decision> decisions, Datastore datastore, List<Actor> actors) {
    try {
      actors.forEach(Actor::rethrow);
      List<@Nullable Object> results = new ArrayList<>();
      actors.forEach(actor -> results.add(actor.result));
      scenario.check(datastore, results);
    } catch (RuntimeException | AssertionError e) {
      var order = new StringBuilder();
      decisions.forEach(d -> order.append(d.choices.get(d.at)).append(' '));
      var calls = new StringBuilder();
      actors.forEach(actor -> calls.append("\n").append(actor.told));
      throw new AssertionError("in the order " + order + calls, e);
    }
  }

  private List<Choice> choices(List<Actor> actors, int died) {
    List<Choice> choices = new ArrayList<>();
    for (int i = 0; i < actors.size(); i++) {
      if (actors.get(i).isWaiting()) {
        choices.add(new Choice(i, false));
        if (died < deaths) {
          choices.add(new Choice(i, true));
        }
      }
    }
    return choices;
  }

  private static List<Object> state(MemoryStore store, List<Actor> actors, int died) {
    List<Object> state = new ArrayList<>();
    state.add(died);
    state.add(new HashSet<>(store.list(List.of("/"), _ -> true).values()));
    for (Actor actor : actors) {
      state.add(List.copyOf(actor.told));
      state.add(actor.isWaiting());
    }
    return state;
  }

  /// Not an exception, so that nobody handles it: a process that dies handles nothing.
  private static final class Death extends Error {
    private static final long serialVersionUID = 1;

    Death() {
      super("died", null, false, false);
    }
  }

  private enum State {
    RUNNING,
    WAITING,
    DYING,
    DONE
  }

  /// One who works on the store, call by call.
  private final class Actor {
    private final Thread thread;
    private final List<Object> told = new ArrayList<>();
    private final MemoryStore store;
    private @Nullable Object result;
    private @Nullable Throwable failure;
    private State state = State.RUNNING;

    Actor(MemoryStore store, boolean transactions, Function<Datastore, Object> work) {
      this.store = store;
      var datastore = new PathDatastore(new Steps(transactions));
      this.thread =
          Thread.ofVirtual()
              .unstarted(() -> {
                try {
                  result = work.apply(datastore);
                } catch (Death e) {
                  result = null;
                } catch (RuntimeException | AssertionError e) {
                  failure = e;
                } finally {
                  enter(State.DONE);
                }
              });
    }

    void start() {
      thread.start();
      awaitHalt();
    }

    private synchronized void enter(State next) {
      state = next;
      notifyAll();
    }

    private synchronized void awaitHalt() {
      while (state == State.RUNNING || state == State.DYING) {
        await();
      }
    }

    private void await() {
      try {
        wait();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }

    synchronized boolean isWaiting() {
      return state == State.WAITING;
    }

    void goOn() {
      enter(State.RUNNING);
      awaitHalt();
    }

    void die() {
      synchronized (this) {
        if (state != State.WAITING) {
          return;
        }
        enter(State.DYING);
      }
      awaitHalt();
    }

    void rethrow() {
      switch (failure) {
        case null -> {}
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        case Throwable e -> throw new IllegalStateException(e);
      }
    }

    private synchronized void halt() {
      state = State.WAITING;
      notifyAll();
      while (state == State.WAITING) {
        await();
      }
      if (state == State.DYING) {
        throw new Death();
      }
    }

    /// The store, where each call is a step of its own.
    private final class Steps implements PathStore {
      private final boolean transactions;

      Steps(boolean transactions) {
        this.transactions = transactions;
      }

      @Override
      public Reading read(List<String> paths) {
        if (mayChange(paths, List.of())) {
          halt();
        }
        var reading = store.read(paths);
        told.add(reading.values());
        return reading;
      }

      /// In one step only where there are transactions.
      @Override
      public Reading readTogether(List<String> paths, List<String> prefixes) {
        if (transactions) {
          if (mayChange(paths, prefixes)) {
            halt();
          }
          var reading = store.readTogether(paths, prefixes);
          told.add(reading.values());
          return reading;
        }
        List<PathValue> values = new ArrayList<>();
        long revision = 0;
        for (String path : paths) {
          var reading = read(List.of(path));
          values.addAll(reading.values());
          revision = reading.revision();
        }
        for (String prefix : prefixes) {
          values.addAll(list(List.of(prefix), _ -> true).values());
        }
        return new Reading(List.copyOf(values), revision);
      }

      @Override
      public Reading list(List<String> prefixes, Predicate<String> wanted) {
        if (mayChange(List.of(), prefixes)) {
          halt();
        }
        var reading = store.list(prefixes, wanted);
        told.add(reading.values());
        return reading;
      }

      private boolean mayChange(List<String> paths, List<String> prefixes) {
        return paths.stream().anyMatch(written::contains)
            || prefixes.stream()
                .anyMatch(prefix -> written.stream().anyMatch(path -> path.startsWith(prefix)));
      }

      @Override
      public OptionalLong commit(Transaction transaction) {
        halt();
        transaction.puts().forEach(put -> written.add(put.path()));
        written.addAll(transaction.deletes());
        var revision = store.commit(transaction);
        told.add(List.of(transaction, revision.isPresent()));
        return revision;
      }

      @Override
      public Datastore.Commit commitAll(List<Transaction> steps) {
        if (transactions) {
          return PathStore.super.commitAll(steps);
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
        throw new UnsupportedOperationException("nobody here watches");
      }

      @Override
      public void close() {}
    }
  }
}
