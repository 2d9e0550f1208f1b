package io.margay.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.model.ResourceKey.PolicyKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/// VXLAN between real kernels, in both IP versions.
@TestMethodOrder(OrderAnnotation.class)
class VxlanIT {

  private static TunnelLab it;

  @BeforeAll
  static void up() {
    it = TunnelLab.up(Map.of("DefaultEndpointToHostAction", "RETURN"));
    vxlan("Always");
  }

  private static void vxlan(String mode) {
    it.apply(
        """
        - {apiVersion: v1, kind: ipPool, metadata: {cidr: 10.65.0.0/16}, spec: {vxlanMode: %1$s}}
        - {apiVersion: v1, kind: ipPool, metadata: {cidr: 'fd00:65::/32'}, spec: {vxlanMode: %1$s}}
        """
            .formatted(mode));
  }

  @AfterAll
  static void down() {
    if (it != null) {
      it.close();
    }
  }

  @Test
  @Order(1)
  void everybodyReachesEverybodyThroughTheTunnels() {
    it.awaitRoute(1, "10.65.2.0/26", "via 172.30.0.12 dev vxlan.calico proto bird onlink");
    it.awaitRoute(1, "10.65.3.0/26", "via 172.30.1.13 dev vxlan.calico proto bird onlink");
    it.awaitRoute(1, "fd00:65:3::/122", "dev vxlan-v6.calico");
    it.awaitEverybodyReachesEverybody(true);

    // Both hosts take one from the 64 that a packet starts with, the router between them none.
    assertThat(it.lab.in("pod1", "ping", "-n", "-c", "1", TunnelLab.podAddress(3)))
        .contains("ttl=62");
    assertThat(it.lab.in("pod1", "ping", "-n", "-c", "1", TunnelLab.podAddress6(3)))
        .contains("ttl=62");
    assertThat(it.lab.in("node1", "ip", "-d", "link", "show", "vxlan.calico"))
        .contains("mtu 1410", "id 4096", "local 172.30.0.11", "dstport 4789", "nolearning");
  }

  @Test
  @Order(2)
  void policyHoldsBehindTheTunnel() {
    it.apply(
        """
        - apiVersion: v1
          kind: policy
          metadata: {name: guarded}
          spec:
            selector: name == 'pod3'
            ingress: [{action: allow, source: {selector: name == 'pod1'}}]
            egress: [{action: allow}]
        """);
    SeedLab.awaitThat(() -> !it.reaches("pod2", TunnelLab.podAddress(3)), () -> "pod2 is denied");
    SeedLab.awaitThat(() -> !it.reaches("pod2", TunnelLab.podAddress6(3)), () -> "by IPv6 too");
    it.awaitReach("pod1", TunnelLab.podAddress(3));
    it.awaitReach("pod1", TunnelLab.podAddress6(3));
    it.lab.delete(new PolicyKey("guarded"));
    it.awaitReach("pod2", TunnelLab.podAddress(3));
  }

  @Test
  @Order(3)
  void aRestartWritesNothingAndLosesNothing() throws Exception {
    Path output = it.lab.lab.directory().node("node1").resolve("agent.out");
    var flow = RunningFlow.start(it.lab, "pod1", TunnelLab.podAddress(3));
    it.lab.killAgent("node1");
    int toldBefore = text(output).length();
    it.lab.startAgent("node1");
    SeedLab.awaitThat(
        () ->
            it.lab.in("node1", "ss", "-tnH", "state", "established").contains(TunnelLab.address(3)),
        () -> "the sessions are up again");

    assertThat(flow.gaps()).isEmpty();
    assertThat(text(output).substring(toldBefore))
        .contains("Ready:")
        .doesNotContain("Wrote ", "Learned route:");
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new LabException("cannot read " + file, e);
    }
  }

  @Test
  @Order(4)
  void whatOthersChangeIsPutBack() {
    it.lab.in("node1", "ip", "link", "del", "vxlan.calico");
    it.awaitReach("pod1", TunnelLab.podAddress(3));
    it.awaitReach("node1", TunnelLab.podAddress(3));

    it.lab.in("node1", "ip", "neigh", "del", TunnelLab.address(3), "dev", "vxlan.calico");
    awaitRepair("Put back: neighbour 172.30.1.13 lladdr");
    it.lab.in(
        "node1",
        "sh",
        "-c",
        "bridge fdb replace $(ip netns exec node3 cat /sys/class/net/vxlan.calico/address)"
            + " dst 172.30.0.99 dev vxlan.calico self permanent");
    awaitRepair("Put back: forwarding entry");
    it.lab.in("node1", "ip", "link", "set", "vxlan.calico", "mtu", "1000");
    awaitRepair("Put back: tunnel vxlan.calico");
    it.lab.in("node1", "ip", "link", "set", "vxlan.calico", "address", "66:00:00:00:00:01");
    it.awaitReach("pod1", TunnelLab.podAddress(3));
    assertThat(it.lab.in("node1", "ip", "link", "show", "vxlan.calico"))
        .contains("mtu 1410")
        .doesNotContain("66:00:00:00:00:01");
  }

  private static void awaitRepair(String told) {
    SeedLab.awaitThat(
        () -> it.lab.agentOutput("node1").contains(told),
        () -> "the log says '" + told + "': " + it.lab.agentOutput("node1"));
  }

  @Test
  @Order(5)
  void aHostThatIsNoNodeCannotSendIntoTheTunnel() {
    it.lab.in(
        "gw",
        "sh",
        "-c",
        "ip link add vx type vxlan id 4096 remote 172.30.0.11 dstport 4789 local 172.30.0.1"
            + " && ip addr add 10.65.9.9/32 dev vx && ip link set vx up"
            + " && ip route add 10.65.1.1/32 dev vx"
            + " && ip neigh add 10.65.1.1 lladdr $(ip netns exec node1 cat"
            + " /sys/class/net/vxlan.calico/address) dev vx nud permanent");
    assertThat(it.reaches("gw", TunnelLab.podAddress(1))).isFalse();
    assertThat(it.lab.in("node1", "iptables", "-nvxL", "cali-INPUT"))
        .containsPattern("(?m)^ *[1-9]\\d* .*DROP .*Drop VXLAN packets from non-Calico hosts");
    it.lab.in("gw", "ip", "link", "del", "vx");
  }

  @Test
  @Order(5)
  void aWorkloadCannotSendIntoTheTunnel() {
    it.lab.in(
        "pod1",
        "sh",
        "-c",
        "ip link add vx type vxlan id 4096 remote 172.30.1.13 dstport 4789 local 10.65.1.1"
            + " && ip addr add 10.65.9.8/32 dev vx && ip link set vx up"
            + " && ip route add 10.65.3.1/32 dev vx"
            + " && ip neigh add 10.65.3.1 lladdr $(ip netns exec node3 cat"
            + " /sys/class/net/vxlan.calico/address) dev vx nud permanent");
    assertThat(it.reaches("pod1", TunnelLab.podAddress(3))).isFalse();
    assertThat(it.lab.in("node1", "iptables", "-nvxL", "cali-FORWARD"))
        .containsPattern("(?m)^ *[1-9]\\d* .*DROP .*Drop VXLAN packets from workloads");
    it.lab.in("pod1", "ip", "link", "del", "vx");
    it.awaitReach("pod1", TunnelLab.podAddress(3));
  }

  @Test
  @Order(6)
  void crossSubnetTunnelsOnlyBetweenSubnets() {
    vxlan("CrossSubnet");
    it.awaitRoute(1, "10.65.2.0/26", "via 172.30.0.12 dev eth1");
    it.awaitRoute(1, "10.65.3.0/26", "via 172.30.1.13 dev vxlan.calico proto bird onlink");
    it.awaitRoute(1, "fd00:65:2::/122", "via fd00:30::12 dev eth1");
    it.awaitRoute(3, "fd00:65:1::/122", "dev vxlan-v6.calico");
    it.awaitRoute(2, "10.65.1.0/26", "via 172.30.0.11 dev eth1");
    it.awaitEverybodyReachesEverybody(true);
  }

  @Test
  @Order(7)
  void withoutVxlanTheDevicesGo() {
    vxlan("Never");
    it.awaitRoute(1, "10.65.3.0/26", "via 172.30.0.1 dev eth1");
    SeedLab.awaitThat(
        () -> !it.lab.in("node1", "ip", "link").contains("calico"), () -> "no device is left");
    assertThat(it.lab.in("node1", "iptables-save")).doesNotContain("4789", "vxlan");
    assertThat(it.lab.in("node1", "ipset", "list", "-name")).doesNotContain("vxlan");
  }
}
