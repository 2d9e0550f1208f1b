package io.margay.kernel.neighbour;

import io.margay.kernel.Neighbour;

/// One entry that an apply changed.
public sealed interface NeighbourChange {

  /// The entry was missing or had another MAC address.
  record Written(Neighbour neighbour) implements NeighbourChange {}

  /// An entry of ours was there that is not wanted.
  record Removed(Neighbour neighbour) implements NeighbourChange {}
}
