package io.margay.kernel;

/// What the kernel keeps for one address on one interface: there is one entry, or none.
///
/// @param <P> the kind of address
public sealed interface DeviceEntry<P extends Comparable<P>> permits Neighbour, FdbEntry {

  /// The interface's name.
  String device();

  /// The address that the entry is for.
  P place();
}
