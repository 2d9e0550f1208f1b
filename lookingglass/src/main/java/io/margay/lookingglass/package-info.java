/// Shows what a running BGP speaker knows, as the looking glasses of network operators do: its
/// neighbors, its table, and what single peers tell and are told.
///
/// ```
///   margay bgp show ──Question, one line──> LookingGlass ──slice by slice──> the speaker's loop
///                   <──one JSON object a line── Answer <──RibEntry──────────┘
/// ```
///
/// A unix socket that belongs to its owner alone; one connection is one question. The answer ends
/// with `{"end":true}`, or with `{"error":...}` if it cannot be given. Prefixes are gathered slice
/// by slice, sorted beside the loop, and looked up a thousand at a time, so that a table of any
/// size costs the speaker no noticeable pause. What changes meanwhile shows as it is when looked
/// up.
@NullMarked
package io.margay.lookingglass;

import org.jspecify.annotations.NullMarked;
