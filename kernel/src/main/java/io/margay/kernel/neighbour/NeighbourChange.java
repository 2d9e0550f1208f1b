package io.margay.kernel.neighbour;

import io.margay.kernel.DeviceEntry;

/// One entry that an apply changed.
///
/// @param <E> the kind of entry
public sealed interface NeighbourChange<E extends DeviceEntry<?>> {

  /// The entry was missing or had another value.
  record Written<E extends DeviceEntry<?>>(E entry) implements NeighbourChange<E> {}

  /// An entry of ours was there that is not wanted.
  record Removed<E extends DeviceEntry<?>>(E entry) implements NeighbourChange<E> {}
}
