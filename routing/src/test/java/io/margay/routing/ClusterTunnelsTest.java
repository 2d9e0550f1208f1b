package io.margay.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.datastore.Key;
import io.margay.kernel.NextHop;
import io.margay.kernel.Route;
import io.margay.kernel.Route.Protocols;
import io.margay.kernel.tunnel.Tunnel;
import io.margay.model.IpPool;
import io.margay.model.IpPool.Ipip;
import io.margay.model.IpPool.IpipMode;
import io.margay.model.IpPool.VxlanMode;
import io.margay.net.IpFamily;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Which learned routes lead into a tunnel: nodes 1 and 2 are in 172.30.0.0/24, node 3 behind a
/// router in 172.30.1.0/24; for IPv6 all are in one subnet, but node 3 has a /128 and so counts
/// itself out.
///
/// The hardware addresses are 66 and what sha1sum(1) begins with for the nodes' names.
class ClusterTunnelsTest {

  private static final String V4 = "10.65.0.0/16";
  private static final String V6 = "fd00:65::/64";

  private final Cluster cluster = new Cluster(1);
  private ClusterHost one;
  private ClusterHost two;
  private ClusterHost three;

  @BeforeEach
  void threeHosts() {
    one = cluster.host(1, 0);
    two = cluster.host(2, 0);
    three = cluster.host(3, 1);
    for (ClusterHost host : cluster.hosts()) {
      boolean first = host != three;
      host.staticRoute(
          first ? "172.30.1.0/24" : "172.30.0.0/24", first ? "172.30.0.1" : "172.30.1.1");
      host.kernel.outside(() -> {
        host.kernel.tunnels().create(new Tunnel.Ipip("tunl0", 1440));
        for (IpFamily family : IpFamily.values()) {
          host.kernel
              .tunnels()
              .create(
                  new Tunnel.Vxlan(
                      Encapsulation.vxlanDevice(family), 1400, 4096, 4789, null, null));
        }
      });
    }
    cluster.node("node1", null, one.ipv4 + "/24", one.ipv6 + "/126");
    cluster.node("node2", null, two.ipv4 + "/24", two.ipv6 + "/126");
    cluster.node("node3", null, three.ipv4 + "/24", three.ipv6 + "/128");
    plain();
    cluster.hosts().forEach(ClusterHost::startAgent);
    one.workload("10.65.0.1");
    two.workload("10.65.0.2");
    three.workload("10.65.0.3");
    two.workload("fd00:65::2");
    three.workload("fd00:65::3");
    cluster.settle();
  }

  @Test
  void withoutATunnelRoutesFollowTheWayToTheHost() {
    assertThat(routesOf(one))
        .containsExactly(
            "10.65.0.2/32 via 172.30.0.12 dev eth1",
            "10.65.0.3/32 via 172.30.0.1 dev eth1",
            "fd00:65::2/128 via fd00:30::12 dev eth1",
            "fd00:65::3/128 via fd00:30::13 dev eth1");
  }

  @Test
  void ipipLeadsToEveryHostOrToThoseOfOtherSubnets() {
    cluster.pool(V4, ipip(null));
    cluster.settle();
    assertThat(routesOf(one))
        .startsWith(
            "10.65.0.2/32 via 172.30.0.12 dev tunl0 onlink",
            "10.65.0.3/32 via 172.30.1.13 dev tunl0 onlink");

    cluster.pool(V4, ipip(IpipMode.CROSS_SUBNET));
    cluster.settle();
    assertThat(routesOf(one))
        .startsWith(
            "10.65.0.2/32 via 172.30.0.12 dev eth1",
            "10.65.0.3/32 via 172.30.1.13 dev tunl0 onlink");

    plain();
    cluster.settle();
    withoutATunnelRoutesFollowTheWayToTheHost();
  }

  @Test
  void vxlanLeadsToEveryHostOrToThoseOfOtherSubnets() {
    cluster.pool(V4, vxlan(VxlanMode.ALWAYS));
    cluster.pool(V6, vxlan(VxlanMode.ALWAYS));
    cluster.settle();
    assertThat(routesOf(one))
        .containsExactly(
            "10.65.0.2/32 via 172.30.0.12 dev vxlan.calico onlink",
            "10.65.0.3/32 via 172.30.1.13 dev vxlan.calico onlink",
            "fd00:65::2/128 via fe80::642d:bfff:fe44:a68b dev vxlan-v6.calico",
            "fd00:65::3/128 via fe80::64a4:6fff:fee0:c4da dev vxlan-v6.calico");

    cluster.pool(V4, vxlan(VxlanMode.CROSS_SUBNET));
    cluster.pool(V6, vxlan(VxlanMode.CROSS_SUBNET));
    cluster.settle();
    assertThat(routesOf(one))
        .containsExactly(
            "10.65.0.2/32 via 172.30.0.12 dev eth1",
            "10.65.0.3/32 via 172.30.1.13 dev vxlan.calico onlink",
            "fd00:65::2/128 via fd00:30::12 dev eth1",
            "fd00:65::3/128 via fd00:30::13 dev eth1");
    assertThat(routesOf(three))
        .contains("fd00:65::2/128 via fe80::642d:bfff:fe44:a68b dev vxlan-v6.calico");
  }

  @Test
  void theHardwareAddressOfTheDatastoreDecidesAboutTheGateway() {
    cluster.pool(V6, vxlan(VxlanMode.ALWAYS));
    cluster.set(new Key.FelixSetting("node2", "VXLANTunnelMACAddr"), "02:00:00:00:00:02");
    cluster.settle();
    assertThat(routesOf(one)).contains("fd00:65::2/128 via fe80::ff:fe00:2 dev vxlan-v6.calico");
  }

  @Test
  void aRouteWaitsForItsTunnelAndNeverGoesAround() {
    one.kernel.removeLink("tunl0");
    cluster.settle();
    cluster.pool(V4, ipip(null));
    cluster.settle();
    assertThat(routesOf(one)).noneMatch(route -> route.startsWith("10.65."));

    one.kernel.outside(() -> one.kernel.tunnels().create(new Tunnel.Ipip("tunl0", 1440)));
    cluster.settle();
    assertThat(routesOf(one))
        .startsWith(
            "10.65.0.2/32 via 172.30.0.12 dev tunl0 onlink",
            "10.65.0.3/32 via 172.30.1.13 dev tunl0 onlink");
  }

  @Test
  void aRouteOutsideThePoolAndOneToARouterThatIsNoNodeGoAsTheyAre() {
    cluster.pool("10.66.0.0/16");
    cluster.pool(V4, vxlan(VxlanMode.ALWAYS));
    two.workload("10.66.0.9");
    cluster.settle();
    assertThat(routesOf(one)).contains("10.66.0.9/32 via 172.30.0.12 dev eth1");
  }

  @Test
  void theSmallestPoolAroundAnAddressDecides() {
    cluster.pool("10.65.0.0/30");
    cluster.pool(V4, vxlan(VxlanMode.ALWAYS));
    two.workload("10.65.1.2");
    cluster.settle();
    assertThat(routesOf(one))
        .contains(
            "10.65.0.2/32 via 172.30.0.12 dev eth1",
            "10.65.1.2/32 via 172.30.0.12 dev vxlan.calico onlink");
  }

  private void plain() {
    cluster.pool(V4);
    cluster.pool(V6);
  }

  private static IpPool.Spec ipip(@Nullable IpipMode mode) {
    return new IpPool.Spec(new Ipip(true, mode), false, false);
  }

  private static IpPool.Spec vxlan(VxlanMode mode) {
    return new IpPool.Spec(null, false, false, null, mode);
  }

  /// As ip-route(8) prints them.
  private static List<String> routesOf(ClusterHost host) {
    List<String> lines = new ArrayList<>();
    for (IpFamily family : IpFamily.values()) {
      host.kernel.routes().list(family).stream()
          .filter(route -> route.protocol() == Protocols.BIRD)
          .sorted((a, b) -> a.destination().compareTo(b.destination()))
          .map(ClusterTunnelsTest::text)
          .forEach(lines::add);
    }
    return lines;
  }

  private static String text(Route route) {
    NextHop hop = route.nextHops().getFirst();
    return "%s via %s dev %s%s"
        .formatted(route.destination(), hop.gateway(), hop.device(), hop.onLink() ? " onlink" : "");
  }
}
