package io.margay.kernel.neighbour;

import io.margay.kernel.DeviceEntry;

/// One entry that an apply changed.
///
/// @param <E> the kind of entry
public sealed interface NeighbourChange<E extends DeviceEntry<?>> {

  E entry();

  /// Whether someone else had changed or taken away the entry, or put it there.
  boolean drift();

  /// The entry was missing or had another value.
  record Written<E extends DeviceEntry<?>>(E entry, boolean drift) implements NeighbourChange<E> {

    /// The change as a sentence for the log.
    @Override
    public String toString() {
      return entry + (drift ? " was changed by someone else: written" : " written");
    }
  }

  /// An entry of ours was there that is not wanted.
  record Removed<E extends DeviceEntry<?>>(E entry, boolean drift) implements NeighbourChange<E> {

    /// The change as a sentence for the log.
    @Override
    public String toString() {
      return entry + (drift ? " was put there by someone else: removed" : " removed");
    }
  }
}
