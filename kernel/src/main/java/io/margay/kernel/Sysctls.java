package io.margay.kernel;

import java.util.Optional;

/// Kernel parameters below `/proc/sys` (sysctl(8)).
public interface Sysctls {

  /// The value without its final line break; empty if there is no such parameter.
  ///
  /// @param path below `/proc/sys`, with slashes: `net/ipv4/ip_forward`
  Optional<String> read(String path);

  /// Writes an existing parameter.
  ///
  /// @throws KernelException if it does not exist or the kernel refuses the value
  void write(String path, String value);
}
