package io.margay.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.kernel.Route;
import io.margay.net.IpPrefix;
import org.junit.jupiter.api.Test;

/// Which routes go where: workloads, blocks and pools.
class ClusterRoutesTest {

  private final Cluster cluster = Cluster.of(3);
  private final ClusterHost one = cluster.node(1);
  private final ClusterHost two = cluster.node(2);
  private final ClusterHost three = cluster.node(3);

  @Test
  void aWorkloadsRouteComesToEveryOtherNodeAndGoesWithIt() {
    one.workload("10.65.0.1");
    cluster.settle();
    assertThat(one.learned()).isEmpty();
    assertThat(two.learned()).containsExactly("10.65.0.1/32 via 172.30.0.11");
    assertThat(three.learned()).containsExactly("10.65.0.1/32 via 172.30.0.11");
    one.removeWorkload("10.65.0.1");
    cluster.settle();
    assertThat(two.learned()).isEmpty();
    assertThat(three.learned()).isEmpty();
  }

  @Test
  void ipv6RoutesGoOverIpv6Sessions() {
    one.workload("fd00:65::1");
    two.workload("10.65.0.2");
    cluster.settle();
    assertThat(three.learned())
        .containsExactly("10.65.0.2/32 via 172.30.0.12", "fd00:65::1/128 via fd00:30::11");
    one.removeWorkload("fd00:65::1");
    cluster.settle();
    assertThat(three.learned()).containsExactly("10.65.0.2/32 via 172.30.0.12");
  }

  @Test
  void aRouteThatWasReplacedBeforeItWentIsWithdrawn() {
    one.workload("10.65.0.1");
    one.kernel.addLink("cali99");
    one.kernel.setLinkUp("cali99");
    Route moved = Route.onLink(IpPrefix.parse("10.65.0.1/32"), "cali99");
    one.kernel.outside(() -> one.kernel.routes().replace(moved));
    cluster.settle();
    one.kernel.outside(() -> one.kernel.routes().delete(moved));
    cluster.settle();
    assertThat(two.learned()).isEmpty();
  }

  @Test
  void aWorkloadWhoseLinkIsDownIsNotAnnounced() {
    one.workload("10.65.0.1");
    cluster.settle();
    one.kernel.setLinkDown("cali1");
    cluster.settle();
    assertThat(two.learned()).isEmpty();
  }

  @Test
  void aMovingWorkloadIsFollowedWhenTheNewPlaceComesFirst() {
    one.workload("10.65.0.1");
    cluster.settle();
    two.workload("10.65.0.1");
    cluster.settle();
    assertThat(two.learned()).as("its own workload").isEmpty();
    assertThat(one.learned()).as("its own workload too").isEmpty();
    one.removeWorkload("10.65.0.1");
    cluster.settle();
    assertThat(one.learned()).containsExactly("10.65.0.1/32 via 172.30.0.12");
    assertThat(two.learned()).isEmpty();
    assertThat(three.learned()).containsExactly("10.65.0.1/32 via 172.30.0.12");
  }

  @Test
  void aMovingWorkloadIsFollowedWhenTheOldPlaceGoesFirst() {
    one.workload("10.65.0.1");
    cluster.settle();
    one.removeWorkload("10.65.0.1");
    cluster.settle();
    two.workload("10.65.0.1");
    cluster.settle();
    assertThat(one.learned()).containsExactly("10.65.0.1/32 via 172.30.0.12");
    assertThat(three.learned()).containsExactly("10.65.0.1/32 via 172.30.0.12");
    one.workload("10.65.0.1");
    two.removeWorkload("10.65.0.1");
    cluster.settle();
    assertThat(one.learned()).isEmpty();
    assertThat(two.learned()).containsExactly("10.65.0.1/32 via 172.30.0.11");
  }

  @Test
  void anOldRouteToTheLearnedPlaceIsNotPutOverTheNewWorkload() {
    one.workload("10.65.0.1");
    cluster.settle();
    two.kernel.forgetWrites();
    two.workload("10.65.0.1");
    cluster.settle();
    assertThat(two.kernel.writes()).isEmpty();
    assertThat(two.routing().conflicts()).isEmpty();
  }

  @Test
  void aBlockStandsForAllInsideAndDropsWhatNobodyHas() {
    cluster.block(one, "10.65.0.0/26");
    cluster.settle();
    assertThat(one.blackholes()).containsExactly("10.65.0.0/26");
    assertThat(two.learned()).containsExactly("10.65.0.0/26 via 172.30.0.11");
    one.workload("10.65.0.1");
    cluster.settle();
    assertThat(two.learned()).containsExactly("10.65.0.0/26 via 172.30.0.11");
    cluster.removeBlock(one, "10.65.0.0/26");
    cluster.settle();
    assertThat(one.blackholes()).isEmpty();
    assertThat(two.learned()).containsExactly("10.65.0.1/32 via 172.30.0.11");
  }

  @Test
  void ipv6BlocksAreLikeIpv4Ones() {
    cluster.block(one, "fd00:65::/122");
    one.workload("fd00:65::1");
    two.workload("fd00:65::2");
    cluster.settle();
    assertThat(one.blackholes()).containsExactly("fd00:65::/122");
    assertThat(one.learned()).containsExactly("fd00:65::2/128 via fd00:30::12");
    assertThat(three.learned())
        .containsExactly("fd00:65::/122 via fd00:30::11", "fd00:65::2/128 via fd00:30::12");
  }

  @Test
  void aBorrowedAddressIsAnnouncedToTheOwnerOfTheBlockToo() {
    cluster.block(two, "10.65.1.0/26");
    one.workload("10.65.1.9");
    cluster.settle();
    assertThat(two.learned()).containsExactly("10.65.1.9/32 via 172.30.0.11");
    assertThat(two.blackholes()).containsExactly("10.65.1.0/26");
    assertThat(three.learned())
        .containsExactly("10.65.1.0/26 via 172.30.0.12", "10.65.1.9/32 via 172.30.0.11");
    assertThat(one.learned()).containsExactly("10.65.1.0/26 via 172.30.0.12");
  }

  @Test
  void aBlockThatGoesToAnotherNodeIsLearnedWhicheverIsToldFirst() {
    cluster.block(one, "10.65.0.0/26");
    cluster.settle();
    cluster.block(two, "10.65.0.0/26");
    cluster.settle();
    assertThat(two.blackholes()).containsExactly("10.65.0.0/26");
    assertThat(two.learned()).isEmpty();
    cluster.removeBlock(one, "10.65.0.0/26");
    cluster.settle();
    assertThat(one.blackholes()).isEmpty();
    assertThat(one.learned()).containsExactly("10.65.0.0/26 via 172.30.0.12");

    cluster.removeBlock(two, "10.65.0.0/26");
    cluster.settle();
    cluster.block(one, "10.65.0.0/26");
    cluster.settle();
    assertThat(two.blackholes()).isEmpty();
    assertThat(two.learned()).containsExactly("10.65.0.0/26 via 172.30.0.11");
    assertThat(one.learned()).isEmpty();
  }

  @Test
  void aNewNextHopDoesNotTouchTheBlackholeOfABlockThatWasLearnedBefore() {
    cluster.block(one, "10.65.0.0/26");
    cluster.settle();
    cluster.block(two, "10.65.0.0/26");
    cluster.settle();
    two.staticRoute("172.30.0.11/32", "172.30.0.254");
    cluster.settle();
    assertThat(two.blackholes()).containsExactly("10.65.0.0/26");
    assertThat(two.learned()).isEmpty();
  }

  @Test
  void onlyWhatIsInAPoolIsAnnouncedAsPoolsComeAndGo() {
    one.workload("10.66.0.1");
    cluster.settle();
    assertThat(two.learned()).isEmpty();
    cluster.pool("10.66.0.0/24");
    cluster.settle();
    assertThat(two.learned()).containsExactly("10.66.0.1/32 via 172.30.0.11");
    cluster.removePool("10.66.0.0/24");
    cluster.settle();
    assertThat(two.learned()).isEmpty();
  }

  @Test
  void blocksOutsideEveryPoolAreAnnounced() {
    cluster.block(one, "10.67.0.0/26");
    cluster.settle();
    assertThat(two.learned()).containsExactly("10.67.0.0/26 via 172.30.0.11");
  }
}
