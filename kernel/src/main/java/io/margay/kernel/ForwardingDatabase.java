package io.margay.kernel;

import java.util.List;

/// Permanent entries of the VXLAN devices' forwarding databases. Calls block; any thread may make
/// them.
public interface ForwardingDatabase {

  /// The permanent entries that lead to a host, on all VXLAN devices.
  List<FdbEntry> list();

  /// Adds the entry or overwrites what is there for its hardware address.
  ///
  /// @throws KernelException with `ENODEV` in its message if the device is missing
  void replace(FdbEntry entry);

  /// Removes the entry. One that is not there counts as removed.
  void delete(FdbEntry entry);
}
