package io.margay.calc.label;

import io.margay.model.selector.Selector;
import java.util.Optional;
import java.util.Set;

/// What an item is chosen by.
public sealed interface Criterion {

  /// The id of the IP set of all that this chooses: a letter and a hash (Felix 2.1).
  String ipSetId();

  boolean matches(Labelled item);

  /// What an item must have one of, or it cannot match; nothing if no such list can be given.
  Optional<Set<Anchor>> anchors();

  /// @param selector over the labels of the item, its parents' included
  record BySelector(Selector selector) implements Criterion {
    @Override
    public String ipSetId() {
      return selector.uniqueId();
    }

    @Override
    public boolean matches(Labelled item) {
      return selector.matches(item);
    }

    @Override
    public Optional<Set<Anchor>> anchors() {
      return Anchor.allOf(selector.root());
    }
  }

  /// @param tag of a parent
  record ByTag(String tag) implements Criterion {
    @Override
    public String ipSetId() {
      return Selector.uniqueId('t', tag);
    }

    @Override
    public boolean matches(Labelled item) {
      return item.hasTag(tag);
    }

    @Override
    public Optional<Set<Anchor>> anchors() {
      return Optional.of(Set.of(Anchor.present(tag)));
    }
  }
}
