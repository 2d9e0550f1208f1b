package io.margay.dataplane.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.calc.output.NodeUpdate;
import io.margay.calc.output.NodeUpdate.PolicyActive;
import io.margay.calc.output.NodeUpdate.ProfileActive;
import io.margay.calc.output.NodeUpdate.WorkloadEndpointActive;
import io.margay.dataplane.golden.RuleDump;
import io.margay.dataplane.golden.SaveSpelling;
import io.margay.dataplane.golden.SeedScenario;
import io.margay.kernel.iptables.Chain;
import io.margay.kernel.iptables.Table;
import io.margay.net.IpFamily;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Rendering against rules that Felix 2.1 wrote: the text and every hash.
class GoldenRulesTest {

  @Test
  void rendersWhatFelixHasOnTheHostOfTheFrontends() {
    assertThat(rendered(SeedScenario.slave1())).isEqualTo(RuleDump.golden("slave1"));
  }

  @Test
  void rendersWhatFelixHasOnTheHostOfTheDatabase() {
    assertThat(rendered(SeedScenario.slave2())).isEqualTo(RuleDump.golden("slave2"));
  }

  private static RuleDump rendered(List<NodeUpdate> updates) {
    StaticChains skeleton = new StaticChains(SeedScenario.CONFIG, IpFamily.IPV4, false);
    Map<String, Map<String, List<String>>> tables = new TreeMap<>();
    for (Table table : List.of(Table.RAW, Table.NAT, Table.FILTER)) {
      Stream<Chain> hooks =
          skeleton.hooks(table).entrySet().stream()
              .map(hook -> new Chain(hook.getKey(), hook.getValue()));
      Map<String, List<String>> chains = new TreeMap<>();
      Stream.of(hooks, skeleton.chains(table).stream(), chains(updates, table).stream())
          .flatMap(stream -> stream)
          .forEach(chain -> chains.put(chain.name(), SaveSpelling.of(chain)));
      tables.put(table.toString(), chains);
    }
    return new RuleDump(tables);
  }

  private static List<Chain> chains(List<NodeUpdate> updates, Table table) {
    PolicyChains policies = new PolicyChains(SeedScenario.CONFIG, IpFamily.IPV4);
    EndpointChains endpoints = new EndpointChains(SeedScenario.CONFIG.marks());
    List<Chain> raw = new ArrayList<>(DispatchChains.forHostEndpoints(List.of()));
    List<Chain> filter = new ArrayList<>(DispatchChains.forHostEndpoints(List.of()));
    List<String> interfaces = new ArrayList<>();
    for (NodeUpdate update : updates) {
      if (update instanceof PolicyActive(String name, var rules)) {
        raw.addAll(policies.policy(name, rules));
        filter.addAll(policies.policy(name, rules));
      } else if (update instanceof ProfileActive(String name, var rules)) {
        filter.addAll(policies.profile(name, rules));
      } else if (update instanceof WorkloadEndpointActive(var key, var workload)) {
        filter.addAll(endpoints.workload(workload));
        interfaces.add(workload.interfaceName());
      }
    }
    filter.addAll(DispatchChains.forWorkloads(interfaces));
    List<Chain> nat = new ArrayList<>(NatChains.floating(List.of(), IpFamily.IPV4));
    nat.add(NatChains.outgoing(false, IpFamily.IPV4));
    return switch (table) {
      case RAW -> raw;
      case NAT -> nat;
      case FILTER -> filter;
      case MANGLE -> List.of();
    };
  }
}
