package io.margay.kernel.namespace;

import java.nio.file.Path;
import java.util.Optional;

/// Ways into network namespaces. Calls block; any platform thread may make them.
public interface NetworkNamespaces {

  /// The namespace that the process itself is in. Closing it does nothing.
  NetworkNamespace own();

  /// Enters the namespace that a file stands for: `/run/netns/NAME`, `/proc/PID/ns/net`.
  ///
  /// @return empty if there is no such file, or it stands for no network namespace (any more)
  /// @throws io.margay.kernel.KernelException if the kernel does not let us in
  Optional<NetworkNamespace> open(Path path);
}
