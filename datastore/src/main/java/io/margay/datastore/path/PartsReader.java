package io.margay.datastore.path;

import io.margay.datastore.Datastore.Unreadable;
import io.margay.datastore.Entry;
import io.margay.datastore.Key;
import io.margay.datastore.path.PathStore.PathValue;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Puts the parts of values together.
final class PartsReader {

  private PartsReader() {}

  /// What the parts of one key make.
  sealed interface Assembled {
    record Absent() implements Assembled {}

    record Present(Entry<?> entry) implements Assembled {}

    record NotUnderstood(Unreadable unreadable) implements Assembled {}
  }

  /// @param paths of the key, in order
  /// @param parts those that exist
  static Assembled assemble(Key<?> key, List<String> paths, Collection<PathValue> parts) {
    Map<String, PathValue> byPath = new LinkedHashMap<>();
    parts.forEach(part -> byPath.put(part.path(), part));
    if (!byPath.containsKey(paths.getFirst())) {
      return new Assembled.Absent();
    }
    long revision = parts.stream().mapToLong(PathValue::revision).max().orElseThrow();
    List<@Nullable String> texts = new ArrayList<>();
    for (String path : paths) {
      PathValue part = byPath.get(path);
      texts.add(part == null ? null : part.value());
    }
    return assemble(key, paths.getFirst(), texts, revision);
  }

  /// Whatever a codec throws, one bad value must not stop the others.
  static Assembled assemble(Key<?> key, String path, List<@Nullable String> texts, long revision) {
    try {
      return new Assembled.Present(entry(key, KeyValues.decode(key, texts), revision));
    } catch (RuntimeException e) {
      String reason = e.getMessage() == null ? e.toString() : e.getMessage();
      return new Assembled.NotUnderstood(new Unreadable(key, path, reason));
    }
  }

  /// The codec makes of each key a value of its type.
  @SuppressWarnings("unchecked")
  private static <V> Entry<V> entry(Key<V> key, Object value, long revision) {
    return new Entry<>(key, (V) value, revision);
  }

  /// All values of a listing, in the order of their paths.
  static List<Assembled> assembleAll(Collection<PathValue> values) {
    Map<Key<?>, List<PathValue>> byKey = new LinkedHashMap<>();
    values.stream()
        .sorted((a, b) -> KeyPaths.BY_SEGMENT.compare(a.path(), b.path()))
        .forEach(value -> {
          Key<?> key = KeyPaths.keyAt(value.path());
          if (key != null) {
            byKey.computeIfAbsent(key, _ -> new ArrayList<>()).add(value);
          }
        });
    List<Assembled> all = new ArrayList<>(byKey.size());
    byKey.forEach((key, parts) -> all.add(assemble(key, pathsIn(key, parts), parts)));
    return all;
  }

  /// A pool may lie under a path with host bits, where Calico v1.1 put it.
  private static List<String> pathsIn(Key<?> key, List<PathValue> parts) {
    List<String> paths = KeyPaths.of(key);
    boolean elsewhere =
        paths.size() == 1 && parts.stream().noneMatch(p -> p.path().equals(paths.getFirst()));
    return elsewhere ? List.of(parts.getFirst().path()) : paths;
  }
}
