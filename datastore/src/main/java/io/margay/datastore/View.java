package io.margay.datastore;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Values and ranges that were read together: what [Datastore#view] answers.
public final class View {

  private final Map<Key<?>, Optional<Entry<?>>> values;
  private final Map<KeyRange<?>, List<Entry<?>>> ranges;

  /// @param values of every key that was asked for, empty where there is none
  /// @param ranges every range that was asked for
  public View(Map<Key<?>, Optional<Entry<?>>> values, Map<KeyRange<?>, List<Entry<?>>> ranges) {
    this.values = Map.copyOf(values);
    this.ranges = Map.copyOf(ranges);
  }

  /// Whether a key was asked for.
  public boolean knows(Key<?> key) {
    return values.containsKey(key);
  }

  /// @throws IllegalArgumentException if the key was not asked for
  @SuppressWarnings("unchecked") // an entry that was read under a key has a value of its type
  public <V> Optional<Entry<V>> get(Key<V> key) {
    Optional<Entry<?>> entry = values.get(key);
    if (entry == null) {
      throw new IllegalArgumentException(key + " was not asked for");
    }
    return entry.map(each -> (Entry<V>) each);
  }

  /// The entries of a range, in the order of their datastore keys.
  ///
  /// @throws IllegalArgumentException if the range was not asked for
  @SuppressWarnings("unchecked") // the range was asked for entries of this type
  public <V> List<Entry<V>> list(KeyRange<V> range) {
    List<Entry<?>> entries = ranges.get(range);
    if (entries == null) {
      throw new IllegalArgumentException(range + " was not asked for");
    }
    return entries.stream().map(each -> (Entry<V>) each).toList();
  }
}
