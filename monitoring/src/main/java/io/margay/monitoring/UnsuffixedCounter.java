package io.margay.monitoring;

import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricFamilyDescriptor;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.UnknownSnapshot;
import io.prometheus.metrics.model.snapshots.UnknownSnapshot.UnknownDataPointSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// A counter that keeps its name. OpenMetrics wants `_total` at the end of every counter and the
/// library puts it there, but names such as Felix's `felix_ipset_calls` are in operators'
/// dashboards without it. So it is told as a metric of unknown type: Prometheus treats both alike,
/// since `rate()` and its like do not look at the type.
public final class UnsuffixedCounter implements Collector {

  /// Takes one value of a counter.
  public interface Callback {
    /// @param labelValues as many as the counter has label names
    void call(double value, String... labelValues);
  }

  private final String name;
  private final String help;
  private final List<String> labelNames;
  private final Consumer<Callback> values;

  private UnsuffixedCounter(
      String name, String help, List<String> labelNames, Consumer<Callback> values) {
    this.name = name;
    this.help = help;
    this.labelNames = labelNames;
    this.values = values;
  }

  /// @param values asked at each scrape, on any thread
  public static void register(
      PrometheusRegistry registry,
      String name,
      String help,
      List<String> labelNames,
      Consumer<Callback> values) {
    registry.register(new UnsuffixedCounter(name, help, List.copyOf(labelNames), values));
  }

  @Override
  public MetricSnapshot collect() {
    List<UnknownDataPointSnapshot> points = new ArrayList<>();
    values.accept((value, labelValues) ->
        points.add(
            new UnknownDataPointSnapshot(
                value, Labels.of(labelNames, List.of(labelValues)), null)));
    UnknownSnapshot.Builder snapshot = UnknownSnapshot.builder().name(name).help(help);
    points.forEach(snapshot::dataPoint);
    return snapshot.build();
  }

  @Override
  public MetricFamilyDescriptor getMetricFamilyDescriptor() {
    return MetricFamilyDescriptor.unknown(name).help(help).labelNames(labelNames).build();
  }
}
