package io.margay.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.lab.CniLab.Container;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What the plugins say when something is wrong, and what they leave then: nothing.
class CniErrorsIT extends CniAcceptance {

  @Test
  void badInputIsToldByItsCode() {
    Container one = container("bad");
    String good = it.config("node1", "net");

    it.add(one, "{\"cniVersion\": ").failed(6, "line 1");
    it.add(one, "").failed(6, "network configuration");
    it.add(one, good.replace("\"name\": \"net\"", "\"name\": \"a b\"")).failed(7, "'a b'");
    it.add(one, it.config("node1", "9.9.9", "net", IPAM)).failed(1, "9.9.9", "1.1.0");
    it.add(one, it.config("node1", "1.0.0", "net", "")).failed(7, "ipam.type");
    it.add(one, it.config("node1", "1.0.0", "net", IPAM + ", \"policy\": {\"type\": \"x\"}"))
        .failed(2, "policy.type", "'x'");
    it.add(one, it.config("node1", "1.0.0", "net", IPAM + ", \"mtu\": 7")).failed(7, "mtu is 7");
    it.add(one, it.config("node1", "1.0.0", "net", IPAM + ", \"nodename\": \"node9\""))
        .failed(7, "node9", "node1");
    it.add(one, fromPool("fd00::/64")).failed(7, "ipv4_pools", "fd00::/64");
    it.add(one, fromPool("10.99.0.0/16")).failed(7, "10.99.0.0/16");
    it.add(new Container("bad", ""), good).failed(4, "CNI_NETNS");
    it.add(new Container("bad/id", one.netns()), good).failed(4, "CNI_CONTAINERID", "bad/id");
    it.add(new Container("bad", one.netns(), "much-too-long-name", ""), good)
        .failed(4, "CNI_IFNAME");
    it.add(new Container("bad", one.netns(), "eth0", "nonsense"), good).failed(4, "CNI_ARGS");
    it.add(new Container("bad", "/run/netns/missing"), good).failed(3, "/run/netns/missing");
    it.add(new Container("bad", "/run/netns/node1"), good).failed(4, "host's own");
    it.plugin("NONSENSE", one, good).failed(4, "NONSENSE");
    it.plugin("CHECK", one, it.config("node1", "0.3.1", "net", IPAM)).failed(1, "CHECK", "0.4.0");
    it.plugin("GC", one, good).failed(1, "GC", "1.1.0");
  }

  private static String fromPool(String cidr) {
    String ipam = ", \"ipam\": {\"type\": \"calico-ipam\", \"ipv4_pools\": [\"%s\"]}";
    return it.config("node1", "1.0.0", "net", ipam.formatted(cidr));
  }

  @Test
  void withoutAnAgentEverythingIsToBeTriedAgain() {
    Container one = container("down");
    String config = it.config("node1", "net").replace("cni.sock", "nobody.sock");

    it.add(one, config).failed(11, "nobody.sock", "margay node");
    it.plugin("DEL", one, config).failed(11, "nobody.sock");
    it.plugin("STATUS", one, config).failed(50, "nobody.sock");
    assertThat(in(one, "ip", "-o", "link")).doesNotContain("eth0");
  }

  @Test
  void anAgentThatWasKilledIsToldAndComesBack() {
    Container one = container("killed");
    String config = it.config("node2", "net");
    String address = it.add(one, config).address();
    String pid =
        it.lab.in("node2", "cat", it.socket("node2").resolveSibling("agent.pid").toString());
    it.lab.in("node2", "kill", "-9", pid.strip());
    SeedLab.awaitThat(
        () -> it.plugin("DEL", one, config).exitCode() == 1, () -> "the agent is gone");

    it.plugin("DEL", one, config).failed(11);
    it.lab.launchAgent("node2", List.of());
    it.lab.lab.awaitAgent(it.lab.host("node2"));

    assertThat(it.add(one, config).address()).isEqualTo(address);
    it.delete(one, config);
  }

  @Test
  void whatFailsAfterTheAddressLeavesNothing() {
    Container one = container("fails");
    in(one, "ip", "link", "set", "lo", "up");
    in(one, "ip", "route", "add", "default", "dev", "lo");

    it.add(one, it.config("node1", "net")).failed(100, "default route");

    it.assertNothingIsLeft();
    in(one, "ip", "route", "del", "default");
    it.add(one, it.config("node1", "net")).succeeded();
    it.delete(one, it.config("node1", "net"));
  }

  @Test
  void anInterfaceOfSomebodyElseStays() {
    Container one = container("occupied");
    in(one, "ip", "link", "add", "eth0", "type", "veth", "peer", "name", "other");

    it.add(one, it.config("node1", "net")).failed(100, "eth0 already");
    it.delete(one, it.config("node1", "net"));

    assertThat(in(one, "ip", "-o", "link")).contains("eth0");
  }
}
