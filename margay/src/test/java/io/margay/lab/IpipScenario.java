package io.margay.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.model.ResourceKey.PolicyKey;
import java.lang.management.ManagementFactory;
import java.util.Map;

/// IP in IP between real kernels. A program of its own, as it may have to run in an emulated
/// machine with a kernel that has it (`build/in-vm.sh`), where everything takes twenty times as
/// long: so it does few things.
public final class IpipScenario {

  /// What it prints at the end if all went well.
  static final String PASSED = "IPIP: all passed";

  private IpipScenario() {}

  /// @param arguments none
  public static void main(String[] arguments) {
    try (TunnelLab it = TunnelLab.up(Map.of("DefaultEndpointToHostAction", "RETURN"))) {
      say("three agents run");
      ipip(it, "always");
      it.awaitRoute(1, "10.65.2.0/26", "via 172.30.0.12 dev tunl0 proto bird onlink");
      it.awaitRoute(1, "10.65.3.0/26", "via 172.30.1.13 dev tunl0 proto bird onlink");
      it.awaitEverybodyReachesEverybody(false);
      assertThat(it.lab.in("pod1", "ping", "-n", "-c", "1", TunnelLab.podAddress(3)))
          .contains("ttl=62");
      assertThat(it.lab.in("node1", "ip", "addr", "show", "tunl0"))
          .contains("mtu 1440")
          .containsPattern("inet 10\\.65\\.1\\.\\d+/32");
      assertThat(it.lab.in("node1", "ipset", "list", "cali4-all-hosts"))
          .contains("172.30.0.11", "172.30.0.12", "172.30.1.13");
      say("mode always: every workload and every host reaches every workload");

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
      it.awaitReach("pod1", TunnelLab.podAddress(3));
      it.lab.delete(new PolicyKey("guarded"));
      say("policy holds behind the tunnel");

      // The router is no node: what it wraps is dropped where it arrives.
      it.lab.in(
          "gw",
          "sh",
          "-c",
          "ip tunnel add stranger mode ipip remote 172.30.0.11 local 172.30.0.1"
              + " && ip addr add 10.65.9.9/32 dev stranger && ip link set stranger up"
              + " && ip route add 10.65.1.1/32 dev stranger");
      assertThat(it.reaches("gw", TunnelLab.podAddress(1))).isFalse();
      assertThat(it.lab.in("node1", "iptables", "-nvxL", "cali-INPUT"))
          .containsPattern("(?m)^ *[1-9]\\d* .*DROP .*Drop IPIP packets from non-Calico hosts");
      say("a host that is no node cannot send into the tunnel");

      // Nor is a workload, whatever its policy allows.
      it.lab.in(
          "pod1",
          "sh",
          "-c",
          "ip tunnel add sneak mode ipip remote 172.30.1.13 local 10.65.1.1"
              + " && ip addr add 10.65.9.8/32 dev sneak && ip link set sneak up"
              + " && ip route add 10.65.3.1/32 dev sneak");
      assertThat(it.reaches("pod1", TunnelLab.podAddress(3))).isFalse();
      assertThat(it.lab.in("node1", "iptables", "-nvxL", "cali-FORWARD"))
          .containsPattern("(?m)^ *[1-9]\\d* .*DROP .*Drop IPIP packets from workloads");
      it.lab.in("pod1", "ip", "link", "del", "sneak");
      say("a workload cannot send into the tunnel");

      it.lab.in("node1", "ip", "addr", "flush", "dev", "tunl0");
      it.lab.in("node1", "ip", "link", "set", "tunl0", "down");
      it.awaitReach("pod1", TunnelLab.podAddress(3));
      it.awaitReach("node1", TunnelLab.podAddress(3));
      say("a device that someone has changed is repaired");

      ipip(it, "cross-subnet");
      it.awaitRoute(1, "10.65.2.0/26", "via 172.30.0.12 dev eth1");
      it.awaitRoute(1, "10.65.3.0/26", "via 172.30.1.13 dev tunl0 proto bird onlink");
      it.awaitRoute(2, "10.65.1.0/26", "via 172.30.0.11 dev eth1");
      it.awaitRoute(3, "10.65.1.0/26", "via 172.30.0.11 dev tunl0 proto bird onlink");
      it.awaitEverybodyReachesEverybody(false);
      say("mode cross-subnet: tunnels between subnets alone");
    }
    System.out.println(PASSED);
  }

  private static void ipip(TunnelLab it, String mode) {
    it.apply(
        "- {apiVersion: v1, kind: ipPool, metadata: {cidr: 10.65.0.0/16}, spec: {ipip: {enabled: true, mode: %s}}}\n"
            .formatted(mode));
  }

  private static void say(String what) {
    long seconds = ManagementFactory.getRuntimeMXBean().getUptime() / 1000;
    System.out.println("IPIP: %s (%d s)".formatted(what, seconds));
  }
}
