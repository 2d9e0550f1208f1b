/// The resources an operator writes, API version `v1`, as values: what `calicoctl` reads and prints
/// and what the datastore holds.
///
/// ```
///   YAML, JSON ──decode, validate──> Resource ──encode──> YAML, JSON
/// ```
///
/// A resource has `metadata`, which says which one it is, and a `spec`, which says what is wanted.
/// Its complete identity is a [io.margay.model.ResourceKey]. Field names are those of the
/// documents, so [io.margay.model.WorkloadEndpoint] reads like the YAML it comes from.
@NullMarked
package io.margay.model;

import org.jspecify.annotations.NullMarked;
