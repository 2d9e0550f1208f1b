package io.margay.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.calc.output.AskedPolicies;
import io.margay.calc.output.NodeUpdate.HostEndpointActive;
import io.margay.calc.output.NodeUpdate.LocalHostEndpoint;
import io.margay.dataplane.golden.SeedScenario;
import io.margay.kernel.Route;
import io.margay.kernel.iptables.Table;
import io.margay.model.ResourceKey.HostEndpointKey;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.util.List;
import org.junit.jupiter.api.Test;

class CleanupTest {

  private static final String FOREIGN =
      """
      *filter
      :DOCKER - -
      -A FORWARD -m comment --comment "someone else's" --jump DOCKER
      -A DOCKER --jump RETURN
      COMMIT
      """;

  private final Host host = new Host();

  @Test
  void removesWhatIsOursAndNothingElse() {
    host.addLinks("eth0", "cali0ef24b1", "cali0ef24b2");
    host.kernel.addAddress("eth0", "192.0.2.1/24");
    host.outside(kernel -> {
      kernel.iptables().restore(IpFamily.IPV4, FOREIGN);
      kernel.ipSets().restore("create theirs hash:ip family inet\nadd theirs 192.0.2.9\n");
      kernel.routes().add(Route.onLink(IpPrefix.parse("198.51.100.0/24"), "eth0"));
    });
    List<String> filterBefore = foreignLines();
    var setsBefore = host.kernel.ipSets().list();
    var routesBefore = host.routes();

    host.tell(SeedScenario.slave1());
    host.tell(
        new HostEndpointActive(
            new HostEndpointKey("slave1", "wan"),
            new LocalHostEndpoint(
                "eth0",
                List.of(),
                AskedPolicies.inBothDirections("namespace-default"),
                AskedPolicies.inBothDirections("namespace-default"),
                List.of())));
    assertThat(host.settle().complete()).isTrue();
    assertThat(host.routes()).hasSizeGreaterThan(routesBefore.size());
    assertThat(host.neighbours()).isNotEmpty();

    ApplyReport report = Cleanup.run(SeedScenario.CONFIG, host.access());

    assertThat(report.failures()).isEmpty();
    for (IpFamily family : IpFamily.values()) {
      for (Table table : Table.values()) {
        assertThat(host.kernel.iptables().save(family, table)).doesNotContain("cali");
      }
    }
    assertThat(foreignLines()).isEqualTo(filterBefore);
    assertThat(host.kernel.ipSets().list()).isEqualTo(setsBefore);
    assertThat(host.routes()).isEqualTo(routesBefore);
    assertThat(host.neighbours()).isEmpty();

    host.kernel.forgetWrites();
    assertThat(Cleanup.run(SeedScenario.CONFIG, host.access()).changes()).isEmpty();
    assertThat(host.kernel.writes()).isEmpty();
  }

  @Test
  void saysWhatCouldNotBeRemovedAndRemovesTheRest() {
    host.tell(SeedScenario.slave1());
    host.settle();
    host.kernel.failAlways("iptables-restore", "*nat", "no");
    ApplyReport report = Cleanup.run(SeedScenario.CONFIG, host.access());
    assertThat(report.failures()).hasSize(1);
    assertThat(report.failures().getFirst()).hasMessageContaining("table nat");
    assertThat(host.kernel.iptables().save(IpFamily.IPV4, Table.FILTER)).doesNotContain("cali");
  }

  private List<String> foreignLines() {
    return host.kernel
        .iptables()
        .save(IpFamily.IPV4, Table.FILTER)
        .lines()
        .filter(line -> line.contains("DOCKER"))
        .toList();
  }
}
