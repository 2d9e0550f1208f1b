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

/// Workloads' interfaces come, go, and turn out to be others, by real packets. Everything is seen
/// from `gw`, which has a route to the workloads of node1, and from the workload.
@TestMethodOrder(OrderAnnotation.class)
class InterfacesIT {

  private static final String POD = "10.65.1.9";
  private static final String POD6 = "fd00:65:1::9";
  private static final String OUTSIDE = "172.30.0.1";
  private static final String OUTSIDE6 = "fd00:30::1";

  private static TunnelLab it;

  @BeforeAll
  static void up() {
    it = TunnelLab.up(Map.of("EndpointReportingEnabled", "true"));
    it.lab.in("gw", "ip", "route", "add", "10.65.1.0/24", "via", TunnelLab.address(1));
    it.lab.in("gw", "ip", "route", "add", "fd00:65:1::/64", "via", TunnelLab.address6(1));
    it.apply(endpoint("cali9"));
  }

  @AfterAll
  static void down() {
    if (it != null) {
      it.close();
    }
  }

  private static String endpoint(String interfaceName) {
    return """
    - apiVersion: v1
      kind: workloadEndpoint
      metadata: {name: eth0, workload: pod9, orchestrator: lab, node: node1}
      spec:
        interfaceName: %s
        mac: '02:00:00:00:00:09'
        profiles: [open]
        ipNetworks: [10.65.1.9, 'fd00:65:1::9']
    """
        .formatted(interfaceName);
  }

  /// A namespace with the workload's addresses behind an interface of node1.
  private static void plug(String place, String interfaceName, String address, String address6) {
    String script =
        """
        set -e
        ip netns add %1$s
        ip netns exec %1$s sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0
        ip -n node1 link add %2$s address ee:ee:ee:ee:ee:ee type veth peer name eth0 address 02:00:00:00:00:09 netns %1$s
        ip -n %1$s addr add %3$s/32 dev eth0
        ip -n %1$s addr add %4$s/128 dev eth0 nodad
        ip -n %1$s link set eth0 up
        ip -n %1$s route add default via 169.254.1.1 dev eth0 onlink
        ip -n %1$s neigh add 169.254.1.1 lladdr ee:ee:ee:ee:ee:ee dev eth0 nud permanent
        ip -n %1$s route add default via fe80::ecee:eeff:feee:eeee dev eth0
        ip -n %1$s neigh add fe80::ecee:eeff:feee:eeee lladdr ee:ee:ee:ee:ee:ee dev eth0 nud permanent
        ip -n node1 link set %2$s up
        """
            .formatted(place, interfaceName, address, address6);
    Command.run(it.lab.lab.holder().enter(List.of("sh")), script).orThrow("plugging in");
  }

  private static void awaitBothWays() {
    it.awaitReach("gw", POD);
    it.awaitReach("gw", POD6);
    it.awaitReach("pod9", OUTSIDE);
    it.awaitReach("pod9", OUTSIDE6);
  }

  private static void assertNothingPasses() {
    assertThat(it.reaches("pod9", OUTSIDE)).isFalse();
    assertThat(it.reaches("pod9", OUTSIDE6)).isFalse();
    assertThat(it.reaches("gw", POD)).isFalse();
    assertThat(it.reaches("gw", POD6)).isFalse();
  }

  @Test
  @Order(1)
  void anInterfaceThatComesLateIsConnectedThen() {
    assertThat(it.lab.in("node1", "ip", "route", "show", POD)).isEmpty();
    plug("pod9", "cali9", POD, POD6);
    awaitBothWays();
    assertThat(it.lab.in("node1", "ip", "neigh", "show", POD, "dev", "cali9"))
        .contains("02:00:00:00:00:09 PERMANENT");
    for (String setting :
        new String[] {
          "ipv4.conf.cali9.rp_filter", "ipv4.conf.cali9.proxy_arp", "ipv6.conf.cali9.proxy_ndp"
        }) {
      assertThat(it.lab.in("node1", "sysctl", "-n", "net." + setting).strip())
          .as(setting)
          .isEqualTo("1");
    }
  }

  @Test
  @Order(2)
  void anInterfaceThatFlapsIsConnectedAgain() {
    for (int i = 0; i < 5; i++) {
      it.lab.in("node1", "ip", "link", "set", "cali9", "down");
      it.lab.in("node1", "ip", "link", "set", "cali9", "up");
    }
    awaitBothWays();
    SeedLab.awaitThat(
        () -> it.lab.in("node1", "ip", "neigh", "show", POD, "dev", "cali9").contains("PERMANENT"),
        () -> "the neighbour is back");
  }

  @Test
  @Order(3)
  void underAnotherNameItPassesNothingUntilItHasItsOwnAgain() {
    rename("cali9", "cali99");
    SeedLab.awaitThat(
        () -> it.lab.in("node1", "ip", "route", "show", POD).isEmpty(), () -> "the route is gone");
    // Someone leads packets there, and the route back is there: rules alone stand in the way.
    it.lab.in("node1", "ip", "route", "replace", POD + "/32", "dev", "cali99");
    assertNothingPasses();
    rename("cali99", "cali9");
    awaitBothWays();
  }

  private static void rename(String from, String to) {
    it.lab.in("node1", "ip", "link", "set", from, "down");
    it.lab.in("node1", "ip", "link", "set", from, "name", to);
    it.lab.in("node1", "ip", "link", "set", to, "up");
  }

  @Test
  @Order(4)
  void anotherDeviceUnderTheNameIsConnectedInItsPlace() {
    it.lab.in("node1", "ip", "link", "del", "cali9");
    Command.run(it.lab.lab.holder().enter(List.of("ip", "netns", "del", "pod9")), "")
        .orThrow("removing pod9");
    plug("pod9", "cali9", POD, POD6);
    awaitBothWays();
    assertThat(it.lab.in("node1", "sysctl", "-n", "net.ipv4.conf.cali9.rp_filter").strip())
        .isEqualTo("1");
  }

  @Test
  @Order(5)
  void aWorkloadCannotSendFromAnAddressThatIsNotItsOwn() {
    it.lab.in("pod9", "ip", "addr", "add", "10.65.1.77/32", "dev", "eth0");
    it.lab.in("pod9", "ip", "addr", "add", "fd00:65:1::77/128", "dev", "eth0", "nodad");
    count("iptables", "10.65.1.77");
    count("ip6tables", "fd00:65:1::77");
    assertThat(sends("10.65.1.77", OUTSIDE)).isFalse();
    assertThat(sends("fd00:65:1::77", OUTSIDE6)).isFalse();
    assertThat(counted("iptables", "10.65.1.77")).isZero();
    assertThat(counted("ip6tables", "fd00:65:1::77")).isZero();
    assertThat(sends(POD, OUTSIDE)).isTrue();
    assertThat(sends(POD6, OUTSIDE6)).isTrue();
  }

  private static boolean sends(String source, String target) {
    return Command.run(
                it.lab
                    .lab
                    .holder()
                    .enter(
                        "pod9", List.of("ping", "-n", "-c", "1", "-W", "1", "-I", source, target)),
                "")
            .exitCode()
        == 0;
  }

  private static void count(String iptables, String source) {
    it.lab.in("gw", iptables, "-I", "INPUT", "-s", source);
  }

  private static long counted(String iptables, String source) {
    return it.lab
        .in("gw", iptables, "-nvxL", "INPUT")
        .lines()
        .filter(line -> line.contains(source))
        .mapToLong(line -> Long.parseLong(line.strip().split(" +")[0]))
        .sum();
  }

  @Test
  @Order(6)
  void theHostAnswersArpForTheGatewayOnceItHasARouteThere() {
    it.lab.in("node1", "ip", "route", "add", "default", "via", OUTSIDE);
    it.lab.in("pod9", "ip", "neigh", "del", "169.254.1.1", "dev", "eth0");
    it.awaitReach("pod9", OUTSIDE);
    assertThat(it.lab.in("pod9", "ip", "neigh", "show", "169.254.1.1"))
        .contains("ee:ee:ee:ee:ee:ee")
        .doesNotContain("PERMANENT");
    it.lab.in("node1", "ip", "route", "del", "default");
  }

  @Test
  @Order(7)
  void anUnknownInterfacePassesNothing() {
    plug("stranger", "cali77", "10.65.1.78", "fd00:65:1::78");
    it.lab.in("node1", "ip", "route", "replace", "10.65.1.78/32", "dev", "cali77");
    it.lab.in("node1", "ip", "-6", "route", "replace", "fd00:65:1::78/128", "dev", "cali77");
    assertThat(it.reaches("stranger", OUTSIDE)).isFalse();
    assertThat(it.reaches("stranger", OUTSIDE6)).isFalse();
    assertThat(it.reaches("stranger", TunnelLab.address(1))).isFalse();
    assertThat(it.reaches("stranger", TunnelLab.address6(1))).isFalse();
    assertThat(it.reaches("gw", "10.65.1.78")).isFalse();
    SeedLab.awaitThat(
        () -> it.lab.in("node1", "ip", "route", "show", "10.65.1.78").isEmpty(),
        () -> "a route to it is not let stand");
  }

  @Test
  @Order(8)
  void anEndpointThatGoesTakesRouteNeighbourAndConnectionsAlong() {
    it.awaitReach("gw", POD);
    it.awaitReach("gw", POD6);
    assertThat(it.lab.in("node1", "conntrack", "-L")).contains(POD);
    assertThat(it.lab.in("node1", "conntrack", "-L", "-f", "ipv6")).contains(POD6);

    it.lab.calicoctl(
        "delete",
        "workloadEndpoint",
        "eth0",
        "--node=node1",
        "--orchestrator=lab",
        "--workload=pod9");

    SeedLab.awaitThat(
        () ->
            !it.lab.in("node1", "conntrack", "-L").contains(POD + " ")
                && !it.lab.in("node1", "conntrack", "-L", "-f", "ipv6").contains(POD6 + " "),
        () -> "connections are forgotten");
    assertThat(it.lab.in("node1", "ip", "route", "show", POD)).isEmpty();
    assertThat(it.lab.in("node1", "ip", "-6", "route", "show", POD6)).isEmpty();
    assertThat(it.lab.in("node1", "ip", "neigh", "show", POD)).doesNotContain("PERMANENT");
    assertNothingPasses();
  }
}
