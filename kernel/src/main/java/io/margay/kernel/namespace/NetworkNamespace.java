package io.margay.kernel.namespace;

import io.margay.kernel.Links;
import io.margay.kernel.Neighbours;
import io.margay.kernel.Routes;
import io.margay.kernel.Sysctls;

/// A network namespace, from inside. It is kept from going away until it is closed.
public interface NetworkNamespace extends AutoCloseable {

  /// Whether it is the one that this process is in.
  boolean isOwn();

  Links links();

  Veths veths();

  Routes routes();

  Neighbours neighbours();

  /// Of its own are those below `net/` alone.
  Sysctls sysctls();

  @Override
  void close();
}
