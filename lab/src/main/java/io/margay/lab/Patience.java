package io.margay.lab;

import java.time.Duration;

/// How long to wait for what should be quick, before something is taken to be wrong.
final class Patience {

  /// How many times as long as usual: an emulated machine takes twenty times the time for
  /// everything.
  private static final int FACTOR = Integer.getInteger("margay.patience", 1);

  private Patience() {}

  /// @param usual enough on a busy machine
  static Duration of(Duration usual) {
    return usual.multipliedBy(FACTOR);
  }
}
