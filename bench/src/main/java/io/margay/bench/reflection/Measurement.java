package io.margay.bench.reflection;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/// What one run of one daemon took.
///
/// @param convergeSeconds from the first announcement until every client held everything
/// @param convergeProcessorSeconds of the daemon in that time
/// @param withdrawSeconds from the first withdrawal until nobody held anything
/// @param againSeconds the same as `convergeSeconds` for the second and later tables, the median
/// @param lostMilliseconds until all others had lost the routes of a client that was cut off
/// @param changeMedianMilliseconds until a receiver had a single change, median over all receivers
/// @param changeP99Milliseconds the same, 99th percentile
/// @param processorSeconds of the daemon in all, its start included
/// @param peakMegabytes the most memory it had resident
record Measurement(
    double convergeSeconds,
    double convergeProcessorSeconds,
    double withdrawSeconds,
    double againSeconds,
    double lostMilliseconds,
    double changeMedianMilliseconds,
    double changeP99Milliseconds,
    double processorSeconds,
    double peakMegabytes) {

  /// The median of each figure over several runs.
  static Measurement median(List<Measurement> runs) {
    return new Measurement(
        median(runs, Measurement::convergeSeconds),
        median(runs, Measurement::convergeProcessorSeconds),
        median(runs, Measurement::withdrawSeconds),
        median(runs, Measurement::againSeconds),
        median(runs, Measurement::lostMilliseconds),
        median(runs, Measurement::changeMedianMilliseconds),
        median(runs, Measurement::changeP99Milliseconds),
        median(runs, Measurement::processorSeconds),
        median(runs, Measurement::peakMegabytes));
  }

  private static double median(List<Measurement> runs, ToDoubleFunction<Measurement> figure) {
    return median(runs.stream().mapToDouble(figure).toArray());
  }

  /// The middle value; the lower one of two.
  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[(sorted.length - 1) / 2];
  }
}
