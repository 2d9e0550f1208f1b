package io.margay.agent.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.linux.CommandIpSets;
import io.margay.linux.CommandIptables;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class AgentMetricsTest {

  /// What Felix 2.1 offers of its own, but for its log's.
  private static final List<String> FELIX =
      List.of(
          "felix_active_local_endpoints",
          "felix_active_local_policies",
          "felix_active_local_selectors",
          "felix_active_local_tags",
          "felix_calc_graph_output_events",
          "felix_calc_graph_update_time_seconds",
          "felix_calc_graph_updates_processed",
          "felix_cluster_num_host_endpoints",
          "felix_cluster_num_hosts",
          "felix_cluster_num_workload_endpoints",
          "felix_exec_time_micros",
          "felix_int_dataplane_apply_time_seconds",
          "felix_int_dataplane_failures",
          "felix_int_dataplane_messages",
          "felix_int_dataplane_msg_batch_size",
          "felix_ipset_calls",
          "felix_ipset_errors",
          "felix_ipset_lines_executed",
          "felix_ipsets_calico",
          "felix_ipsets_total",
          "felix_iptables_chains",
          "felix_iptables_lines_executed",
          "felix_iptables_restore_calls",
          "felix_iptables_restore_errors",
          "felix_iptables_rules",
          "felix_iptables_save_calls",
          "felix_iptables_save_errors",
          "felix_resync_state",
          "felix_resyncs_started");

  @Test
  void hasTheMetricsOfFelixUnderTheirNames() {
    PrometheusRegistry registry = new PrometheusRegistry();
    AgentMetrics metrics = new AgentMetrics(registry);
    metrics.counted(new CommandIptables());
    metrics.counted(new CommandIpSets());

    Stream<String> names =
        registry.scrape().stream().map(each -> each.getMetadata().getPrometheusName());

    assertThat(names.filter(name -> name.startsWith("felix_")))
        .containsExactlyInAnyOrderElementsOf(FELIX);
  }
}
