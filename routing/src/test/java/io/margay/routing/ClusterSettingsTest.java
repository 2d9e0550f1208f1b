package io.margay.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What an operator may settle beyond Calico 2.1, and next hops that come and go.
class ClusterSettingsTest {

  private final Cluster cluster = Cluster.of(3);
  private final ClusterHost one = cluster.node(1);
  private final ClusterHost two = cluster.node(2);
  private final ClusterHost three = cluster.node(3);

  @Test
  void equallyGoodPathsShareTheTrafficWhereThatIsWanted() {
    one.workload("10.65.9.9");
    two.workload("10.65.9.9");
    cluster.settle();
    assertThat(three.learned()).containsExactly("10.65.9.9/32 via 172.30.0.11");
    cluster.setting(null, "merge_paths", "true");
    cluster.settle();
    assertThat(three.learned()).containsExactly("10.65.9.9/32 via 172.30.0.11 and 172.30.0.12");
    cluster.setting(three, "merge_paths", "false");
    cluster.settle();
    assertThat(three.learned())
        .as("the node's own word counts")
        .containsExactly("10.65.9.9/32 via 172.30.0.11");
  }

  @Test
  void aNextHopThatGoesLeavesTheOthersInOneWrite() {
    cluster.setting(null, "merge_paths", "true");
    one.workload("10.65.9.9");
    two.workload("10.65.9.9");
    cluster.settle();
    three.kernel.forgetWrites();
    one.removeWorkload("10.65.9.9");
    cluster.settle();
    assertThat(three.learned()).containsExactly("10.65.9.9/32 via 172.30.0.12");
    assertThat(three.kernel.writes()).hasSize(1);
    assertThat(three.kernel.writes().getFirst().toString()).startsWith("ip route replace");
  }

  @Test
  void theNearerNextHopIsTakenAndTheFartherOneOnceItIsGone() {
    ClusterHost far = cluster.host(4, 1);
    far.staticRoute("172.30.0.0/24", "172.30.1.1");
    far.startAgent();
    three.staticRoute("172.30.1.0/24", "172.30.0.1");
    far.workload("10.65.9.9");
    cluster.settle();
    assertThat(three.learned()).containsExactly("10.65.9.9/32 via 172.30.0.1");
    two.workload("10.65.9.9");
    cluster.settle();
    assertThat(three.learned()).containsExactly("10.65.9.9/32 via 172.30.0.12");
    two.removeWorkload("10.65.9.9");
    cluster.settle();
    assertThat(three.learned()).containsExactly("10.65.9.9/32 via 172.30.0.1");
    three.removeStaticRoute("172.30.1.0/24", "172.30.0.1");
    cluster.settle();
    assertThat(three.learned()).as("no way to the next hop").isEmpty();
  }

  @Test
  void theHoldTimeIsAnOperatorsChoice() {
    cluster.setting(null, "hold_time", "9");
    one.workload("10.65.9.9");
    cluster.settle();
    assertThat(three.learned()).containsExactly("10.65.9.9/32 via 172.30.0.11");
    cluster.silence(one, three);
    cluster.pass(5);
    assertThat(three.learned()).containsExactly("10.65.9.9/32 via 172.30.0.11");
    cluster.pass(5);
    assertThat(three.learned()).isEmpty();
  }

  @Test
  void aRouterDoesNotReachAnotherThroughANodeThatTellsOnlyItsOwn() {
    cluster.mesh(false);
    OutsideRouter first = new OutsideRouter(cluster, "172.30.0.101", 65001);
    OutsideRouter second = new OutsideRouter(cluster, "172.30.0.102", 65002);
    for (OutsideRouter router : new OutsideRouter[] {first, second}) {
      router.peersWith(one, 64512);
    }
    cluster.peer(one, first.address, 65001);
    cluster.peer(one, second.address, 65002);
    first.announce("10.65.200.0/26");
    one.workload("10.65.0.1");
    cluster.settle();
    assertThat(second.routes())
        .containsExactly("10.65.0.1/32 via 172.30.0.11", "10.65.200.0/26 via 172.30.0.11");
    cluster.setting(one, "export_own_only", "true");
    cluster.settle();
    assertThat(second.routes()).containsExactly("10.65.0.1/32 via 172.30.0.11");
    assertThat(one.learned()).containsExactly("10.65.200.0/26 via 172.30.0.101");
  }

  @Test
  void settingsHaveDefaults() {
    NodeSettings settings = NodeSettings.of(_ -> null);
    assertThat(settings.holdTime()).isEqualTo(Duration.ofSeconds(90));
    assertThat(settings.restartTime()).isEqualTo(Duration.ofSeconds(120));
    assertThat(settings.mergePaths()).isFalse();
    assertThat(settings.exportOwnOnly()).isFalse();
  }

  @ParameterizedTest(name = "{0}={1}")
  @CsvSource({
    "hold_time, 2",
    "hold_time, 65536",
    "hold_time, -3",
    "hold_time, 9s",
    "restart_time, 4096",
    "merge_paths, yes",
    "export_own_only, 1",
  })
  void aSlipOfThePenCountsAsAbsent(String name, String value) {
    assertThat(NodeSettings.of(Map.of(name, value)::get)).isEqualTo(NodeSettings.DEFAULT);
  }

  @Test
  void aTroubleIsToldOnceAndAgainWhenItIsAnotherOne() {
    Trouble trouble = new Trouble();
    assertThat(trouble.isNew("no address")).isTrue();
    assertThat(trouble.isNew("no address")).isFalse();
    assertThat(trouble.isNew("in use")).isTrue();
    assertThat(trouble.isNew(null)).isFalse();
    assertThat(trouble.isNew("in use")).as("it is back").isTrue();
  }
}
