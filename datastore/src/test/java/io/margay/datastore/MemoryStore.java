package io.margay.datastore;

import io.margay.datastore.path.PathStore;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A store of paths in memory, for what would take too long or too much chance with a real one. It
/// holds the same contract.
public final class MemoryStore implements PathStore {

  private final InstantSource clock;
  private final boolean transactions;
  private final Map<String, Value> entries = new TreeMap<>();
  private final List<PathChange> log = new ArrayList<>();

  /// What each path held from which revision on.
  private final Map<String, TreeMap<Long, Value>> past = new HashMap<>();

  private long revision;

  /// @param text null if the path is gone
  /// @param expires in ms since 1970; null for never
  private record Value(@Nullable String text, long revision, @Nullable Long expires) {}

  /// @param transactions whether several writes are made in one step, as etcd's v2 API does not
  public MemoryStore(InstantSource clock, boolean transactions) {
    this.clock = clock;
    this.transactions = transactions;
  }

  public MemoryStore() {
    this(InstantSource.system(), true);
  }

  @Override
  public synchronized Reading read(List<String> paths) {
    expire();
    List<PathValue> values = new ArrayList<>();
    for (String path : paths) {
      add(path, entries.get(path), values);
    }
    return new Reading(List.copyOf(values), revision);
  }

  @Override
  public synchronized Reading readTogether(List<String> paths, List<String> prefixes) {
    return PathStore.super.readTogether(paths, prefixes);
  }

  private static void add(String path, @Nullable Value value, List<PathValue> values) {
    if (value != null && value.text() != null) {
      values.add(new PathValue(path, value.text(), value.revision()));
    }
  }

  @Override
  public synchronized Reading list(List<String> prefixes, Predicate<String> wanted) {
    expire();
    List<PathValue> values = new ArrayList<>();
    entries.forEach((path, value) -> {
      if (prefixes.stream().anyMatch(path::startsWith) && wanted.test(path)) {
        add(path, value, values);
      }
    });
    return new Reading(List.copyOf(values), revision);
  }

  @Override
  public synchronized OptionalLong commit(Transaction transaction) {
    expire();
    for (var condition : transaction.conditions()) {
      var value = entries.get(condition.path());
      boolean holds =
          switch (condition) {
            case Condition.Absent _ -> value == null;
            case Condition.Exists _ -> value != null;
            case Condition.At(String _, long at) -> value != null && value.revision() == at;
          };
      if (!holds) {
        return OptionalLong.empty();
      }
    }
    Map<String, Value> changes = new TreeMap<>();
    long next = revision + 1;
    for (var put : transaction.puts()) {
      var timeToLive = put.timeToLive();
      Long expires = timeToLive == null ? null : clock.millis() + timeToLive.toMillis();
      changes.put(put.path(), new Value(put.value(), next, expires));
    }
    for (String path : transaction.deletes()) {
      if (entries.containsKey(path)) {
        changes.put(path, new Value(null, next, null));
      }
    }
    write(changes);
    return OptionalLong.of(revision);
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
    return new Datastore.Commit.Done(read(List.of()).revision());
  }

  private void expire() {
    Map<String, Value> changes = new TreeMap<>();
    entries.forEach((path, value) -> {
      if (value.expires() != null && value.expires() <= clock.millis()) {
        changes.put(path, new Value(null, revision + 1, null));
      }
    });
    write(changes);
  }

  private void write(Map<String, Value> changes) {
    if (changes.isEmpty()) {
      return;
    }
    revision++;
    changes.forEach((path, value) -> {
      if (value.text() == null) {
        entries.remove(path);
      } else {
        entries.put(path, value);
      }
      past.computeIfAbsent(path, _ -> new TreeMap<>()).put(revision, value);
      log.add(new PathChange(path, value.text(), revision));
    });
    notifyAll();
  }

  private synchronized List<PathValue> at(List<String> paths, long then) {
    List<PathValue> values = new ArrayList<>();
    for (String path : paths) {
      var held = past.getOrDefault(path, new TreeMap<>()).floorEntry(then);
      add(path, held == null ? null : held.getValue(), values);
    }
    return values;
  }

  /// Lets watches look at the clock.
  public synchronized void timeHasPassed() {
    expire();
  }

  @Override
  public Datastore.Watch watch(long afterRevision, Listener listener) {
    var watch = new Follower(afterRevision, listener);
    watch.thread.start();
    return watch;
  }

  private final class Follower implements Datastore.Watch {
    private final Listener listener;
    private final Thread thread;
    private long told;
    private boolean closed;

    Follower(long told, Listener listener) {
      this.told = told;
      this.listener = listener;
      this.thread = Thread.ofPlatform().daemon().name("memory-watch").unstarted(this::run);
    }

    private void run() {
      try {
        List<PathChange> changes = await();
        while (!changes.isEmpty()) {
          told = changes.getFirst().revision();
          listener.onChanges(changes, MemoryStore.this::at);
          changes = await();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    /// The changes of the next revision; none if the watch is closed.
    private List<PathChange> await() throws InterruptedException {
      synchronized (MemoryStore.this) {
        while (!closed && revision <= told) {
          MemoryStore.this.wait();
        }
        return closed
            ? List.of()
            : log.stream().filter(change -> change.revision() == told + 1).toList();
      }
    }

    @Override
    public void close() {
      synchronized (MemoryStore.this) {
        closed = true;
        MemoryStore.this.notifyAll();
      }
      if (Thread.currentThread() != thread) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
    }
  }

  @Override
  public void close() {}
}
