package io.margay.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.bgp.session.SessionState;
import io.margay.loop.Transport;
import io.margay.net.IpPrefix;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Agents that die, hosts that fall silent, kernels that change or refuse.
class ClusterFailuresTest {

  private static final List<String> ROUTES_OF_ONE_AND_TWO =
      List.of(
          "10.65.0.0/26 via 172.30.0.11",
          "10.65.1.0/26 via 172.30.0.12",
          "10.65.9.2/32 via 172.30.0.12",
          "fd00:65::2/128 via fd00:30::12");

  private final Cluster cluster = Cluster.of(3);
  private final ClusterHost one = cluster.node(1);
  private final ClusterHost two = cluster.node(2);
  private final ClusterHost three = cluster.node(3);

  @BeforeEach
  void routesOfEachKind() {
    cluster.block(one, "10.65.0.0/26");
    cluster.block(two, "10.65.1.0/26");
    two.workload("10.65.9.2");
    two.workload("fd00:65::2");
    cluster.settle();
    assertThat(three.learned()).isEqualTo(ROUTES_OF_ONE_AND_TWO);
    cluster.hosts().forEach(host -> host.kernel.forgetWrites());
  }

  private void assertNothingWasWritten() {
    assertThat(cluster.hosts())
        .allSatisfy(host -> assertThat(host.kernel.writes()).as(host.name).isEmpty());
  }

  @Test
  void anAgentThatIsKilledAndStartedAgainLeavesNoTrace() {
    two.killAgent();
    cluster.pass(30);
    two.startAgent();
    cluster.pass(600);
    assertNothingWasWritten();
    assertThat(three.learned()).isEqualTo(ROUTES_OF_ONE_AND_TWO);
    assertThat(three.session(two.ipv4)).isEqualTo(SessionState.ESTABLISHED);
  }

  @Test
  void allAgentsThatAreKilledAndStartedAgainLeaveNoTrace() {
    cluster.hosts().forEach(ClusterHost::killAgent);
    cluster.pass(30);
    cluster.hosts().forEach(ClusterHost::startAgent);
    cluster.pass(600);
    assertNothingWasWritten();
    assertThat(three.session(two.ipv4)).isEqualTo(SessionState.ESTABLISHED);
  }

  @Test
  void whatWentWhileTheAgentWasAwayIsWithdrawnAndNothingElse() {
    two.killAgent();
    cluster.pass(10);
    two.removeWorkload("10.65.9.2");
    cluster.removeBlock(one, "10.65.0.0/26");
    cluster.pass(10);
    cluster.hosts().forEach(host -> host.kernel.forgetWrites());
    two.startAgent();
    cluster.settle();
    assertThat(three.kernel.writes())
        .extracting(Object::toString)
        .containsExactly("ip route delete 10.65.9.2/32 via 172.30.0.12 dev eth1 proto 12");
    assertThat(two.kernel.writes())
        .extracting(Object::toString)
        .containsExactly("ip route delete 10.65.0.0/26 via 172.30.0.11 dev eth1 proto 12");
  }

  @Test
  void aDeadPeerDoesNotHoldUpWithdrawalsAfterARestart() {
    three.killAgent();
    one.killAgent();
    cluster.pass(10);
    one.startAgent();
    cluster.settle();
    assertThat(one.learned()).contains("10.65.9.2/32 via 172.30.0.12");
    two.removeWorkload("10.65.9.2");
    cluster.settle();
    assertThat(one.learned()).doesNotContain("10.65.9.2/32 via 172.30.0.12");
  }

  @Test
  void routesOfAnAgentThatDoesNotComeBackGoAfterTwoMinutes() {
    two.killAgent();
    cluster.pass(119);
    assertNothingWasWritten();
    cluster.pass(2);
    assertThat(three.learned()).containsExactly("10.65.0.0/26 via 172.30.0.11");
    assertThat(two.learned()).as("nobody is there to remove it").isNotEmpty();
  }

  @Test
  void routesOfASilentHostGoWithTheHoldTime() {
    cluster.silence(two, one);
    cluster.silence(two, three);
    cluster.pass(59);
    assertThat(three.learned()).isEqualTo(ROUTES_OF_ONE_AND_TWO);
    cluster.pass(32);
    assertThat(three.learned()).containsExactly("10.65.0.0/26 via 172.30.0.11");
    assertThat(two.learned()).isEmpty();
    cluster.restore(two, one);
    cluster.restore(two, three);
    cluster.pass(90);
    assertThat(three.learned()).isEqualTo(ROUTES_OF_ONE_AND_TWO);
  }

  @Test
  void aNextHopBehindARouterFollowsTheStaticRoute() {
    ClusterHost far = cluster.host(4, 1);
    far.staticRoute("172.30.0.0/24", "172.30.1.1");
    far.startAgent();
    cluster.block(far, "10.65.3.0/26");
    cluster.settle();
    assertThat(three.learned()).as("no way there").isEqualTo(ROUTES_OF_ONE_AND_TWO);
    three.staticRoute("172.30.1.0/24", "172.30.0.1");
    cluster.settle();
    assertThat(three.learned()).contains("10.65.3.0/26 via 172.30.0.1");
    assertThat(far.learned())
        .containsExactly(
            "10.65.0.0/26 via 172.30.1.1",
            "10.65.1.0/26 via 172.30.1.1",
            "10.65.9.2/32 via 172.30.1.1",
            "fd00:65::2/128 via fd00:30::12");
    three.kernel.forgetWrites();
    three.staticRoute("172.30.1.0/24", "172.30.0.2");
    cluster.settle();
    assertThat(three.kernel.writes())
        .extracting(Object::toString)
        .containsExactly("ip route replace 10.65.3.0/26 via 172.30.0.2 dev eth1 proto 12");
    three.removeStaticRoute("172.30.1.0/24", "172.30.0.2");
    cluster.settle();
    assertThat(three.learned()).isEqualTo(ROUTES_OF_ONE_AND_TWO);
  }

  @Test
  void routesComeBackWithTheirLink() {
    three.kernel.setLinkDown(ClusterHost.LAN);
    cluster.pass(1);
    assertThat(three.learned()).isEmpty();
    three.kernel.setLinkUp(ClusterHost.LAN);
    cluster.pass(1);
    assertThat(three.learned()).isEqualTo(ROUTES_OF_ONE_AND_TWO);
  }

  @Test
  void someoneElsesRouteForALearnedPrefixStaysAndIsReported() {
    three.removeLearnedRoute("10.65.1.0/26", "172.30.0.12");
    three.staticRoute("10.65.1.0/26", "172.30.0.99");
    cluster.settle();
    assertThat(three.learned()).doesNotContain("10.65.1.0/26 via 172.30.0.12");
    assertThat(three.routing().conflicts())
        .containsOnlyKeys(IpPrefix.parse("10.65.1.0/26"))
        .containsValue(
            ClusterHost.route(
                io.margay.kernel.Route.Protocols.STATIC, "10.65.1.0/26", "172.30.0.99"));
    assertThat(one.learned())
        .as("the owner of the block is still believed")
        .contains("10.65.1.0/26 via 172.30.0.12");
    three.removeStaticRoute("10.65.1.0/26", "172.30.0.99");
    cluster.settle();
    assertThat(three.routing().conflicts()).isEmpty();
    assertThat(three.learned()).isEqualTo(ROUTES_OF_ONE_AND_TWO);
  }

  @Test
  void someoneElsesRouteThatWasThereFirstStays() {
    three.staticRoute("10.65.9.1/32", "172.30.0.99");
    cluster.settle();
    assertThat(two.learned()).contains("10.65.9.1/32 via 172.30.0.13");
    one.workload("10.65.9.1");
    cluster.settle();
    assertThat(two.learned()).contains("10.65.9.1/32 via 172.30.0.11");
    assertThat(three.routing().conflicts()).containsOnlyKeys(IpPrefix.parse("10.65.9.1/32"));
    assertThat(three.kernel.writes()).isEmpty();
  }

  @Test
  void aLearnedRouteThatSomeoneDeletedIsPutBack() {
    three.removeLearnedRoute("10.65.1.0/26", "172.30.0.12");
    cluster.pass(1);
    assertThat(three.learned()).isEqualTo(ROUTES_OF_ONE_AND_TWO);
  }

  @Test
  void whatNoNoticeTellsIsFoundByReading() {
    three.loseNotices();
    three.removeLearnedRoute("10.65.1.0/26", "172.30.0.12");
    three.workload("10.65.9.3");
    cluster.pass(11);
    assertThat(three.learned()).isEqualTo(ROUTES_OF_ONE_AND_TWO);
    assertThat(one.learned()).contains("10.65.9.3/32 via 172.30.0.13");
    three.removeWorkload("10.65.9.3");
    cluster.pass(11);
    assertThat(one.learned()).doesNotContain("10.65.9.3/32 via 172.30.0.13");
  }

  @Test
  void aRefusedWriteIsTriedAgain() {
    three.kernel.failNext("ip route add", "ENOBUFS");
    one.workload("10.65.9.1");
    cluster.pass(3);
    assertThat(three.learned()).contains("10.65.9.1/32 via 172.30.0.11");
    three.kernel.failAlways("ip route delete", "10.65.9.1/32", "ENOBUFS");
    one.removeWorkload("10.65.9.1");
    cluster.settle();
    assertThat(three.learned()).contains("10.65.9.1/32 via 172.30.0.11");
    three.kernel.heal();
    cluster.pass(2);
    assertThat(three.learned()).isEqualTo(ROUTES_OF_ONE_AND_TWO);
  }

  @Test
  void aKernelThatCannotBeReadIsAskedAgain() {
    three.killAgent();
    three.kernel.failAlways("ip route list", "", "ENOBUFS");
    three.startAgent();
    cluster.pass(5);
    assertThat(three.routing().peers()).isEmpty();
    three.kernel.heal();
    cluster.settle();
    assertThat(three.session(two.ipv4)).isEqualTo(SessionState.ESTABLISHED);
    three.kernel.failAlways("ip route list", "", "ENOBUFS");
    three.routing().resync();
    cluster.pass(30);
    three.kernel.heal();
    cluster.pass(2);
    assertNothingWasWritten();
  }

  @Test
  void anAddressThatCannotBeListenedOnIsTriedAgainWithoutTouchingRoutes() {
    three.killAgent();
    Transport.Listener bird =
        cluster
            .network
            .transport(three.ipv4)
            .listen(new InetSocketAddress(three.ipv4.toInetAddress(), 179), _ -> null);
    three.startAgent();
    cluster.pass(20);
    assertThat(three.routing().peers()).isEmpty();
    bird.close();
    cluster.pass(60);
    assertThat(three.session(two.ipv4)).isEqualTo(SessionState.ESTABLISHED);
    assertNothingWasWritten();
  }
}
