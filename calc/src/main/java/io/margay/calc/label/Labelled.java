package io.margay.calc.label;

import io.margay.model.selector.Selector;
import org.jspecify.annotations.Nullable;

/// What a criterion can ask of an item.
///
/// The value of a label is the item's own; without one, that of the last parent in the item's list
/// that has the label; without one, the empty text if any parent has a tag of that name.
public interface Labelled extends Selector.LabelSource {

  @Override
  @Nullable String value(String label);

  /// Whether a parent has the tag. The item's own label of the same name is not a tag.
  boolean hasTag(String tag);
}
