package io.margay.dataplane;

import static io.margay.dataplane.golden.SeedScenario.key;
import static org.assertj.core.api.Assertions.assertThat;

import io.margay.calc.output.AskedPolicies;
import io.margay.calc.output.NodeUpdate.LocalWorkload;
import io.margay.calc.output.NodeUpdate.WorkloadEndpointActive;
import io.margay.calc.output.NodeUpdate.WorkloadEndpointInactive;
import io.margay.kernel.NextHop;
import io.margay.kernel.Route;
import io.margay.kernel.iptables.Table;
import io.margay.model.WorkloadEndpoint.IpNat;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import io.margay.net.MacAddress;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Endpoints that contradict one another, change, or ask for what cannot be had.
class WorkloadsTest {

  private static final MacAddress MAC = MacAddress.parse("ca:fe:00:00:00:01");

  private final Host host = new Host();

  @BeforeEach
  void twoInterfaces() {
    host.addLinks("cali1", "cali2");
    host.settle();
    host.kernel.forgetWrites();
  }

  @Test
  void ipv6AddressesGetRoutesAndNoNeighbourEntries() {
    host.tell(active("a", workload("cali1", "10.0.0.1", "fd00::1")));
    host.settle();
    assertThat(host.routes()).containsExactly("10.0.0.1/32 dev cali1", "fd00::1/128 dev cali1");
    assertThat(host.neighbours()).containsExactly("10.0.0.1 " + MAC + " cali1");
  }

  @Test
  void floatingAddressesAreRoutedToo() {
    IpNat nat = new IpNat(IpAddress.parse("10.0.0.1"), IpAddress.parse("192.0.2.1"));
    LocalWorkload workload =
        new LocalWorkload(
            "cali1",
            true,
            null,
            List.of(IpPrefix.parse("10.0.0.1/32")),
            List.of(nat),
            AskedPolicies.NONE,
            List.of());
    host.tell(active("a", workload));
    host.settle();
    assertThat(host.routes())
        .containsExactlyInAnyOrder("10.0.0.1/32 dev cali1", "192.0.2.1/32 dev cali1");
    assertThat(host.neighbours()).isEmpty();
    assertThat(host.rules(IpFamily.IPV4).rules("nat", "cali-fip-dnat")).hasSize(1);

    host.tell(new WorkloadEndpointInactive(key("host", "a")));
    host.settle();
    assertThat(host.routes()).isEmpty();
    assertThat(host.rules(IpFamily.IPV4).rules("nat", "cali-fip-dnat")).isEmpty();
  }

  @Test
  void anEndpointOutOfServiceHasNoRouteAndIsDown() {
    LocalWorkload inService = workload("cali1", "10.0.0.1");
    host.tell(active("a", inService));
    host.settle();
    host.tell(
        active(
            "a",
            new LocalWorkload(
                "cali1",
                false,
                MAC,
                inService.networks(),
                List.of(),
                AskedPolicies.NONE,
                List.of())));
    host.settle();
    assertThat(host.routes()).isEmpty();
    assertThat(host.neighbours()).isEmpty();
    assertThat(host.rules(IpFamily.IPV4).rules("filter", "cali-tw-cali1")).hasSize(1);
    assertThat(host.statusEvents).containsExactly("a up", "a down");
  }

  @Test
  void anEndpointThatChangesItsInterfaceTakesEverythingAlong() {
    host.tell(active("a", workload("cali1", "10.0.0.1")));
    host.settle();
    host.tell(active("a", workload("cali2", "10.0.0.1")));
    host.settle();
    assertThat(host.routes()).containsExactly("10.0.0.1/32 dev cali2");
    assertThat(host.neighbours()).containsExactly("10.0.0.1 " + MAC + " cali2");
    assertThat(host.kernel.iptables().chainNames(IpFamily.IPV4, Table.FILTER))
        .contains("cali-tw-cali2", "cali-fw-cali2")
        .doesNotContain("cali-tw-cali1", "cali-fw-cali1");
    assertThat(host.kernel.writes("conntrack delete")).containsExactly("10.0.0.1");
  }

  @Test
  void ofTwoEndpointsOnOneInterfaceTheFirstByNameHasItWhateverTheOrder() {
    host.tell(active("b", workload("cali1", "10.0.0.2")));
    host.settle();
    host.tell(active("a", workload("cali1", "10.0.0.1")));
    host.settle();
    assertThat(host.routes()).containsExactly("10.0.0.1/32 dev cali1");
    assertThat(host.statuses)
        .containsEntry(key("host", "a"), EndpointStatus.UP)
        .containsEntry(key("host", "b"), EndpointStatus.ERROR);

    host.tell(new WorkloadEndpointInactive(key("host", "a")));
    host.settle();
    assertThat(host.routes()).containsExactly("10.0.0.2/32 dev cali1");
    assertThat(host.statuses).containsOnlyKeys(key("host", "b"));
    assertThat(host.statuses).containsEntry(key("host", "b"), EndpointStatus.UP);
  }

  @Test
  void ofTwoEndpointsWithOneAddressOneHasTheRouteAndTheOtherInheritsIt() {
    host.tell(
        active("b", workload("cali2", "10.0.0.1")), active("a", workload("cali1", "10.0.0.1")));
    host.settle();
    assertThat(host.routes()).containsExactly("10.0.0.1/32 dev cali1");
    assertThat(host.statuses).containsEntry(key("host", "b"), EndpointStatus.ERROR);

    host.tell(new WorkloadEndpointInactive(key("host", "a")));
    host.settle();
    assertThat(host.routes()).containsExactly("10.0.0.1/32 dev cali2");
    assertThat(host.statuses).containsEntry(key("host", "b"), EndpointStatus.UP);
  }

  @Test
  void anInterfaceWithoutTheWorkloadPrefixIsLeftAlone() {
    host.addLinks("eth0");
    host.tell(active("a", workload("eth0", "10.0.0.1")));
    host.settle();
    assertThat(host.routes()).isEmpty();
    assertThat(host.neighbours()).isEmpty();
    assertThat(host.kernel.writes("sysctl write")).isEmpty();
    assertThat(host.statuses).containsEntry(key("host", "a"), EndpointStatus.ERROR);
  }

  @Test
  void anImpossibleInterfaceNameDoesNotBlockTheOthers() {
    host.tell(
        active("a", workload("cali-much-too-long-a-name", "10.0.0.1")),
        active("b", workload("cali2", "10.0.0.2")));
    assertThat(host.settle().complete()).isTrue();
    assertThat(host.statuses)
        .containsEntry(key("host", "a"), EndpointStatus.ERROR)
        .containsEntry(key("host", "b"), EndpointStatus.UP);
  }

  @Test
  void aLearnedRouteGivesWayToALocalWorkload() {
    host.addLinks("eth0");
    host.outside(kernel -> {
      kernel.addAddress("eth0", "192.0.2.1/24");
      kernel
          .routes()
          .add(
              new Route(
                  IpPrefix.parse("10.0.0.1/32"),
                  Route.Type.UNICAST,
                  Route.Protocols.BIRD,
                  Route.Scope.GLOBAL,
                  0,
                  List.of(NextHop.via(IpAddress.parse("192.0.2.9"), "eth0"))));
    });
    host.tell(active("a", workload("cali1", "10.0.0.1")));
    host.settle();
    assertThat(host.routes()).containsExactly("10.0.0.1/32 dev cali1");
    assertThat(host.statuses).containsEntry(key("host", "a"), EndpointStatus.UP);
  }

  @Test
  void aRouteOfSomeoneElseStaysAndPutsTheEndpointInError() {
    host.addLinks("eth0");
    host.outside(
        kernel -> kernel.routes().add(Route.onLink(IpPrefix.parse("10.0.0.1/32"), "eth0")));
    host.tell(active("a", workload("cali1", "10.0.0.1")));
    host.settle();
    assertThat(host.routes()).containsExactly("10.0.0.1/32 dev eth0");
    assertThat(host.statuses).containsEntry(key("host", "a"), EndpointStatus.ERROR);
  }

  @Test
  void staleConnectionsAreTriedAgainAndThenGivenUp() {
    host.tell(active("a", workload("cali1", "10.0.0.1")));
    host.settle();
    host.kernel.failAlways("conntrack delete", "10.0.0.1", "busy");
    host.tell(new WorkloadEndpointInactive(key("host", "a")));
    for (int attempt = 1; attempt <= 3; attempt++) {
      assertThat(host.settle().complete()).as("attempt %s", attempt).isFalse();
    }
    assertThat(host.settle().complete()).isTrue();
    assertThat(host.dataplane().needsApply()).isFalse();
  }

  private static WorkloadEndpointActive active(String name, LocalWorkload workload) {
    return new WorkloadEndpointActive(key("host", name), workload);
  }

  private static LocalWorkload workload(String interfaceName, String... addresses) {
    return new LocalWorkload(
        interfaceName,
        true,
        MAC,
        Arrays.stream(addresses).map(IpPrefix::parse).toList(),
        List.of(),
        AskedPolicies.NONE,
        List.of());
  }
}
