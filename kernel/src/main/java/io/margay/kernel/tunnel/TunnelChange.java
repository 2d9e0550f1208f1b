package io.margay.kernel.tunnel;

import java.util.Locale;

/// What was done to a tunnel device.
///
/// @param object `vxlan.calico`, or an address on it
/// @param drift whether it had been as wanted, and someone else changed it
public record TunnelChange(Verb verb, String object, boolean drift) {

  /// What was done.
  public enum Verb {
    CREATED,
    SET_UP,
    ADDED,
    REMOVED
  }

  @Override
  public String toString() {
    return "tunnel %s %s".formatted(object, verb.name().toLowerCase(Locale.ROOT).replace('_', ' '));
  }
}
