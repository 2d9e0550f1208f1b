package io.margay.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.datastore.Key;
import io.margay.model.BgpPeer;
import io.margay.model.Node;
import io.margay.model.ResourceKey.BgpPeerKey;
import io.margay.model.ResourceKey.NodeKey;
import io.margay.net.AsNumber;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import io.margay.routing.Peering.Origin;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BgpViewTest {

  private static final AsNumber AS_64512 = new AsNumber(64512);
  private static final IpAddress SLAVE1 = IpAddress.parse("192.168.40.11");
  private static final IpAddress SLAVE2 = IpAddress.parse("192.168.40.12");
  private static final IpAddress TOR = IpAddress.parse("192.168.40.1");

  private final BgpView view = new BgpView("slave1");

  @BeforeEach
  void twoNodes() {
    node("slave1", null, "192.168.40.11/24", null);
    node("slave2", null, "192.168.40.12/24", null);
  }

  @Test
  void everyOtherNodeWithAnAddressIsAMeshPeer() {
    node("policy-only", null, null, null);
    assertThat(view.peerings())
        .containsOnlyKeys(SLAVE2)
        .containsValue(new Peering(SLAVE2, AS_64512, AS_64512, SLAVE1, Origin.MESH));
  }

  @Test
  void theMeshGoesAndComesBackWithItsSetting() {
    set("node_mesh", "{\"enabled\": false}");
    assertThat(view.peerings()).isEmpty();
    set("node_mesh", "{\"enabled\":true}");
    assertThat(view.peerings()).containsOnlyKeys(SLAVE2);
    set("node_mesh", "{\"enabled\":false}");
    set("node_mesh", null);
    assertThat(view.peerings()).containsOnlyKeys(SLAVE2);
  }

  @Test
  void aNodesOwnAsWinsOverTheGlobalOne() {
    set("as_num", "65001");
    node("slave2", new AsNumber(4200000001L), "192.168.40.12/24", null);
    assertThat(view.peerings().get(SLAVE2))
        .isEqualTo(
            new Peering(
                SLAVE2, new AsNumber(4200000001L), new AsNumber(65001), SLAVE1, Origin.MESH));
  }

  @Test
  void anUnreadableGlobalAsKeepsTheOldOne() {
    set("as_num", "65001");
    set("as_num", "many");
    assertThat(view.peerings().get(SLAVE2).localAs()).isEqualTo(new AsNumber(65001));
  }

  @Test
  void ofSeveralReasonsForOnePeerTheMostSpecificWins() {
    peer(null, TOR, 65010);
    peer("slave1", TOR, 65011);
    peer("slave2", IpAddress.parse("192.168.40.2"), 65012);
    assertThat(view.peerings().get(TOR))
        .isEqualTo(new Peering(TOR, new AsNumber(65011), AS_64512, SLAVE1, Origin.NODE));
    assertThat(view.peerings()).containsOnlyKeys(TOR, SLAVE2);

    view.onUpdate(new Key.ForResource(new BgpPeerKey("slave1", TOR)), null);
    assertThat(view.peerings().get(TOR).origin()).isEqualTo(Origin.GLOBAL);
  }

  @Test
  void eachFamilyHasASessionOfItsOwn() {
    node("slave1", null, "192.168.40.11/24", "fd00::1/64");
    node("slave2", null, "192.168.40.12/24", "fd00::2/64");
    IpAddress slave2v6 = IpAddress.parse("fd00::2");
    assertThat(view.peerings()).containsOnlyKeys(SLAVE2, slave2v6);
    assertThat(view.peerings().get(slave2v6).localAddress()).isEqualTo(IpAddress.parse("fd00::1"));
  }

  @Test
  void aPeerOfAFamilyThisNodeDoesNotHaveIsLeftOut() {
    peer(null, IpAddress.parse("fd00::9"), 65010);
    assertThat(view.peerings()).containsOnlyKeys(SLAVE2);
  }

  @Test
  void ourOwnAddressIsNoPeer() {
    peer(null, SLAVE1, 65010);
    assertThat(view.peerings()).containsOnlyKeys(SLAVE2);
  }

  @Test
  void onlyBlocksOfThisNodeAreItsOwn() {
    view.onUpdate(
        new Key.BlockAffinity("slave1", IpPrefix.parse("172.16.1.0/26")), Key.Empty.EMPTY);
    view.onUpdate(
        new Key.BlockAffinity("slave2", IpPrefix.parse("172.16.1.64/26")), Key.Empty.EMPTY);
    assertThat(view.blocks()).containsExactly(IpPrefix.parse("172.16.1.0/26"));
    view.onUpdate(new Key.BlockAffinity("slave1", IpPrefix.parse("172.16.1.0/26")), null);
    assertThat(view.blocks()).isEmpty();
  }

  private void node(String name, AsNumber as, String ipv4, String ipv6) {
    Node.Bgp bgp =
        ipv4 == null && ipv6 == null
            ? null
            : new Node.Bgp(
                as,
                ipv4 == null ? null : IpPrefix.parse(ipv4),
                ipv6 == null ? null : IpPrefix.parse(ipv6));
    view.onUpdate(
        new Key.ForResource(new NodeKey(name)),
        new Node(new Node.Metadata(name), new Node.Spec(bgp)));
  }

  private void peer(String node, IpAddress address, long as) {
    BgpPeer.Scope scope = node == null ? BgpPeer.Scope.GLOBAL : BgpPeer.Scope.NODE;
    BgpPeer peer =
        new BgpPeer(new BgpPeer.Metadata(scope, node, address), new BgpPeer.Spec(new AsNumber(as)));
    view.onUpdate(new Key.ForResource(peer.key()), peer);
  }

  private void set(String name, String value) {
    view.onUpdate(new Key.BgpSetting(null, name), value);
  }
}
