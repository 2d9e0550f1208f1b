package io.margay.dataplane;

import java.util.Locale;

/// How a workload endpoint stands.
public enum EndpointStatus {
  /// In service, its interface is up, and the kernel holds what it needs.
  UP,
  /// Out of service, or its interface is down or not there.
  DOWN,
  /// The kernel does not hold what it needs; the log says why.
  ERROR;

  /// The status as the datastore spells it.
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
