package io.margay.kernel.namespace;

import io.margay.net.IpPrefix;
import java.util.Optional;

/// The devices of one network namespace that come in pairs, and what else it takes to put one to
/// use. Calls block; any thread may make them.
public interface Veths {

  /// Makes both ends in one step, both down.
  ///
  /// @param peerIn where the other end goes; may be the same namespace
  /// @throws io.margay.kernel.KernelException with `EEXIST` in its message if one of the names is
  ///   taken
  void create(Veth veth, NetworkNamespace peerIn);

  /// How the device of that name is, whatever its kind; empty if there is none.
  Optional<VethEnd> read(String name);

  /// Notes down whose it is where everybody can read it (`IFLA_IFALIAS`, `ip -d link`), and sets it
  /// up.
  void setUp(String name, String alias);

  /// Sets it up.
  void setUp(String name);

  /// Adds an address, without asking whether another host has it (RFC 4862 §5.4 is for links with
  /// more than two ends). One that is there already stays.
  void addAddress(String name, IpPrefix address);

  /// Removes the device, and with it its other end. None counts as removed.
  void delete(String name);
}
