package io.margay.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.bgp.session.SessionState;
import io.margay.datastore.Key;
import io.margay.datastore.SyncListener.SyncUpdate;
import io.margay.model.ResourceKey.NodeKey;
import io.margay.net.AsNumber;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.routing.Peering.Origin;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Who peers with whom, as the configuration changes under way.
class ClusterPeersTest {

  private static final int TOR_AS = 65000;
  private static final List<String> BLOCKS_OF_ONE_AND_TWO =
      List.of("10.65.0.0/26 via 172.30.0.11", "10.65.1.0/26 via 172.30.0.12");
  private static final List<String> BLOCKS_OF_TWO_AND_THREE =
      List.of("10.65.1.0/26 via 172.30.0.12", "10.65.2.0/26 via 172.30.0.13");

  private final Cluster cluster = Cluster.of(3);
  private final ClusterHost one = cluster.node(1);
  private final ClusterHost two = cluster.node(2);
  private final ClusterHost three = cluster.node(3);

  @BeforeEach
  void aBlockEach() {
    cluster.block(one, "10.65.0.0/26");
    cluster.block(two, "10.65.1.0/26");
    cluster.block(three, "10.65.2.0/26");
    cluster.settle();
    assertThat(one.learned()).isEqualTo(BLOCKS_OF_TWO_AND_THREE);
  }

  @Test
  void withTheMeshOffLearnedRoutesVanishAndWithItOnTheyAreBack() {
    cluster.mesh(false);
    cluster.settle();
    assertThat(cluster.hosts()).allSatisfy(host -> assertThat(host.learned()).isEmpty());
    assertThat(one.blackholes()).containsExactly("10.65.0.0/26");
    cluster.mesh(true);
    cluster.settle();
    assertThat(one.learned()).isEqualTo(BLOCKS_OF_TWO_AND_THREE);
    assertThat(three.learned()).isEqualTo(BLOCKS_OF_ONE_AND_TWO);
  }

  @Test
  void aDeletedNodeIsLeftAloneUntilItComesBack() {
    cluster.removeNode("node2");
    cluster.settle();
    assertThat(one.learned()).containsExactly("10.65.2.0/26 via 172.30.0.13");
    assertThat(two.learned()).isEmpty();
    assertThat(two.blackholes()).isEmpty();
    assertThat(two.routing().peers()).isEmpty();
    cluster.node("node2", null, "172.30.0.12/24", "fd00:30::12/64");
    cluster.settle();
    assertThat(one.learned()).isEqualTo(BLOCKS_OF_TWO_AND_THREE);
    assertThat(two.learned())
        .containsExactly("10.65.0.0/26 via 172.30.0.11", "10.65.2.0/26 via 172.30.0.13");
    assertThat(two.blackholes()).containsExactly("10.65.1.0/26");
  }

  @Test
  void anotherGlobalAsNumberMovesTheWholeMesh() {
    cluster.globalAs(64999);
    cluster.settle();
    assertThat(three.learned()).isEqualTo(BLOCKS_OF_ONE_AND_TWO);
    assertThat(three.routing().peers())
        .allSatisfy(
            peer -> assertThat(peer.status().config().remoteAs()).isEqualTo(new AsNumber(64999)));
  }

  @Test
  void nodesOfDifferentAsNumbersPeerExternally() {
    cluster.node("node1", 65001, "172.30.0.11/24", "fd00:30::11/64");
    cluster.node("node2", 65002, "172.30.0.12/24", "fd00:30::12/64");
    cluster.settle();
    assertThat(one.learned()).isEqualTo(BLOCKS_OF_TWO_AND_THREE);
    assertThat(three.learned()).isEqualTo(BLOCKS_OF_ONE_AND_TWO);
    assertThat(three.routing().peers())
        .isNotEmpty()
        .allSatisfy(peer -> assertThat(peer.status().config().external()).isTrue());
    cluster.removeBlock(one, "10.65.0.0/26");
    cluster.settle();
    assertThat(three.learned()).containsExactly("10.65.1.0/26 via 172.30.0.12");
    assertThat(two.learned()).containsExactly("10.65.2.0/26 via 172.30.0.13");
  }

  @Test
  void aGlobalPeerIsToldByEveryNodeAndTellsAll() {
    OutsideRouter tor = new OutsideRouter(cluster, "172.30.0.1", TOR_AS);
    cluster.hosts().forEach(host -> tor.peersWith(host, 64512));
    tor.announce("0.0.0.0/0");
    cluster.mesh(false);
    cluster.peer(null, tor.address, TOR_AS);
    cluster.settle();
    assertThat(tor.routes())
        .containsExactly(
            "10.65.0.0/26 via 172.30.0.11",
            "10.65.1.0/26 via 172.30.0.12",
            "10.65.2.0/26 via 172.30.0.13");
    assertThat(one.learned()).as("AS 64512 is in the paths of the others").hasSize(1);
    assertThat(one.learned()).containsExactly("0.0.0.0/0 via 172.30.0.1");
    cluster.removePeer(null, tor.address);
    cluster.settle();
    assertThat(tor.routes()).isEmpty();
    assertThat(one.learned()).isEmpty();
  }

  @Test
  void whatAnOutsidePeerOfOneNodeTellsIsPassedOnIfItIsInAPool() {
    OutsideRouter tor = new OutsideRouter(cluster, "172.30.0.1", TOR_AS);
    tor.peersWith(one, 64512);
    tor.announce("10.65.200.0/24");
    tor.announce("0.0.0.0/0");
    cluster.peer(one, tor.address, TOR_AS);
    cluster.settle();
    assertThat(one.learned()).contains("0.0.0.0/0 via 172.30.0.1", "10.65.200.0/24 via 172.30.0.1");
    assertThat(two.learned())
        .containsExactly(
            "10.65.0.0/26 via 172.30.0.11",
            "10.65.2.0/26 via 172.30.0.13",
            "10.65.200.0/24 via 172.30.0.11");
    assertThat(tor.routes()).contains("10.65.1.0/26 via 172.30.0.11");
  }

  @Test
  void ofTwoPeersWithOneAddressTheNodesOwnCounts() {
    OutsideRouter tor = new OutsideRouter(cluster, "172.30.0.1", TOR_AS);
    cluster.hosts().forEach(host -> tor.peersWith(host, 64512));
    cluster.peer(null, tor.address, 65999);
    cluster.peer(one, tor.address, TOR_AS);
    cluster.settle();
    assertThat(one.routing().peers().stream().map(peer -> peer.peering().origin()))
        .filteredOn(origin -> origin != Origin.MESH)
        .containsExactly(Origin.NODE);
    assertThat(one.session(tor.address)).isEqualTo(SessionState.ESTABLISHED);
    assertThat(two.session(tor.address)).isNotEqualTo(SessionState.ESTABLISHED);
    cluster.removePeer(one, tor.address);
    cluster.settle();
    assertThat(one.session(tor.address)).isNotEqualTo(SessionState.ESTABLISHED);
    cluster.peer(null, tor.address, TOR_AS);
    cluster.pass(90);
    assertThat(cluster.hosts())
        .allSatisfy(
            host -> assertThat(host.session(tor.address)).isEqualTo(SessionState.ESTABLISHED));
  }

  @Test
  void anotherAddressOfANodeMovesItsRoutesAndKeepsThoseItLearned() {
    two.kernel.addAddress(ClusterHost.LAN, "172.30.0.22/24");
    two.kernel.forgetWrites();
    cluster.node("node2", null, "172.30.0.22/24", "fd00:30::12/64");
    cluster.settle();
    assertThat(one.learned())
        .containsExactly("10.65.1.0/26 via 172.30.0.22", "10.65.2.0/26 via 172.30.0.13");
    assertThat(two.learned())
        .containsExactly("10.65.0.0/26 via 172.30.0.11", "10.65.2.0/26 via 172.30.0.13");
    assertThat(two.kernel.writes()).isEmpty();
  }

  @Test
  void whatTheNewSpeakerIsNotToldGoes() {
    two.kernel.addAddress(ClusterHost.LAN, "172.30.0.22/24");
    cluster.node("node2", null, "172.30.0.22/24", "fd00:30::12/64");
    cluster.removeBlock(one, "10.65.0.0/26");
    cluster.settle();
    assertThat(two.learned()).containsExactly("10.65.2.0/26 via 172.30.0.13");
  }

  @Test
  void anIpv6AddressComesAndGoesWithoutTouchingIpv4() {
    cluster.node("node2", null, "172.30.0.12/24", null);
    cluster.settle();
    two.workload("fd00:65::2");
    cluster.settle();
    assertThat(one.learned(IpFamily.IPV6)).isEmpty();
    cluster.hosts().forEach(host -> host.kernel.forgetWrites());
    cluster.node("node2", null, "172.30.0.12/24", "fd00:30::12/64");
    cluster.settle();
    assertThat(one.learned(IpFamily.IPV6)).containsExactly("fd00:65::2/128 via fd00:30::12");
    assertThat(one.kernel.writes())
        .extracting(write -> write.operation() + " " + write.text())
        .containsExactly("ip route add fd00:65::2/128 via fd00:30::12 dev eth1 proto 12");
    assertThat(two.kernel.writes()).isEmpty();
  }

  @Test
  void anUnreadableValueLeavesTheEarlierOneInForce() {
    IpAddress addressOfTwo = two.ipv4;
    cluster.tell(
        new SyncUpdate(
            new Key.ForResource(new NodeKey("node2")), null, "ip_addr_v4 is not an address"));
    cluster.settle();
    assertThat(one.session(addressOfTwo)).isEqualTo(SessionState.ESTABLISHED);
    assertThat(two.learned())
        .containsExactly("10.65.0.0/26 via 172.30.0.11", "10.65.2.0/26 via 172.30.0.13");
  }
}
