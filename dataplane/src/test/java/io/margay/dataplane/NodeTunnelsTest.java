package io.margay.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.calc.output.NodeUpdate.Encapsulation;
import io.margay.calc.output.NodeUpdate.HostAddressActive;
import io.margay.calc.output.NodeUpdate.PoolActive;
import io.margay.calc.output.NodeUpdate.PoolInactive;
import io.margay.calc.output.NodeUpdate.VtepActive;
import io.margay.calc.output.NodeUpdate.VtepInactive;
import io.margay.dataplane.config.DataplaneConfig;
import io.margay.dataplane.config.DataplaneConfig.Ipip;
import io.margay.dataplane.config.DataplaneConfig.Vxlan;
import io.margay.dataplane.golden.SeedScenario;
import io.margay.kernel.FdbEntry;
import io.margay.kernel.Neighbour;
import io.margay.kernel.fake.FakeKernel.Write;
import io.margay.kernel.tunnel.Tunnel;
import io.margay.kernel.tunnel.TunnelState;
import io.margay.model.Vtep;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import io.margay.net.Ipv4Address;
import io.margay.net.Ipv6Address;
import io.margay.net.MacAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Tunnel devices, and what VXLAN knows of other nodes, against a simulated kernel.
class NodeTunnelsTest {

  private static final MacAddress MAC_1 = MacAddress.parse("66:00:00:00:00:01");
  private static final MacAddress MAC_2 = MacAddress.parse("66:00:00:00:00:02");
  private static final PoolActive POOL =
      new PoolActive(IpPrefix.parse("10.65.0.0/16"), false, Encapsulation.VXLAN);
  private static final PoolActive POOL6 =
      new PoolActive(IpPrefix.parse("fd00:65::/64"), false, Encapsulation.VXLAN);
  private static final VtepActive SELF = vtep("node1", true, MAC_1, "192.0.2.1", "2001:db8::1");
  private static final VtepActive OTHER = vtep("node2", false, MAC_2, "192.0.2.2", "2001:db8::2");

  private static final DataplaneConfig IPIP =
      with(new Ipip(true, Ipv4Address.parse("10.65.0.9"), 1440), Vxlan.DEFAULT);
  private static final DataplaneConfig VXLAN =
      with(
          Ipip.OFF,
          new Vxlan(
              4096,
              4789,
              1410,
              1390,
              Ipv4Address.parse("10.65.0.9"),
              Ipv6Address.parse("fd00:65::9")));

  private final Host host = new Host();

  // IP in IP.

  @Test
  void ipipHasItsDeviceAndTheSetOfAllHosts() {
    host.restart(IPIP);
    host.tell(
        new HostAddressActive("node1", IpAddress.parse("192.0.2.1")),
        new HostAddressActive("node2", IpAddress.parse("192.0.2.2")));
    assertThat(host.settle().complete()).isTrue();

    assertThat(device("tunl0"))
        .contains(
            new TunnelState(
                "ipip",
                new Tunnel.Ipip("tunl0", 1440),
                true,
                Set.of(IpPrefix.parse("10.65.0.9/32"))));
    assertThat(host.kernel.ipSets().list().get("cali4-all-hosts").members())
        .containsExactlyInAnyOrder("192.0.2.1", "192.0.2.2");
    assertThat(host.rules(IpFamily.IPV4).rules("filter", "cali-INPUT"))
        .anyMatch(rule -> rule.contains("! --match-set cali4-all-hosts src"));
    assertThat(host.rules(IpFamily.IPV4).rules("nat", "cali-POSTROUTING"))
        .anyMatch(rule -> rule.contains("tunl0") && rule.endsWith("MASQUERADE"));
    host.kernel.forgetWrites();
    host.restart(IPIP);
    host.tell(
        new HostAddressActive("node1", IpAddress.parse("192.0.2.1")),
        new HostAddressActive("node2", IpAddress.parse("192.0.2.2")));
    host.settle();
    assertThat(host.kernel.writes()).isEmpty();
  }

  @Test
  void anotherTunnelAddressTakesThePlaceOfTheOld() {
    host.restart(IPIP);
    host.settle();
    host.dataplane()
        .reconfigure(with(new Ipip(true, Ipv4Address.parse("10.65.0.10"), 1400), Vxlan.DEFAULT));
    host.settle();
    assertThat(device("tunl0").orElseThrow().addresses())
        .containsExactly(IpPrefix.parse("10.65.0.10/32"));
    assertThat(device("tunl0").orElseThrow().tunnel()).isEqualTo(new Tunnel.Ipip("tunl0", 1400));
  }

  @Test
  void aKernelWithoutIpipDoesAllTheRest() {
    host.kernel.lackTunnels("ipip");
    host.addLinks("cali0ef24b1", "cali0ef24b2");
    host.restart(IPIP);
    host.tell(SeedScenario.slave1());
    assertThat(host.settle().complete()).isTrue();
    assertThat(device("tunl0")).isEmpty();
    assertThat(host.routes()).hasSize(2);
    assertThat(host.dataplane().needsApply()).isFalse();

    host.dataplane().resync();
    assertThat(host.settle().complete()).isTrue();
  }

  // VXLAN.

  @Test
  void aPoolWithVxlanGivesEachFamilyItsDeviceAndTheWayToTheOtherNode() {
    host.restart(VXLAN);
    host.tell(POOL, POOL6, SELF, OTHER);
    assertThat(host.settle().complete()).isTrue();

    assertThat(device("vxlan.calico"))
        .contains(
            new TunnelState(
                "vxlan",
                new Tunnel.Vxlan(
                    "vxlan.calico", 1410, 4096, 4789, MAC_1, IpAddress.parse("192.0.2.1")),
                true,
                Set.of(IpPrefix.parse("10.65.0.9/32"))));
    assertThat(device("vxlan-v6.calico").orElseThrow().tunnel())
        .isEqualTo(
            new Tunnel.Vxlan(
                "vxlan-v6.calico", 1390, 4096, 4789, MAC_1, IpAddress.parse("2001:db8::1")));
    assertThat(host.kernel.forwardingDatabase().list())
        .containsExactlyInAnyOrder(
            new FdbEntry("vxlan.calico", MAC_2, IpAddress.parse("192.0.2.2")),
            new FdbEntry("vxlan-v6.calico", MAC_2, IpAddress.parse("2001:db8::2")));
    assertThat(neighbours())
        .containsExactlyInAnyOrder(
            new Neighbour("vxlan.calico", IpAddress.parse("192.0.2.2"), MAC_2),
            new Neighbour("vxlan-v6.calico", IpAddress.parse("fe80::6400:ff:fe00:2"), MAC_2));
    assertThat(host.kernel.ipSets().list().get("cali4-all-vxlan-net").members())
        .containsExactlyInAnyOrder("192.0.2.1", "192.0.2.2");
    assertThat(host.kernel.ipSets().list().get("cali6-all-vxlan-net").members())
        .containsExactlyInAnyOrder("2001:db8::1", "2001:db8::2");
  }

  @Test
  void theDeviceComesAfterTheRulesThatSayWhoMaySend() {
    host.restart(VXLAN);
    host.tell(POOL, SELF, OTHER);
    host.settle();

    List<String> written = host.kernel.writes().stream().map(Write::toString).toList();
    int rules = indexOf(written, "Drop VXLAN packets from non-Calico hosts");
    int device = indexOf(written, "ip link add vxlan.calico");
    assertThat(rules).isNotNegative().isLessThan(device);
  }

  @Test
  void noDeviceIsMadeWhileItsRulesCannotBeWritten() {
    host.kernel.failAlways("iptables-restore", "*filter", "no");
    host.restart(VXLAN);
    host.tell(POOL, SELF, OTHER);
    assertThat(host.settle().complete()).isFalse();
    assertThat(device("vxlan.calico")).isEmpty();

    host.kernel.heal();
    assertThat(host.settle().complete()).isTrue();
    assertThat(device("vxlan.calico")).isPresent();
  }

  @Test
  void aRestartWithNothingChangedWritesNothing() {
    host.restart(VXLAN);
    host.tell(POOL, POOL6, SELF, OTHER);
    host.settle();
    host.kernel.forgetWrites();

    host.restart(VXLAN);
    host.tell(POOL, POOL6, SELF, OTHER);
    host.settle();
    assertThat(host.kernel.writes()).isEmpty();
  }

  @Test
  void whatOthersChangeIsPutBack() {
    host.restart(VXLAN);
    host.tell(POOL, SELF, OTHER);
    host.settle();
    FdbEntry right = host.kernel.forwardingDatabase().list().getFirst();
    host.outside(kernel ->
        kernel
            .forwardingDatabase()
            .replace(new FdbEntry("vxlan.calico", MAC_2, IpAddress.parse("192.0.2.9"))));
    host.settle();
    assertThat(host.kernel.forwardingDatabase().list()).containsExactly(right);

    host.outside(kernel -> kernel.neighbours().delete(neighbours().getFirst()));
    host.settle();
    assertThat(neighbours()).hasSize(1);

    host.outside(kernel -> kernel.tunnels().setUp("vxlan.calico", 900));
    host.settle();
    assertThat(device("vxlan.calico").orElseThrow().tunnel().mtu()).isEqualTo(1410);

    host.outside(kernel -> kernel.tunnels().delete("vxlan.calico"));
    host.settle();
    host.settle();
    assertThat(device("vxlan.calico")).isPresent();
    assertThat(host.kernel.forwardingDatabase().list()).containsExactly(right);
    assertThat(neighbours()).hasSize(1);
  }

  @Test
  void aNodeThatMovesOrGoesTakesItsEntriesAlong() {
    host.restart(VXLAN);
    host.tell(POOL, SELF, OTHER);
    host.settle();

    host.tell(vtep("node2", false, MAC_2, "192.0.2.3"));
    host.settle();
    assertThat(host.kernel.forwardingDatabase().list())
        .containsExactly(new FdbEntry("vxlan.calico", MAC_2, IpAddress.parse("192.0.2.3")));
    assertThat(neighbours())
        .containsExactly(new Neighbour("vxlan.calico", IpAddress.parse("192.0.2.3"), MAC_2));

    host.tell(new VtepInactive("node2"));
    host.settle();
    assertThat(host.kernel.forwardingDatabase().list()).isEmpty();
    assertThat(neighbours()).isEmpty();
  }

  @Test
  void withoutVxlanNothingOfItIsLeft() {
    host.restart(VXLAN);
    host.settle();
    var before = host.everything();

    host.tell(POOL, SELF, OTHER);
    host.settle();
    assertThat(host.everything()).isNotEqualTo(before);
    host.tell(new PoolActive(POOL.cidr(), false));
    host.settle();
    host.tell(new PoolInactive(POOL.cidr()));
    host.settle();

    assertThat(host.everything()).isEqualTo(before);
    assertThat(device("vxlan.calico")).isEmpty();
  }

  @Test
  void cleanupRemovesTheDevices() {
    host.restart(with(IPIP.ipip(), VXLAN.vxlan()));
    host.tell(POOL, POOL6, SELF, OTHER);
    host.settle();

    assertThat(Cleanup.run(VXLAN, host.access()).failures()).isEmpty();

    assertThat(device("vxlan.calico")).isEmpty();
    assertThat(device("vxlan-v6.calico")).isEmpty();
    assertThat(device("tunl0").orElseThrow().addresses()).isEmpty();
  }

  private static int indexOf(List<String> written, String fragment) {
    for (int i = 0; i < written.size(); i++) {
      if (written.get(i).contains(fragment)) {
        return i;
      }
    }
    return -1;
  }

  private Optional<TunnelState> device(String name) {
    return host.kernel.tunnels().read(name);
  }

  private List<Neighbour> neighbours() {
    return Stream.of(IpFamily.values())
        .flatMap(family -> host.kernel.neighbours().list(family).stream())
        .toList();
  }

  private static VtepActive vtep(String node, boolean local, MacAddress mac, String... addresses) {
    return new VtepActive(
        node, local, new Vtep(mac, Stream.of(addresses).map(IpAddress::parse).toList()));
  }

  private static DataplaneConfig with(Ipip ipip, Vxlan vxlan) {
    DataplaneConfig config = SeedScenario.CONFIG;
    return new DataplaneConfig(
        config.marks(),
        config.interfacePrefixes(),
        config.failsafeInboundPorts(),
        config.failsafeOutboundPorts(),
        config.endpointToHostAction(),
        config.openStack(),
        ipip,
        vxlan,
        config.logPrefix(),
        config.insertMode(),
        config.ipv6(),
        config.maxIpSetSize());
  }
}
