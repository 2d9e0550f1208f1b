package io.margay.ipam;

import io.margay.net.IpAddress;
import java.util.List;

/// What became of giving back addresses.
///
/// @param released that are free again
/// @param notAssigned that were free before
public record AddressRelease(List<IpAddress> released, List<IpAddress> notAssigned) {
  public AddressRelease {
    released = List.copyOf(released);
    notAssigned = List.copyOf(notAssigned);
  }
}
