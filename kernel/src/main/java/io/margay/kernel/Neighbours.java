package io.margay.kernel;

import io.margay.net.IpFamily;
import java.util.List;

/// Permanent neighbour entries. Calls block; any thread may make them.
public interface Neighbours {

  /// The permanent entries of the family, on all interfaces.
  List<Neighbour> list(IpFamily family);

  /// Adds the entry or overwrites what is there for its address.
  ///
  /// @throws KernelException with `ENODEV` or `ENETDOWN` in its message if the device is missing or
  ///   down
  void replace(Neighbour neighbour);

  /// Removes the entry. One that is not there counts as removed.
  void delete(Neighbour neighbour);
}
