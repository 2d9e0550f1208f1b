package io.margay.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.calc.output.AskedPolicies;
import io.margay.calc.output.NodeUpdate.HostEndpointActive;
import io.margay.calc.output.NodeUpdate.HostEndpointInactive;
import io.margay.calc.output.NodeUpdate.IpSetActive;
import io.margay.calc.output.NodeUpdate.LocalHostEndpoint;
import io.margay.calc.output.NodeUpdate.PolicyActive;
import io.margay.calc.output.NodeUpdate.ProfileActive;
import io.margay.dataplane.golden.SeedScenario;
import io.margay.kernel.Link;
import io.margay.model.ResourceKey.HostEndpointKey;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Host endpoints against a simulated kernel: which interfaces they govern, by which chains, and
/// what is said of them.
class HostEndpointsTest {

  private final Host host = new Host();

  @BeforeEach
  void aHostWithTwoInterfacesAndPolicies() {
    host.addLinks("eth0", "eth1");
    host.kernel.addAddress("eth0", "192.0.2.1/24");
    host.kernel.addAddress("eth1", "198.51.100.1/24");
    host.kernel.addAddress("eth1", "2001:db8::1/64");
    tellPolicies();
  }

  private void tellPolicies() {
    host.tell(
        new IpSetActive(SeedScenario.NAMESPACE_SET, Set.of()),
        new IpSetActive(SeedScenario.FRONTEND_SET, Set.of()));
    Stream.of("first", "second", "untracked")
        .forEach(name -> host.tell(new PolicyActive(name, SeedScenario.NAMESPACE_DEFAULT)));
    host.tell(new ProfileActive("prof", SeedScenario.PROFILE_DATABASE));
  }

  @Test
  void oneWithANameGovernsThatInterfaceInTableFilter() {
    host.tell(active("a", "eth0", List.of(), List.of("first", "second"), List.of()));
    assertThat(host.settle().complete()).isTrue();

    assertThat(rules("filter", "cali-from-host-endpoint"))
        .containsExactly("-i eth0 -g cali-fh-eth0");
    assertThat(rules("filter", "cali-to-host-endpoint")).containsExactly("-o eth0 -g cali-th-eth0");
    assertThat(rules("filter", "cali-fh-eth0"))
        .containsExactly(
            "-j cali-failsafe-in",
            "-j MARK --set-xmark 0x0/0x1000000",
            "\"Start of policies\" -j MARK --set-xmark 0x0/0x2000000",
            "-m mark --mark 0x0/0x2000000 -j cali-pi-first",
            "\"Return if policy accepted\" -m mark --mark 0x1000000/0x1000000 -j RETURN",
            "-m mark --mark 0x0/0x2000000 -j cali-pi-second",
            "\"Return if policy accepted\" -m mark --mark 0x1000000/0x1000000 -j RETURN",
            "\"Drop if no policies passed packet\" -m mark --mark 0x0/0x2000000 -j DROP",
            "-j cali-pri-prof",
            "\"Return if profile accepted\" -m mark --mark 0x1000000/0x1000000 -j RETURN",
            "\"Drop if no profiles matched\" -j DROP");
    assertThat(rules("filter", "cali-th-eth0"))
        .startsWith("-j cali-failsafe-out", "-j MARK --set-xmark 0x0/0x1000000")
        .contains("-m mark --mark 0x0/0x2000000 -j cali-po-first", "-j cali-pro-prof");
    assertThat(host.rules(IpFamily.IPV6).rules("filter", "cali-fh-eth0")).isNotEmpty();
    assertThat(rules("raw", "cali-from-host-endpoint")).isEmpty();
    assertThat(rules("raw", "cali-fh-eth0")).isEmpty();
    assertThat(host.hostStatuses).containsExactly(Map.entry("a", EndpointStatus.UP));
  }

  @Test
  void withoutPoliciesProfilesDecide() {
    host.tell(active("a", "eth0", List.of(), List.of(), List.of()));
    host.settle();
    assertThat(rules("filter", "cali-fh-eth0"))
        .containsExactly(
            "-j cali-failsafe-in",
            "-j MARK --set-xmark 0x0/0x1000000",
            "-j cali-pri-prof",
            "\"Return if profile accepted\" -m mark --mark 0x1000000/0x1000000 -j RETURN",
            "\"Drop if no profiles matched\" -j DROP");
  }

  @Test
  void untrackedPoliciesDecideInTableRawAndNowhereElse() {
    host.tell(
        active("a", "eth0", List.of(), List.of("first"), List.of("untracked")),
        active("b", "eth1", List.of(), List.of("first"), List.of()));
    host.settle();
    assertThat(rules("raw", "cali-from-host-endpoint")).containsExactly("-i eth0 -g cali-fh-eth0");
    assertThat(rules("raw", "cali-to-host-endpoint")).containsExactly("-o eth0 -g cali-th-eth0");
    assertThat(rules("raw", "cali-fh-eth0"))
        .containsExactly(
            "-j cali-failsafe-in",
            "-j MARK --set-xmark 0x0/0x1000000",
            "\"Start of policies\" -j MARK --set-xmark 0x0/0x2000000",
            "-m mark --mark 0x0/0x2000000 -j cali-pi-untracked",
            "-m mark --mark 0x1000000/0x1000000 -j NOTRACK",
            "\"Return if policy accepted\" -m mark --mark 0x1000000/0x1000000 -j RETURN");
    assertThat(rules("raw", "cali-th-eth0"))
        .startsWith("-j cali-failsafe-out")
        .contains("-m mark --mark 0x0/0x2000000 -j cali-po-untracked");
    assertThat(rules("filter", "cali-fh-eth0")).noneMatch(rule -> rule.contains("untracked"));
    assertThat(rules("filter", "cali-from-host-endpoint"))
        .containsExactly("-i eth0 -g cali-fh-eth0", "-i eth1 -g cali-fh-eth1");

    host.tell(active("a", "eth0", List.of(), List.of("first"), List.of()));
    host.settle();
    assertThat(rules("raw", "cali-from-host-endpoint")).isEmpty();
    assertThat(host.rules(IpFamily.IPV4).tables().get("raw")).doesNotContainKey("cali-fh-eth0");
    assertThat(rules("filter", "cali-fh-eth0")).isNotEmpty();
  }

  @Test
  void oneWithoutANameGovernsWhereItsAddressesAre() {
    host.tell(
        active(
            "a",
            null,
            List.of(IpAddress.parse("2001:db8::1"), IpAddress.parse("192.0.2.1")),
            List.of("first"),
            List.of()));
    host.settle();
    assertThat(governedInterfaces()).containsExactly("eth0", "eth1");

    host.kernel.removeAddress("eth1", "2001:db8::1/64");
    host.settle();
    assertThat(governedInterfaces()).containsExactly("eth0");

    host.kernel.removeAddress("eth0", "192.0.2.1/24");
    host.kernel.addAddress("eth1", "192.0.2.1/32");
    host.settle();
    assertThat(governedInterfaces()).containsExactly("eth1");
  }

  @Test
  void oneWithANameIsNotMatchedByItsAddresses() {
    host.tell(
        active("a", "eth1", List.of(IpAddress.parse("192.0.2.1")), List.of("first"), List.of()));
    host.settle();
    assertThat(governedInterfaces()).containsExactly("eth1");
  }

  @Test
  void ofSeveralTheFirstByNameGoverns() {
    host.tell(
        active("b", "eth0", List.of(), List.of("second"), List.of()),
        active("a", null, List.of(IpAddress.parse("192.0.2.1")), List.of("first"), List.of()));
    host.settle();
    assertThat(rules("filter", "cali-fh-eth0"))
        .anyMatch(rule -> rule.endsWith("cali-pi-first"))
        .noneMatch(rule -> rule.endsWith("cali-pi-second"));
    assertThat(host.hostStatuses)
        .containsOnly(Map.entry("a", EndpointStatus.UP), Map.entry("b", EndpointStatus.ERROR));

    host.tell(new HostEndpointInactive(new HostEndpointKey("slave1", "a")));
    host.settle();
    assertThat(rules("filter", "cali-fh-eth0")).anyMatch(rule -> rule.endsWith("cali-pi-second"));
    assertThat(host.hostStatuses).containsExactly(Map.entry("b", EndpointStatus.UP));
  }

  @Test
  void aWorkloadsInterfaceIsNoHostInterface() {
    host.addLinks("cali0ef24b1");
    host.kernel.addAddress("cali0ef24b1", "203.0.113.1/32");
    host.tell(
        active("a", "cali0ef24b1", List.of(), List.of("first"), List.of()),
        active("b", null, List.of(IpAddress.parse("203.0.113.1")), List.of("first"), List.of()));
    host.settle();
    assertThat(governedInterfaces()).isEmpty();
    assertThat(host.hostStatuses)
        .containsOnly(Map.entry("a", EndpointStatus.ERROR), Map.entry("b", EndpointStatus.ERROR));
  }

  @Test
  void followsInterfacesThatComeGoAndAreRenamed() {
    host.tell(
        active("a", null, List.of(IpAddress.parse("203.0.113.1")), List.of("first"), List.of()));
    host.settle();
    assertThat(host.hostStatuses).containsExactly(Map.entry("a", EndpointStatus.ERROR));

    host.kernel.addLink("eth2");
    host.kernel.addAddress("eth2", "203.0.113.1/24");
    host.settle();
    assertThat(governedInterfaces()).containsExactly("eth2");
    assertThat(host.hostStatuses).containsExactly(Map.entry("a", EndpointStatus.DOWN));

    host.kernel.setLinkUp("eth2");
    host.settle();
    assertThat(host.hostStatuses).containsExactly(Map.entry("a", EndpointStatus.UP));

    var eth2 =
        host.kernel.links().list().stream()
            .filter(link -> link.name().equals("eth2"))
            .findFirst()
            .orElseThrow();
    host.dataplane().onLink(new Link(eth2.index(), "wan0", true, true, eth2.mtu(), eth2.mac()));
    host.settle();
    assertThat(governedInterfaces()).containsExactly("wan0");

    host.dataplane().onLinks(host.kernel.links().list());
    host.dataplane().onAddresses(host.kernel.links().addresses());
    host.kernel.removeLink("eth2");
    host.settle();
    assertThat(governedInterfaces()).isEmpty();
    assertThat(host.hostStatuses).containsExactly(Map.entry("a", EndpointStatus.ERROR));
  }

  @Test
  void isUpOnlyIfAllItsInterfacesAre() {
    host.tell(
        active(
            "a",
            null,
            List.of(IpAddress.parse("192.0.2.1"), IpAddress.parse("198.51.100.1")),
            List.of("first"),
            List.of()));
    host.settle();
    assertThat(host.hostStatuses).containsExactly(Map.entry("a", EndpointStatus.UP));
    host.kernel.setLinkDown("eth1");
    host.settle();
    assertThat(host.hostStatuses).containsExactly(Map.entry("a", EndpointStatus.DOWN));
  }

  @Test
  void isInErrorUntilItsRulesCanBeWritten() {
    host.kernel.failAlways("iptables-restore", "*filter", "no");
    host.tell(active("a", "eth0", List.of(), List.of("first"), List.of()));
    assertThat(host.settle().complete()).isFalse();
    assertThat(host.hostStatuses).containsExactly(Map.entry("a", EndpointStatus.ERROR));
    host.kernel.heal();
    assertThat(host.settle().complete()).isTrue();
    assertThat(host.hostStatuses).containsExactly(Map.entry("a", EndpointStatus.UP));
  }

  @Test
  void aRestartWithNothingChangedWritesNothing() {
    host.tell(active("a", "eth0", List.of(), List.of("first"), List.of("untracked")));
    host.settle();
    Map<String, Object> before = host.everything();
    host.kernel.forgetWrites();
    host.restart();
    tellPolicies();
    host.tell(active("a", "eth0", List.of(), List.of("first"), List.of("untracked")));
    host.settle();
    assertThat(host.kernel.writes()).isEmpty();
    assertThat(host.everything()).isEqualTo(before);
  }

  @Test
  void aRemovedOneLeavesNothing() {
    host.settle();
    Map<String, Object> before = host.everything();
    host.tell(active("a", "eth0", List.of(), List.of("first"), List.of("untracked")));
    host.settle();
    host.tell(new HostEndpointInactive(new HostEndpointKey("slave1", "a")));
    host.settle();
    assertThat(host.everything()).isEqualTo(before);
    assertThat(host.hostStatuses).isEmpty();
  }

  private static HostEndpointActive active(
      String name,
      @Nullable String interfaceName,
      List<IpAddress> expectedIps,
      List<String> policies,
      List<String> untracked) {
    return new HostEndpointActive(
        new HostEndpointKey("slave1", name),
        new LocalHostEndpoint(
            interfaceName,
            expectedIps,
            AskedPolicies.inBothDirections(policies),
            AskedPolicies.inBothDirections(untracked),
            List.of("prof")));
  }

  private List<String> governedInterfaces() {
    return host.rules(IpFamily.IPV4).tables().get("filter").keySet().stream()
        .filter(chain -> chain.startsWith("cali-fh-"))
        .map(chain -> chain.substring("cali-fh-".length()))
        .toList();
  }

  /// Rules without our hash; a comment for readers without its option.
  private List<String> rules(String table, String chain) {
    return host.rules(IpFamily.IPV4).rules(table, chain).stream()
        .map(rule -> rule.replaceFirst("-m comment --comment \"cali:[^\"]*\" ?", ""))
        .map(rule -> rule.replaceFirst("-m comment --comment (?=\")", ""))
        .toList();
  }
}
