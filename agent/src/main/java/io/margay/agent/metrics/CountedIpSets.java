package io.margay.agent.metrics;

import io.margay.kernel.KernelException;
import io.margay.kernel.ipset.IpSets;
import io.margay.monitoring.UnsuffixedCounter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Summary;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/// Counts the calls of the program `ipset`.
final class CountedIpSets implements IpSets {

  private final IpSets ipSets;
  private final Summary execution;
  private final LongAdder calls = new LongAdder();
  private final LongAdder errors = new LongAdder();
  private final LongAdder lines = new LongAdder();
  private volatile int total;

  /// @param execution takes the time of each call, in microseconds
  CountedIpSets(IpSets ipSets, Summary execution, PrometheusRegistry registry) {
    this.ipSets = ipSets;
    this.execution = execution;
    counter(registry, "felix_ipset_calls", "Calls of ipset.", calls);
    counter(registry, "felix_ipset_errors", "Those that failed.", errors);
    counter(registry, "felix_ipset_lines_executed", "Lines given to ipset restore.", lines);
    GaugeWithCallback.builder()
        .name("felix_ipsets_total")
        .help("Sets in the kernel when last read, those of others included.")
        .callback(each -> each.call(total))
        .register(registry);
  }

  private static void counter(
      PrometheusRegistry registry, String name, String help, LongAdder value) {
    UnsuffixedCounter.register(
        registry, name, help, List.of(), each -> each.call(value.doubleValue()));
  }

  @Override
  public Map<String, ActualSet> list() {
    calls.increment();
    long begin = System.nanoTime();
    try {
      Map<String, ActualSet> all = ipSets.list();
      total = all.size();
      return all;
    } catch (KernelException e) {
      errors.increment();
      throw e;
    } finally {
      execution.observe((System.nanoTime() - begin) / 1e3);
    }
  }

  @Override
  public void restore(String input) {
    calls.increment();
    lines.add(input.chars().filter(each -> each == '\n').count());
    long begin = System.nanoTime();
    try {
      ipSets.restore(input);
    } catch (KernelException e) {
      errors.increment();
      throw e;
    } finally {
      execution.observe((System.nanoTime() - begin) / 1e3);
    }
  }
}
