package io.margay.kernel;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/// What is wanted, what is there, and the difference, kept as either side changes: asking for the
/// difference costs what it holds, not what there is.
///
/// The difference comes in the order of the keys, so that what is written depends on the two states
/// alone and not on how they came about.
///
/// @param <K> by what the two sides are matched
/// @param <D> how a desired thing is described
/// @param <A> how an actual thing is described
public final class DeltaTracker<K extends Comparable<K>, D, A> {

  private final BiPredicate<D, A> same;
  private final Map<K, D> desired = new HashMap<>();
  private final Map<K, A> actual = new HashMap<>();
  private final TreeSet<K> toWrite = new TreeSet<>();
  private final TreeSet<K> toDelete = new TreeSet<>();

  /// @param same whether the actual thing is as desired
  public DeltaTracker(BiPredicate<D, A> same) {
    this.same = same;
  }

  public void want(K key, D value) {
    desired.put(key, value);
    compare(key);
  }

  public void unwant(K key) {
    desired.remove(key);
    compare(key);
  }

  /// Notes that the thing is there, like this.
  public void found(K key, A value) {
    actual.put(key, value);
    compare(key);
  }

  /// Notes that the thing is not there.
  public void gone(K key) {
    actual.remove(key);
    compare(key);
  }

  /// Notes all that is there, in the place of what was known.
  public void foundAll(Map<K, A> all) {
    Set<K> before = new HashSet<>(actual.keySet());
    actual.clear();
    actual.putAll(all);
    before.forEach(this::compare);
    all.keySet().forEach(this::compare);
  }

  private void compare(K key) {
    D want = desired.get(key);
    A have = actual.get(key);
    set(toWrite, key, want != null && (have == null || !same.test(want, have)));
    set(toDelete, key, want == null && have != null);
  }

  private void set(Set<K> keys, K key, boolean present) {
    if (present) {
      keys.add(key);
    } else {
      keys.remove(key);
    }
  }

  public @Nullable D desired(K key) {
    return desired.get(key);
  }

  public @Nullable A actual(K key) {
    return actual.get(key);
  }

  /// All that is wanted. Not to be changed while this is looked through.
  public Collection<D> desiredValues() {
    return desired.values();
  }

  /// The keys of all that is there. Not to be changed while this is looked through.
  public Set<K> actualKeys() {
    return actual.keySet();
  }

  /// Wanted things that are missing or differ. A copy: the caller may report progress while going
  /// through it.
  public List<K> toWrite() {
    return List.copyOf(toWrite);
  }

  /// Things that are there and not wanted. A copy, like [#toWrite()].
  public List<K> toDelete() {
    return List.copyOf(toDelete);
  }

  public boolean inSync() {
    return toWrite.isEmpty() && toDelete.isEmpty();
  }
}
