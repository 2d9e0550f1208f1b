package io.margay.ipam;

import io.margay.net.IpAddress;
import java.util.List;

/// What became of giving back all addresses of a handle.
public sealed interface HandleRelease {

  /// @param addresses that are free again; none if others had given them back before
  record Released(List<IpAddress> addresses) implements HandleRelease {
    public Released {
      addresses = List.copyOf(addresses);
    }
  }

  /// Nobody has that handle.
  record UnknownHandle() implements HandleRelease {}
}
