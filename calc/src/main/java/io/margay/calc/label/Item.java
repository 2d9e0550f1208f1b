package io.margay.calc.label;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// An item of a [LabelIndex]. Two are the same only if they are one object.
final class Item<K, C> implements Labelled {

  final K key;
  Map<String, String> labels;

  /// In the order given; a parent may be there before anything is known of it.
  List<Parent<K, C>> parents;

  final Set<IndexedCriterion<K, C>> matched = new HashSet<>();

  Item(K key, Map<String, String> labels, List<Parent<K, C>> parents) {
    this.key = key;
    this.labels = labels;
    this.parents = parents;
  }

  @Override
  public @Nullable String value(String label) {
    String own = labels.get(label);
    if (own != null) {
      return own;
    }
    for (int i = parents.size() - 1; i >= 0; i--) {
      String inherited = parents.get(i).labels.get(label);
      if (inherited != null) {
        return inherited;
      }
    }
    return hasTag(label) ? "" : null;
  }

  @Override
  public boolean hasTag(String tag) {
    for (Parent<K, C> parent : parents) {
      if (parent.tags.contains(tag)) {
        return true;
      }
    }
    return false;
  }

  /// What items inherit from.
  static final class Parent<K, C> {

    final String name;
    Map<String, String> labels = Map.of();
    Set<String> tags = Set.of();
    boolean known;
    final Set<Item<K, C>> children = new HashSet<>();

    Parent(String name) {
      this.name = name;
    }
  }

  /// A criterion that items are tried against.
  static final class IndexedCriterion<K, C> {

    final C id;
    Criterion criterion;
    final Set<Item<K, C>> matches = new HashSet<>();

    IndexedCriterion(C id, Criterion criterion) {
      this.id = id;
      this.criterion = criterion;
    }
  }
}
