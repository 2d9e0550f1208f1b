package io.margay.ipam;

import io.margay.datastore.ipam.AllocationBlock.Attribute;
import io.margay.net.IpAddress;

/// What became of the wish for one certain address.
public sealed interface ChosenAssignment {

  /// It is the caller's now.
  record Assigned(IpAddress address) implements ChosenAssignment {}

  /// Somebody has it; perhaps the caller, from an earlier attempt.
  record InUse(IpAddress address, Attribute owner) implements ChosenAssignment {}

  /// It cannot be had.
  record Refused(String reason) implements ChosenAssignment {}
}
