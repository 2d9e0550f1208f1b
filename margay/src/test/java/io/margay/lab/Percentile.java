package io.margay.lab;

/// What measurements report.
final class Percentile {

  private Percentile() {}

  /// The least value that so many percent of all do not exceed.
  ///
  /// @param sorted ascending, not empty
  /// @param percent 1 to 100
  static double of(double[] sorted, int percent) {
    return sorted[(sorted.length * percent + 99) / 100 - 1];
  }
}
