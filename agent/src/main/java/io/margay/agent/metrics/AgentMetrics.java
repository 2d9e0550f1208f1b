package io.margay.agent.metrics;

import io.margay.calc.GraphCounts;
import io.margay.dataplane.ApplyReport;
import io.margay.dataplane.DataplaneCounts;
import io.margay.datastore.SyncListener;
import io.margay.kernel.ipset.IpSets;
import io.margay.kernel.iptables.Iptables;
import io.margay.monitoring.UnsuffixedCounter;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Summary;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/// The metrics of an agent. Its loops tell what happens; whoever scrapes reads what was told last.
/// Any thread may call.
public final class AgentMetrics {

  private static final String IP_VERSION = "ip_version";

  private final PrometheusRegistry registry;
  private final Summary execution;
  private final Summary updateSeconds;
  private final Summary applySeconds;
  private final Summary batchSize;
  private final Counter repairs;
  private final LongAdder updates = new LongAdder();
  private final LongAdder outputEvents = new LongAdder();
  private final LongAdder applyFailures = new LongAdder();
  private final LongAdder resyncs = new LongAdder();
  private boolean withProcess;
  private volatile SyncListener.Status syncStatus = SyncListener.Status.WAITING;
  private volatile @Nullable GraphCounts graph;
  private volatile @Nullable DataplaneCounts dataplane;

  /// Registers everything, but what tells of the process.
  public AgentMetrics(PrometheusRegistry registry) {
    this.registry = registry;
    execution =
        summary("felix_exec_time_micros", "Time that programs for the kernel took, microseconds.");
    updateSeconds =
        summary(
            "felix_calc_graph_update_time_seconds",
            "Time to take in one batch of the datastore's news.");
    applySeconds =
        summary(
            "felix_int_dataplane_apply_time_seconds",
            "Time to bring the kernel to what is wanted.");
    batchSize =
        summary(
            "felix_int_dataplane_msg_batch_size",
            "Results of the calculation graph that one apply brought to the kernel.");
    repairs =
        Counter.builder()
            .name("margay_drift_repairs")
            .help("Objects in the kernel that someone else had changed and that were put back.")
            .register(registry);
    counter("felix_calc_graph_updates_processed", "Values taken in from the datastore.", updates);
    counter("felix_calc_graph_output_events", "Results of the calculation graph.", outputEvents);
    counter("felix_int_dataplane_messages", "Results that the dataplane took.", outputEvents);
    counter("felix_int_dataplane_failures", "Applies that could not write all.", applyFailures);
    counter("felix_resyncs_started", "Times that the datastore was read from the start.", resyncs);
    gauge("felix_resync_state", "1: waiting for the datastore, 2: reading it, 3: in sync.")
        .callback(each -> each.call(stateNumber(syncStatus)))
        .register(registry);
    graphGauge(
        "felix_active_local_endpoints", "Endpoints of this node.", GraphCounts::localEndpoints);
    graphGauge(
        "felix_active_local_policies",
        "Policies that select an endpoint of this node.",
        GraphCounts::activePolicies);
    graphGauge(
        "felix_cluster_num_hosts",
        "Nodes with an IPv4 address in the cluster.",
        GraphCounts::hostAddresses);
    graphGauge(
        "felix_cluster_num_workload_endpoints",
        "Workload endpoints in the cluster.",
        GraphCounts::workloadEndpoints);
    graphGauge(
        "felix_cluster_num_host_endpoints",
        "Host endpoints in the cluster.",
        GraphCounts::hostEndpoints);
    dataplaneGauges();
  }

  private void dataplaneGauges() {
    gauge("felix_active_local_selectors", "Selectors in rules that are in use on this node.")
        .callback(each -> {
          DataplaneCounts now = dataplane;
          each.call(now == null ? 0 : now.selectors());
        })
        .register(registry);
    gauge("felix_active_local_tags", "Tags in rules that are in use on this node.")
        .callback(each -> {
          DataplaneCounts now = dataplane;
          each.call(now == null ? 0 : now.tags());
        })
        .register(registry);
    gauge("felix_ipsets_calico", "Sets of ours.")
        .labelNames(IP_VERSION)
        .callback(each -> families().forEach(family -> each.call(family.sets(), version(family))))
        .register(registry);
    gauge("felix_iptables_chains", "Chains of ours.")
        .labelNames(IP_VERSION, "table")
        .callback(each ->
            families()
                .forEach(family ->
                    family
                        .rulesByTable()
                        .forEach((table, rules) ->
                            each.call(rules.chains(), version(family), table.toString()))))
        .register(registry);
    gauge("felix_iptables_rules", "Rules of ours.")
        .labelNames(IP_VERSION, "table")
        .callback(each ->
            families()
                .forEach(family ->
                    family
                        .rulesByTable()
                        .forEach((table, rules) ->
                            each.call(rules.rules(), version(family), table.toString()))))
        .register(registry);
  }

  private List<DataplaneCounts.Family> families() {
    DataplaneCounts now = dataplane;
    return now == null ? List.of() : now.families();
  }

  private static String version(DataplaneCounts.Family family) {
    return Integer.toString(family.family().version());
  }

  private static int stateNumber(SyncListener.Status status) {
    return switch (status) {
      case WAITING -> 1;
      case RESYNC -> 2;
      case IN_SYNC -> 3;
    };
  }

  private Summary summary(String name, String help) {
    return Summary.builder().name(name).help(help).register(registry);
  }

  private static GaugeWithCallback.Builder gauge(String name, String help) {
    return GaugeWithCallback.builder().name(name).help(help);
  }

  private void graphGauge(String name, String help, ToIntFunction<GraphCounts> value) {
    gauge(name, help)
        .callback(each -> {
          GraphCounts now = graph;
          each.call(now == null ? 0 : value.applyAsInt(now));
        })
        .register(registry);
  }

  private void counter(String name, String help, LongAdder value) {
    UnsuffixedCounter.register(
        registry, name, help, List.of(), each -> each.call(value.doubleValue()));
  }

  /// Adds what tells of the process and its JVM, once. It is apart since it costs an agent whose
  /// metrics nobody reads a part of its start.
  public synchronized void addProcess() {
    if (!withProcess) {
      withProcess = true;
      JvmMetrics.builder().register(registry);
    }
  }

  /// The same programs, their calls being counted. Call it once.
  public Iptables counted(Iptables iptables) {
    return new CountedIptables(iptables, execution, registry);
  }

  /// The same program, its calls being counted. Call it once.
  public IpSets counted(IpSets ipSets) {
    return new CountedIpSets(ipSets, execution, registry);
  }

  /// A further number that is read at each scrape.
  public void register(String name, String help, Reading value) {
    gauge(name, help).callback(each -> each.call(value.value())).register(registry);
  }

  /// A number that may be read on any thread.
  public interface Reading {
    double value();
  }

  public void onSyncStatus(SyncListener.Status status) {
    if (status == SyncListener.Status.RESYNC && syncStatus != status) {
      resyncs.increment();
    }
    syncStatus = status;
  }

  /// The calculation graph took in values of the datastore.
  public void onUpdates(int count, long nanos) {
    updates.add(count);
    updateSeconds.observe(nanos / 1e9);
  }

  /// The dataplane took results of the graph, and wrote.
  ///
  /// @param results how many it took
  public void onApply(
      int results, long nanos, ApplyReport report, GraphCounts graph, DataplaneCounts dataplane) {
    outputEvents.add(results);
    batchSize.observe(results);
    applySeconds.observe(nanos / 1e9);
    repairs.inc(report.repairs().size());
    if (!report.complete()) {
      applyFailures.increment();
    }
    this.graph = graph;
    this.dataplane = dataplane;
  }
}
