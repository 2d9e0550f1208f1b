package io.margay.bgp.message;

/// ORIGIN (RFC 4271 §5.1.1); in order of preference.
public enum Origin {
  IGP(0),
  EGP(1),
  INCOMPLETE(2);

  private static final Origin[] VALUES = values();

  private final int value;

  Origin(int value) {
    this.value = value;
  }

  int value() {
    return value;
  }

  static boolean isKnown(int value) {
    return value >= 0 && value < VALUES.length;
  }

  static Origin of(int value) {
    return VALUES[value];
  }
}
