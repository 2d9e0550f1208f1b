package io.margay.kernel;

import io.margay.net.IpAddress;
import java.util.Set;

/// Connection tracking entries (conntrack(8)). Calls block; any thread may make them.
public interface Conntrack {

  /// Deletes every entry that has one of the addresses as source or destination, in either
  /// direction: address translation makes the two directions differ. None counts as success.
  ///
  /// The table is gone through once, however many addresses there are.
  ///
  /// @throws KernelException if the entries could not be read, or one could not be deleted
  void delete(Set<IpAddress> addresses);
}
