package io.margay.calc;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/// Values by key that the reader of the graph's output should have, against those it has. What
/// changes and changes back is never told.
final class Outgoing<K, V> {

  private final Map<K, V> told = new HashMap<>();
  private final TreeMap<K, V> changed;
  private final Set<K> gone;

  /// @param order in which the reader is told
  Outgoing(Comparator<? super K> order) {
    changed = new TreeMap<>(order);
    gone = new TreeSet<>(order);
  }

  void put(K key, V value) {
    gone.remove(key);
    if (value.equals(told.get(key))) {
      changed.remove(key);
    } else {
      changed.put(key, value);
    }
  }

  void remove(K key) {
    changed.remove(key);
    if (told.containsKey(key)) {
      gone.add(key);
    }
  }

  void tellChanged(BiConsumer<K, V> reader) {
    changed.forEach(reader);
    told.putAll(changed);
    changed.clear();
  }

  void tellGone(Consumer<K> reader) {
    gone.forEach(reader);
    told.keySet().removeAll(gone);
    gone.clear();
  }

  /// How many values the reader has.
  int size() {
    return told.size();
  }
}
