package io.margay.kubernetes.conversion;

import java.util.SortedSet;

/// The numbers that pods give to a named port.
@FunctionalInterface
public interface NamedPorts {

  /// @param protocol in small letters
  /// @return ascending; empty if no pod has such a port
  SortedSet<Integer> numbers(String protocol, String name);
}
