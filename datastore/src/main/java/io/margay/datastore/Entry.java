package io.margay.datastore;

/// A stored value.
///
/// @param revision the revision of the write that made it what it is
public record Entry<V>(Key<V> key, V value, long revision) {}
