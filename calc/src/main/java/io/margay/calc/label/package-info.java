/// Which items does each criterion match, kept up to date while both change.
///
/// ```
///   item (labels, names of parents) ──┐
///   parent (labels, tags)           ──┼──> LabelIndex ──matchStarted, matchStopped──> Listener
///   criterion (selector or tag)     ──┘
/// ```
///
/// Items are endpoints and parents are profiles, but [io.margay.calc.label.LabelIndex] does not
/// need to know. An item has its own labels, then those of its parents; [Labelled] says which wins.
///
/// A cluster has 100 000 items and thousands of criteria, so trying every pair at each change is
/// out of the question. Nearly every selector asks for some label, as `namespace == 'x' && ...`
/// does: [io.margay.calc.label.Anchor] names what an item must have at least, and the index looks
/// both ways by it, from a criterion to the items and from an item to the criteria.
@NullMarked
package io.margay.calc.label;

import org.jspecify.annotations.NullMarked;
