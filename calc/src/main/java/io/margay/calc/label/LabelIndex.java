package io.margay.calc.label;

import io.margay.calc.label.Item.IndexedCriterion;
import io.margay.calc.label.Item.Parent;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/// Knows which items match which criteria and tells of each pair that starts or stops to match.
///
/// Its goals, and how each is met:
/// 1. A change of one item costs as much as there are criteria that ask for one of its labels: the
///    criteria stand under their anchors.
/// 2. A new criterion costs as much as there are items that have one of its anchors: items stand
///    under their own labels, parents under theirs and their tags.
/// 3. A change of a parent that its children do not feel, of its rules say, costs nothing.
/// 4. An item costs little memory: inherited labels are looked up, not copied to each child. For
///    this an item that inherits a label is found through its parent, even if a later parent or the
///    item itself gives the label another value. Trying it then shows that.
///
/// Criteria without anchors are tried on every item; few selectors are so.
///
/// The listener is called while the index changes and must not call back into it.
///
/// @param <K> the key of an item
/// @param <C> the id of a criterion
public final class LabelIndex<K, C> {

  /// Hears of matches.
  public interface Listener<K, C> {
    void matchStarted(C criterion, K item);

    void matchStopped(C criterion, K item);
  }

  private final Listener<K, C> listener;

  private final Map<K, Item<K, C>> items = new HashMap<>();
  private final Map<String, Parent<K, C>> parents = new HashMap<>();
  private final Map<C, IndexedCriterion<K, C>> criteria = new HashMap<>();

  private final ByLabel<Item<K, C>> itemsByLabel = new ByLabel<>();
  private final ByLabel<Parent<K, C>> parentsByLabel = new ByLabel<>();
  private final ByLabel<IndexedCriterion<K, C>> criteriaByAnchor = new ByLabel<>();
  private final Set<IndexedCriterion<K, C>> criteriaWithoutAnchor = new HashSet<>();

  public LabelIndex(Listener<K, C> listener) {
    this.listener = listener;
  }

  // Items

  /// Adds an item, or changes what is known of it.
  ///
  /// @param parentNames in the order in which a later one wins
  public void setItem(K key, Map<String, String> labels, List<String> parentNames) {
    Item<K, C> item = items.get(key);
    if (item == null) {
      item = new Item<>(key, Map.of(), List.of());
      items.put(key, item);
    } else if (item.labels.equals(labels) && names(item.parents).equals(parentNames)) {
      return;
    }
    relabel(item, labels);
    adopt(item, parentNames);
    tryAgain(item);
  }

  /// Removes an item; its matches stop.
  public void removeItem(K key) {
    Item<K, C> item = items.remove(key);
    if (item == null) {
      return;
    }
    List.copyOf(item.matched).forEach(criterion -> stop(criterion, item));
    relabel(item, Map.of());
    adopt(item, List.of());
  }

  private void relabel(Item<K, C> item, Map<String, String> labels) {
    item.labels.forEach((label, value) -> itemsByLabel.remove(label, value, item));
    item.labels = labels;
    labels.forEach((label, value) -> itemsByLabel.add(label, value, item));
  }

  private void adopt(Item<K, C> item, List<String> parentNames) {
    List<Parent<K, C>> before = item.parents;
    item.parents = parentNames.stream().map(this::parent).toList();
    item.parents.forEach(parent -> parent.children.add(item));
    for (Parent<K, C> parent : before) {
      if (!item.parents.contains(parent)) {
        parent.children.remove(item);
        forgetIfUnused(parent);
      }
    }
  }

  private static List<String> names(List<? extends Parent<?, ?>> parents) {
    return parents.stream().map(parent -> parent.name).toList();
  }

  // Parents

  /// Says what the children of a parent inherit.
  public void setParent(String name, Map<String, String> labels, Collection<String> tags) {
    Parent<K, C> parent = parent(name);
    parent.known = true;
    bequeath(parent, labels, Set.copyOf(tags));
  }

  /// The children inherit nothing from it any more.
  public void removeParent(String name) {
    Parent<K, C> parent = parents.get(name);
    if (parent != null) {
      parent.known = false;
      bequeath(parent, Map.of(), Set.of());
      forgetIfUnused(parent);
    }
  }

  private void bequeath(Parent<K, C> parent, Map<String, String> labels, Set<String> tags) {
    if (parent.labels.equals(labels) && parent.tags.equals(tags)) {
      return;
    }
    parent.labels.forEach((label, value) -> parentsByLabel.remove(label, value, parent));
    parent.tags.forEach(tag -> parentsByLabel.remove(tag, "", parent));
    parent.labels = labels;
    parent.tags = tags;
    labels.forEach((label, value) -> parentsByLabel.add(label, value, parent));
    tags.forEach(tag -> parentsByLabel.add(tag, "", parent));
    parent.children.forEach(this::tryAgain);
  }

  private Parent<K, C> parent(String name) {
    return parents.computeIfAbsent(name, Parent::new);
  }

  private void forgetIfUnused(Parent<K, C> parent) {
    if (!parent.known && parent.children.isEmpty()) {
      parents.remove(parent.name);
    }
  }

  // Criteria

  /// Adds a criterion, or replaces the one that has this id. Items that match both keep matching.
  public void setCriterion(C id, Criterion criterion) {
    IndexedCriterion<K, C> indexed = criteria.get(id);
    if (indexed == null) {
      indexed = new IndexedCriterion<>(id, criterion);
      criteria.put(id, indexed);
    } else if (indexed.criterion.equals(criterion)) {
      return;
    } else {
      unanchor(indexed);
      indexed.criterion = criterion;
    }
    IndexedCriterion<K, C> current = indexed;
    anchor(current);
    for (Item<K, C> item : List.copyOf(current.matches)) {
      if (!criterion.matches(item)) {
        stop(current, item);
      }
    }
    forEachCandidate(criterion, item -> startIfMatching(current, item));
  }

  /// Removes a criterion; its matches stop.
  public void removeCriterion(C id) {
    IndexedCriterion<K, C> indexed = criteria.remove(id);
    if (indexed != null) {
      unanchor(indexed);
      List.copyOf(indexed.matches).forEach(item -> stop(indexed, item));
    }
  }

  private void anchor(IndexedCriterion<K, C> indexed) {
    Optional<Set<Anchor>> anchors = indexed.criterion.anchors();
    if (anchors.isEmpty()) {
      criteriaWithoutAnchor.add(indexed);
    } else {
      anchors.get().forEach(at -> criteriaByAnchor.add(at.label(), at.value(), indexed));
    }
  }

  private void unanchor(IndexedCriterion<K, C> indexed) {
    Optional<Set<Anchor>> anchors = indexed.criterion.anchors();
    if (anchors.isEmpty()) {
      criteriaWithoutAnchor.remove(indexed);
    } else {
      anchors.get().forEach(at -> criteriaByAnchor.remove(at.label(), at.value(), indexed));
    }
  }

  // Matching

  private void tryAgain(Item<K, C> item) {
    forEachCandidate(item, criterion -> startIfMatching(criterion, item));
    for (IndexedCriterion<K, C> matched : List.copyOf(item.matched)) {
      if (!matched.criterion.matches(item)) {
        stop(matched, item);
      }
    }
  }

  /// The items that a criterion may match, some perhaps more than once.
  private void forEachCandidate(Criterion criterion, Consumer<Item<K, C>> visitor) {
    Optional<Set<Anchor>> anchors = criterion.anchors();
    if (anchors.isEmpty()) {
      items.values().forEach(visitor);
      return;
    }
    Consumer<Parent<K, C>> visitChildren = parent -> parent.children.forEach(visitor);
    for (Anchor anchor : anchors.get()) {
      if (anchor.value() == null) {
        itemsByLabel.forEachValue(anchor.label(), visitor);
        parentsByLabel.forEachValue(anchor.label(), visitChildren);
      } else {
        itemsByLabel.forEach(anchor.label(), anchor.value(), visitor);
        parentsByLabel.forEach(anchor.label(), anchor.value(), visitChildren);
      }
    }
  }

  /// The criteria that may match an item, some perhaps more than once.
  private void forEachCandidate(Item<K, C> item, Consumer<IndexedCriterion<K, C>> visitor) {
    criteriaWithoutAnchor.forEach(visitor);
    item.labels.forEach((label, value) -> forEachAnchoredAt(label, value, visitor));
    for (Parent<K, C> parent : item.parents) {
      parent.labels.forEach((label, value) -> forEachAnchoredAt(label, value, visitor));
      parent.tags.forEach(tag -> forEachAnchoredAt(tag, "", visitor));
    }
  }

  private void forEachAnchoredAt(
      String label, String value, Consumer<IndexedCriterion<K, C>> visitor) {
    criteriaByAnchor.forEach(label, value, visitor);
    criteriaByAnchor.forEach(label, null, visitor);
  }

  private void startIfMatching(IndexedCriterion<K, C> criterion, Item<K, C> item) {
    if (!criterion.matches.contains(item) && criterion.criterion.matches(item)) {
      criterion.matches.add(item);
      item.matched.add(criterion);
      listener.matchStarted(criterion.id, item.key);
    }
  }

  private void stop(IndexedCriterion<K, C> criterion, Item<K, C> item) {
    criterion.matches.remove(item);
    item.matched.remove(criterion);
    listener.matchStopped(criterion.id, item.key);
  }

  // Questions

  /// The ids of the criteria that an item matches, in no order.
  public Set<C> criteriaMatchedBy(K key) {
    Set<C> ids = new LinkedHashSet<>();
    Item<K, C> item = items.get(key);
    if (item != null) {
      item.matched.forEach(criterion -> ids.add(criterion.id));
    }
    return ids;
  }

  /// Whether any item matches a criterion.
  public boolean isMatched(C id) {
    IndexedCriterion<K, C> indexed = criteria.get(id);
    return indexed != null && !indexed.matches.isEmpty();
  }

  /// How many items there are.
  public int itemCount() {
    return items.size();
  }

  /// How many criteria there are.
  public int criterionCount() {
    return criteria.size();
  }

  /// How many parents there are: known, or named by an item.
  public int parentCount() {
    return parents.size();
  }
}
