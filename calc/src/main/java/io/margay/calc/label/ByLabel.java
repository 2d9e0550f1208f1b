package io.margay.calc.label;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What stands under each label and value: items and parents by the labels that they have, or
/// criteria by their anchors, where a null value stands for any value.
final class ByLabel<T> {

  private final Map<String, Map<@Nullable String, Set<T>>> entries = new HashMap<>();

  void add(String label, @Nullable String value, T entry) {
    entries
        .computeIfAbsent(label, _ -> new HashMap<>())
        .computeIfAbsent(value, _ -> new HashSet<>())
        .add(entry);
  }

  void remove(String label, @Nullable String value, T entry) {
    Map<@Nullable String, Set<T>> byValue = entries.get(label);
    Set<T> found = byValue == null ? null : byValue.get(value);
    if (byValue == null || found == null) {
      return;
    }
    found.remove(entry);
    if (found.isEmpty()) {
      byValue.remove(value);
    }
    if (byValue.isEmpty()) {
      entries.remove(label);
    }
  }

  /// Visits what stands under exactly this label and value.
  void forEach(String label, @Nullable String value, Consumer<T> visitor) {
    Map<@Nullable String, Set<T>> byValue = entries.get(label);
    Set<T> found = byValue == null ? null : byValue.get(value);
    if (found != null) {
      found.forEach(visitor);
    }
  }

  /// Visits what stands under this label, whatever the value.
  void forEachValue(String label, Consumer<T> visitor) {
    Map<@Nullable String, Set<T>> byValue = entries.get(label);
    if (byValue != null) {
      byValue.values().forEach(found -> found.forEach(visitor));
    }
  }
}
