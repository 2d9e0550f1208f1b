package io.margay.bgp.message;

/// ORIGIN (RFC 4271 §5.1.1); the ordinal is the wire's value and the order of preference.
public enum Origin {
  IGP,
  EGP,
  INCOMPLETE;

  private static final Origin[] VALUES = values();

  static boolean isKnown(int value) {
    return value >= 0 && value < VALUES.length;
  }

  static Origin of(int value) {
    return VALUES[value];
  }
}
