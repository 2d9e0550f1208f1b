package io.margay.dataplane;

import java.util.Locale;

/// How an endpoint stands.
public enum EndpointStatus {
  /// In service, its interfaces are up, and the kernel holds what it needs.
  UP,
  /// Out of service, or an interface of it is down or, for a workload, not there.
  DOWN,
  /// The kernel does not hold what it needs, or a host endpoint governs no interface; the log says
  /// why.
  ERROR;

  /// The status as the datastore spells it.
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
