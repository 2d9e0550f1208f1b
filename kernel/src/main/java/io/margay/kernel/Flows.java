package io.margay.kernel;

import io.margay.net.IpFamily;
import java.util.List;

/// The connection tracking table, entry by entry (conntrack(8)). Calls block; any thread may make
/// them.
public interface Flows {

  /// @throws KernelException if the table cannot be read
  List<Flow> list(IpFamily family);

  /// Deletes the entry, so that the next packet has to ask policy. One that is not there counts as
  /// deleted.
  ///
  /// @throws KernelException if it cannot be deleted
  void delete(Flow flow);
}
