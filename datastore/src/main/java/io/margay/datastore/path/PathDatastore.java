package io.margay.datastore.path;

import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreException.AlreadyExists;
import io.margay.datastore.DatastoreException.DoesNotExist;
import io.margay.datastore.DatastoreException.UpdateConflict;
import io.margay.datastore.Entry;
import io.margay.datastore.Key;
import io.margay.datastore.KeyRange;
import io.margay.datastore.View;
import io.margay.datastore.path.PartsReader.Assembled;
import io.margay.datastore.path.PathStore.Condition;
import io.margay.datastore.path.PathStore.PathValue;
import io.margay.datastore.path.PathStore.Put;
import io.margay.datastore.path.PathStore.Transaction;
import io.margay.model.ResourceKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Typed values on a store of paths.
///
/// A value of several parts has the revision of its newest part. Each write of it that changes
/// anything writes its first part too, so that revision also tells of parts that went away.
public final class PathDatastore implements Datastore {

  /// `ReportingTTLSecs` of Felix 2.1.
  private static final Duration NODE_STATUS_TIME_TO_LIVE = Duration.ofSeconds(90);

  private final PathStore store;
  private final PoolPaths pools = new PoolPaths();

  public PathDatastore(PathStore store) {
    this.store = store;
  }

  @Override
  public <V> Optional<Entry<V>> get(Key<V> key) {
    return switch (assemble(read(key))) {
      case Assembled.Present(var entry) -> Optional.of(typed(key, entry));
      case Assembled.Absent _, Assembled.NotUnderstood _ -> Optional.empty();
    };
  }

  @Override
  public <V> List<Entry<V>> list(KeyRange<V> range) {
    var reading = store.list(KeyPaths.prefixes(range), path -> belongs(path, range));
    pools.note(reading.values());
    List<Entry<V>> entries = new ArrayList<>();
    present(reading.values()).forEach(entry -> entries.add(typed(entry)));
    return entries;
  }

  @Override
  public View view(Collection<? extends Key<?>> keys, Collection<? extends KeyRange<?>> ranges) {
    Map<Key<?>, List<String>> pathsOf = new LinkedHashMap<>();
    keys.forEach(key -> pathsOf.put(key, locate(key)));
    var reading =
        store.readTogether(
            pathsOf.values().stream().flatMap(List::stream).distinct().toList(),
            ranges.stream()
                .flatMap(range -> KeyPaths.prefixes(range).stream())
                .distinct()
                .toList());
    Map<String, PathValue> byPath = new LinkedHashMap<>();
    reading.values().forEach(value -> byPath.put(value.path(), value));
    Map<Key<?>, Optional<Entry<?>>> values = new HashMap<>();
    pathsOf.forEach((key, paths) -> {
      var existing = paths.stream().map(byPath::get).filter(Objects::nonNull).toList();
      values.put(
          key,
          assemble(new Parts(key, paths, existing)) instanceof Assembled.Present(var entry)
              ? Optional.of(entry)
              : Optional.empty());
    });
    Map<KeyRange<?>, List<Entry<?>>> entries = new HashMap<>();
    for (var range : ranges) {
      var prefixes = KeyPaths.prefixes(range);
      var inside =
          byPath.values().stream()
              .filter(value ->
                  prefixes.stream().anyMatch(value.path()::startsWith)
                      && belongs(value.path(), range))
              .toList();
      pools.note(inside);
      entries.put(range, present(inside));
    }
    return new View(values, entries);
  }

  private static boolean belongs(String path, KeyRange<?> range) {
    Key<?> key = KeyPaths.keyAt(path);
    return key != null && KeyPaths.contains(range, key);
  }

  private static List<Entry<?>> present(List<PathValue> values) {
    List<Entry<?>> entries = new ArrayList<>();
    for (var assembled : PartsReader.assembleAll(values)) {
      if (assembled instanceof Assembled.Present(var entry)) {
        entries.add(entry);
      }
    }
    return List.copyOf(entries);
  }

  @Override
  public <V> long create(Key<V> key, V value) {
    var paths = locate(key);
    var condition = new Condition.Absent(paths.getFirst());
    return store
        .commit(write(key, paths, value, List.of(condition), null))
        .orElseThrow(() -> new AlreadyExists(writtenName(key)));
  }

  @Override
  public <V> long update(Key<V> key, V value, @Nullable Long expectedRevision) {
    if (expectedRevision == null) {
      var paths = locate(key);
      var condition = new Condition.Exists(paths.getFirst());
      return store
          .commit(write(key, paths, value, List.of(condition), null))
          .orElseThrow(() -> new DoesNotExist(writtenName(key)));
    }
    var current = read(key);
    checkRevision(current, expectedRevision, writtenName(key));
    return store
        .commit(write(key, current.paths(), value, unchanged(current), null))
        .orElseThrow(() -> changedMeanwhile(key, writtenName(key)));
  }

  @Override
  public <V> long apply(Key<V> key, V value) {
    var current = read(key);
    if (!(key instanceof Key.NodeStatus) // whose time starts anew
        && assemble(current) instanceof Assembled.Present(var entry)
        && same(entry, value)) {
      return entry.revision();
    }
    return commitAlways(write(key, current.paths(), value, List.of(), null));
  }

  @Override
  public <V> long apply(Key<V> key, V value, Duration timeToLive) {
    return commitAlways(write(key, locate(key), value, List.of(), timeToLive));
  }

  @Override
  public void delete(Key<?> key, @Nullable Long expectedRevision) {
    if (expectedRevision == null) {
      var paths = locate(key);
      var condition = new Condition.Exists(paths.getFirst());
      store
          .commit(new Transaction(List.of(condition), List.of(), paths))
          .orElseThrow(() -> new DoesNotExist(key.toString()));
      return;
    }
    var current = read(key);
    checkRevision(current, expectedRevision, key.toString());
    store
        .commit(new Transaction(unchanged(current), List.of(), current.paths()))
        .orElseThrow(() -> changedMeanwhile(key, key.toString()));
  }

  @Override
  public void deleteAll(Collection<? extends Key<?>> keys) {
    var paths = keys.stream().flatMap(key -> locate(key).stream()).distinct().toList();
    commitAlways(new Transaction(List.of(), List.of(), paths));
  }

  @Override
  public Commit commit(List<? extends Write> writes) {
    if (writes.size() > MOST_WRITES) {
      throw new IllegalArgumentException(
          "%d writes at once, expected at most %d".formatted(writes.size(), MOST_WRITES));
    }
    List<Transaction> steps = new ArrayList<>();
    for (var write : writes) {
      var step = step(write);
      if (step == null) {
        return new Commit.Refused(0);
      }
      steps.add(step);
    }
    return store.commitAll(steps);
  }

  /// @return null if its condition does not hold already
  private @Nullable Transaction step(Write write) {
    return switch (write) {
      case Write.Create<?>(var key, var value) -> {
        var paths = locate(key);
        yield write(key, paths, value, List.of(new Condition.Absent(paths.getFirst())), null);
      }
      case Write.Update<?>(var key, var value, long revision) -> {
        var conditions = at(key, revision);
        yield conditions == null ? null : write(key, locate(key), value, conditions, null);
      }
      case Write.Delete(var key, long revision) -> {
        var conditions = at(key, revision);
        yield conditions == null ? null : new Transaction(conditions, List.of(), locate(key));
      }
      case Write.Unchanged(var key, long revision) -> {
        var conditions = at(key, revision);
        yield conditions == null ? null : new Transaction(conditions, List.of(), List.of());
      }
      case Write.Absent(var key) ->
          new Transaction(
              List.of(new Condition.Absent(locate(key).getFirst())), List.of(), List.of());
    };
  }

  /// What must hold of the parts of a value so that it is at a revision; null if it is not.
  private @Nullable List<Condition> at(Key<?> key, long revision) {
    String pool = pools.path(key);
    var paths = pool == null ? locate(key) : List.of(pool);
    if (paths.size() == 1) {
      return List.of(new Condition.At(paths.getFirst(), revision));
    }
    var current = new Parts(key, paths, store.read(paths).values());
    long actual = current.existing().stream().mapToLong(PathValue::revision).max().orElse(0);
    return actual == revision ? unchanged(current) : null;
  }

  @Override
  public Snapshot snapshot() {
    var reading = store.list(List.of(KeyPaths.ROOT), path -> KeyPaths.keyAt(path) != null);
    List<Entry<?>> entries = new ArrayList<>();
    List<Unreadable> unreadable = new ArrayList<>();
    for (var assembled : PartsReader.assembleAll(reading.values())) {
      switch (assembled) {
        case Assembled.Absent _ -> {} // parts of what does not exist as a whole
        case Assembled.Present(var entry) -> entries.add(entry);
        case Assembled.NotUnderstood(var value) -> unreadable.add(value);
      }
    }
    return new Snapshot(List.copyOf(entries), List.copyOf(unreadable), reading.revision());
  }

  @Override
  public Watch watch(long afterRevision, WatchListener listener) {
    return store.watch(afterRevision, new PathWatch(listener));
  }

  @Override
  public void close() {
    store.close();
  }

  /// The parts of a key that exist.
  ///
  /// @param paths all its paths
  private record Parts(Key<?> key, List<String> paths, List<PathValue> existing) {}

  private Parts read(Key<?> key) {
    var paths = locate(key);
    return new Parts(key, paths, store.read(paths).values());
  }

  private static Assembled assemble(Parts parts) {
    return PartsReader.assemble(parts.key(), parts.paths(), parts.existing());
  }

  /// The paths where a key is, or would be created. That is plain but for pools: Calico v1.1 used
  /// their CIDR as it was written, host bits and all.
  private List<String> locate(Key<?> key) {
    var paths = KeyPaths.of(key);
    if (key instanceof Key.ForResource(ResourceKey.IpPoolKey(var cidr))) {
      var found = store.read(paths).values();
      if (found.isEmpty()) {
        var prefix = List.of(KeyPaths.poolPrefix(cidr.family()));
        found = store.list(prefix, path -> key.equals(KeyPaths.keyAt(path))).values();
      }
      pools.note(found);
      return found.isEmpty() ? paths : List.of(found.getFirst().path());
    }
    return paths;
  }

  private static Transaction write(
      Key<?> key,
      List<String> paths,
      Object value,
      List<Condition> conditions,
      @Nullable Duration timeToLive) {
    var texts = KeyValues.encode(key, value);
    List<Put> puts = new ArrayList<>();
    List<String> deletes = new ArrayList<>();
    for (int i = 0; i < paths.size(); i++) {
      String text = texts.get(i);
      if (text == null) {
        deletes.add(paths.get(i));
      } else {
        puts.add(new Put(paths.get(i), text, timeToLive));
      }
    }
    if (key instanceof Key.NodeStatus status) {
      var put = puts.getFirst();
      if (put.timeToLive() == null) {
        puts.set(0, new Put(put.path(), put.value(), NODE_STATUS_TIME_TO_LIVE));
      }
      // Written first, so that the status itself has the revision of the write in every store.
      puts.addFirst(new Put(KeyPaths.lastReportedStatus(status), put.value()));
    }
    return new Transaction(conditions, puts, deletes);
  }

  private long commitAlways(Transaction transaction) {
    return store.commit(transaction).orElseThrow();
  }

  /// Whether storing a value would say what is said already: a codec may drop what has no meaning,
  /// such as the host bits of a network.
  private static boolean same(Entry<?> entry, Object value) {
    return entry.value().equals(value)
        || KeyValues.encode(entry.key(), entry.value())
            .equals(KeyValues.encode(entry.key(), value));
  }

  private static List<Condition> unchanged(Parts parts) {
    Map<String, Condition> conditions = new LinkedHashMap<>();
    parts.paths().forEach(path -> conditions.put(path, new Condition.Absent(path)));
    parts
        .existing()
        .forEach(
            part -> conditions.put(part.path(), new Condition.At(part.path(), part.revision())));
    return List.copyOf(conditions.values());
  }

  private static void checkRevision(Parts parts, long expected, String name) {
    String first = parts.paths().getFirst();
    if (parts.existing().stream().noneMatch(part -> part.path().equals(first))) {
      throw new DoesNotExist(name);
    }
    long actual = parts.existing().stream().mapToLong(PathValue::revision).max().orElseThrow();
    if (actual != expected) {
      throw new UpdateConflict(name);
    }
  }

  private RuntimeException changedMeanwhile(Key<?> key, String name) {
    var first = List.of(locate(key).getFirst());
    return store.read(first).values().isEmpty() ? new DoesNotExist(name) : new UpdateConflict(name);
  }

  /// What Calico v1.1 calls a key in the messages of writes: a profile by its first part.
  private static String writtenName(Key<?> key) {
    return key instanceof Key.ForResource(ResourceKey.ProfileKey(var name))
        ? "ProfileTags(name=" + name + ")"
        : key.toString();
  }

  /// An entry that was read under a key has a value of the key's type.
  @SuppressWarnings({"unchecked", "unused"})
  private static <V> Entry<V> typed(Key<V> key, Entry<?> entry) {
    return (Entry<V>) entry;
  }

  @SuppressWarnings("unchecked") // the range was asked for entries of this type
  private static <V> Entry<V> typed(Entry<?> entry) {
    return (Entry<V>) entry;
  }
}
