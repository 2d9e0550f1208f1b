package io.margay.kernel;

import io.margay.net.IpAddress;

/// Connection tracking entries (conntrack(8)).
public interface Conntrack {

  /// Deletes every entry that has the address as source or destination, in either direction. None
  /// counts as success.
  void delete(IpAddress address);
}
