package io.margay.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/// Masquerading and floating addresses by real packets, in both IP versions. The router `gw` is the
/// world outside: it has no way back to workloads.
@TestMethodOrder(OrderAnnotation.class)
class NatIT {

  private static final String OUTSIDE = "172.30.0.1";
  private static final String OUTSIDE6 = "fd00:30::1";
  private static final String FLOATING = "203.0.113.5";
  private static final String FLOATING6 = "2001:db8:f::5";

  private static TunnelLab it;

  @BeforeAll
  static void up() {
    it = TunnelLab.up(Map.of("DefaultEndpointToHostAction", "RETURN"));
    pools(false);
    it.awaitRoute(1, "10.65.2.0/26", "via 172.30.0.12 dev eth1");
    it.awaitRoute(2, "fd00:65:1::/122", "via fd00:30::11 dev eth1");
    it.awaitReach("pod1", TunnelLab.podAddress(2));
    it.awaitReach("pod1", TunnelLab.podAddress6(2));
  }

  private static void pools(boolean natOutgoing) {
    it.apply(
        """
        - {apiVersion: v1, kind: ipPool, metadata: {cidr: 10.65.0.0/16}, spec: {nat-outgoing: %1$s}}
        - {apiVersion: v1, kind: ipPool, metadata: {cidr: 'fd00:65::/32'}, spec: {nat-outgoing: %1$s}}
        """
            .formatted(natOutgoing));
  }

  @AfterAll
  static void down() {
    if (it != null) {
      it.close();
    }
  }

  @Test
  @Order(1)
  void withoutMasqueradingNobodyOutsideAnswers() {
    assertThat(it.reaches("pod1", OUTSIDE)).isFalse();
    assertThat(it.reaches("pod1", OUTSIDE6)).isFalse();
  }

  @Test
  @Order(2)
  void masqueradingGivesThePacketsTheHostsAddress() {
    count("gw", "iptables", TunnelLab.address(1));
    count("gw", "ip6tables", TunnelLab.address6(1));
    pools(true);
    it.awaitReach("pod1", OUTSIDE);
    it.awaitReach("pod1", OUTSIDE6);
    assertThat(counted("gw", "iptables", TunnelLab.address(1))).isPositive();
    assertThat(counted("gw", "ip6tables", TunnelLab.address6(1))).isPositive();
  }

  @Test
  @Order(3)
  void betweenPoolsAddressesStay() {
    count("pod2", "iptables", TunnelLab.podAddress(1));
    count("pod2", "ip6tables", TunnelLab.podAddress6(1));
    it.awaitReach("pod1", TunnelLab.podAddress(2));
    it.awaitReach("pod1", TunnelLab.podAddress6(2));
    assertThat(counted("pod2", "iptables", TunnelLab.podAddress(1))).isPositive();
    assertThat(counted("pod2", "ip6tables", TunnelLab.podAddress6(1))).isPositive();
  }

  @Test
  @Order(4)
  void aFloatingAddressReachesItsWorkloadFromEverywhere() {
    for (String place : List.of("gw", "node2")) {
      it.lab.in(place, "ip", "route", "add", FLOATING, "via", TunnelLab.address(1));
      it.lab.in(place, "ip", "route", "add", FLOATING6, "via", TunnelLab.address6(1));
      it.lab.in(
          place,
          "ip",
          "route",
          "add",
          TunnelLab.podAddress(1) + "/32",
          "via",
          TunnelLab.address(1));
    }
    floating(
        "ipNATs: [{internalIP: 10.65.1.1, externalIP: %s}, {internalIP: 'fd00:65:1::1', externalIP: '%s'}],"
            .formatted(FLOATING, FLOATING6));
    for (String place : List.of("gw", "node2", "node1", "pod2", "pod1")) {
      it.awaitReach(place, FLOATING);
      it.awaitReach(place, FLOATING6);
    }
    // To itself it comes from its own floating address, so that the answer goes the same way back.
    count("pod1", "iptables", FLOATING);
    count("pod1", "ip6tables", FLOATING6);
    it.awaitReach("pod1", FLOATING);
    it.awaitReach("pod1", FLOATING6);
    assertThat(counted("pod1", "iptables", FLOATING)).isPositive();
    assertThat(counted("pod1", "ip6tables", FLOATING6)).isPositive();
  }

  @Test
  @Order(5)
  void policyDecidesAboutTheAddressInside() {
    it.apply(
        """
        - apiVersion: v1
          kind: policy
          metadata: {name: floating}
          spec:
            selector: name == 'pod1'
            ingress: [{action: allow, source: {selector: name == 'pod2'}}]
            egress: [{action: allow}]
        """);
    SeedLab.awaitThat(() -> !it.reaches("gw", FLOATING), () -> "gw is denied");
    SeedLab.awaitThat(() -> !it.reaches("gw", FLOATING6), () -> "gw is denied by IPv6");
    it.awaitReach("pod2", TunnelLab.podAddress(1));
    it.lab.calicoctl("delete", "policy", "floating");
    it.awaitReach("gw", FLOATING);
  }

  @Test
  @Order(6)
  void aFloatingAddressGoesWithItsEntry() {
    floating("");
    SeedLab.awaitThat(() -> !it.reaches("gw", FLOATING), () -> "the address is gone");
    SeedLab.awaitThat(() -> !it.reaches("gw", FLOATING6), () -> "the IPv6 address is gone");
    assertThat(it.lab.in("node1", "iptables-save", "-t", "nat")).doesNotContain(FLOATING);
    assertThat(it.lab.in("node1", "ip6tables-save", "-t", "nat")).doesNotContain(FLOATING6);
    assertThat(it.lab.in("node1", "ip", "route")).doesNotContain(FLOATING);
    assertThat(it.lab.in("node1", "conntrack", "-L")).doesNotContain(FLOATING);
  }

  private static void floating(String nats) {
    it.apply(
        """
        - apiVersion: v1
          kind: workloadEndpoint
          metadata: {name: eth0, workload: pod1, orchestrator: lab, node: node1, labels: {name: pod1}}
          spec: {interfaceName: cali1, profiles: [open], %s ipNetworks: [10.65.1.1, 'fd00:65:1::1']}
        """
            .formatted(nats));
  }

  /// Has a place count what comes in from an address.
  private static void count(String place, String iptables, String source) {
    it.lab.in(place, iptables, "-I", "INPUT", "-s", source);
  }

  private static long counted(String place, String iptables, String source) {
    return it.lab
        .in(place, iptables, "-nvxL", "INPUT")
        .lines()
        .filter(line -> line.contains(source + " ") || line.contains(source + "/"))
        .mapToLong(line -> Long.parseLong(line.strip().split(" +")[0]))
        .sum();
  }
}
