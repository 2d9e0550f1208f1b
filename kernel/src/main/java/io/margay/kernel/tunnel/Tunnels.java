package io.margay.kernel.tunnel;

import io.margay.kernel.KernelException;
import io.margay.net.IpPrefix;
import java.util.Optional;

/// Tunnel devices and what is set on them. Calls block; any thread may make them.
public interface Tunnels {

  /// How the device of that name is; empty if there is none.
  Optional<TunnelState> read(String name);

  /// Makes the device and sets it up. One that is there already, as `tunl0` is from the moment that
  /// the kernel's module is loaded, stays as it is.
  ///
  /// @throws KernelException with `EOPNOTSUPP` in its message if the kernel does not know the kind
  void create(Tunnel tunnel);

  /// Removes the device, and with it all that leads over it. None counts as removed.
  void delete(String name);

  /// Sets the MTU, and the device up.
  void setUp(String name, int mtu);

  /// Adds an address to the device. One that is there already stays.
  void addAddress(String name, IpPrefix address);

  /// Removes an address from the device. One that is not there counts as removed.
  void removeAddress(String name, IpPrefix address);
}
