package io.margay.agent.metrics;

import io.margay.kernel.KernelException;
import io.margay.kernel.iptables.Iptables;
import io.margay.kernel.iptables.Table;
import io.margay.monitoring.UnsuffixedCounter;
import io.margay.net.IpFamily;
import io.prometheus.metrics.core.metrics.Summary;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/// Counts the calls of the iptables programs.
final class CountedIptables implements Iptables {

  private final Iptables iptables;
  private final Summary execution;
  private final LongAdder saves = new LongAdder();
  private final LongAdder saveErrors = new LongAdder();
  private final LongAdder restores = new LongAdder();
  private final LongAdder restoreErrors = new LongAdder();
  private final Map<Place, LongAdder> lines = new ConcurrentSkipListMap<>();

  private record Place(IpFamily family, String table) implements Comparable<Place> {
    @Override
    public int compareTo(Place other) {
      int byFamily = family.compareTo(other.family);
      return byFamily != 0 ? byFamily : table.compareTo(other.table);
    }
  }

  /// @param execution takes the time of each call, in microseconds
  CountedIptables(Iptables iptables, Summary execution, PrometheusRegistry registry) {
    this.iptables = iptables;
    this.execution = execution;
    counter(registry, "felix_iptables_save_calls", "Calls of iptables-save.", saves);
    counter(registry, "felix_iptables_save_errors", "Those that failed.", saveErrors);
    counter(registry, "felix_iptables_restore_calls", "Calls of iptables-restore.", restores);
    counter(registry, "felix_iptables_restore_errors", "Those that failed.", restoreErrors);
    UnsuffixedCounter.register(
        registry,
        "felix_iptables_lines_executed",
        "Lines given to iptables-restore.",
        List.of("ip_version", "table"),
        each ->
            lines.forEach((place, count) ->
                each.call(
                    count.doubleValue(),
                    Integer.toString(place.family().version()),
                    place.table())));
  }

  private static void counter(
      PrometheusRegistry registry, String name, String help, LongAdder value) {
    UnsuffixedCounter.register(
        registry, name, help, List.of(), each -> each.call(value.doubleValue()));
  }

  @Override
  public String save(IpFamily family, Table table) {
    saves.increment();
    long begin = System.nanoTime();
    try {
      return iptables.save(family, table);
    } catch (KernelException e) {
      saveErrors.increment();
      throw e;
    } finally {
      execution.observe((System.nanoTime() - begin) / 1e3);
    }
  }

  @Override
  public OptionalLong foreignWrites() {
    return iptables.foreignWrites();
  }

  @Override
  public void restore(IpFamily family, String input) {
    restores.increment();
    String table = input.startsWith("*") ? input.substring(1, input.indexOf('\n')) : "";
    lines
        .computeIfAbsent(new Place(family, table), _ -> new LongAdder())
        .add(input.chars().filter(each -> each == '\n').count());
    long begin = System.nanoTime();
    try {
      iptables.restore(family, input);
    } catch (KernelException e) {
      restoreErrors.increment();
      throw e;
    } finally {
      execution.observe((System.nanoTime() - begin) / 1e3);
    }
  }
}
