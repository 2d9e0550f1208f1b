package io.margay.ipam;

import static io.margay.ipam.World.ip;
import static io.margay.ipam.World.net;
import static org.assertj.core.api.Assertions.assertThat;

import io.margay.datastore.Entry;
import io.margay.datastore.Key;
import io.margay.datastore.ipam.AllocationBlock.Attribute;
import io.margay.ipam.TunnelAddresses.Outcome;
import io.margay.ipam.TunnelAddresses.Tunnel;
import io.margay.model.IpPool;
import io.margay.net.IpAddress;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The address of `tunl0`: there while a pool wants it.
class TunnelAddressesTest {

  private final World world = new World();
  private final TunnelAddresses tunnels = new TunnelAddresses(world.datastore);

  @AfterEach
  void invariantsHold() {
    Invariants.assertHold(world.datastore);
  }

  private void pool(String cidr, boolean ipip, boolean disabled) {
    var pool =
        new IpPool(
            new IpPool.Metadata(net(cidr)),
            new IpPool.Spec(new IpPool.Ipip(ipip, null), false, disabled));
    world.datastore.apply(new Key.ForResource(pool.key()), pool);
  }

  private IpAddress ensured() {
    var outcome = tunnels.ensure("slave1", Tunnel.IPIP);
    assertThat(outcome).isInstanceOf(Outcome.Has.class);
    return ((Outcome.Has) outcome).address();
  }

  private String setting() {
    return world
        .datastore
        .get(new Key.FelixSetting("slave1", "IpInIpTunnelAddr"))
        .map(Entry::value)
        .orElse(null);
  }

  @Test
  void isTakenFromAPoolThatWantsItAndStays() {
    pool("10.65.0.0/24", false, false);
    pool("10.66.0.0/24", true, false);
    IpAddress address = ensured();
    assertThat(net("10.66.0.0/24").contains(address)).isTrue();
    assertThat(setting()).isEqualTo(address.toString());
    long before = world.datastore.snapshot().revision();
    assertThat(tunnels.ensure("slave1", Tunnel.IPIP)).isEqualTo(new Outcome.Has(address, false));
    assertThat(world.datastore.snapshot().revision()).isEqualTo(before);
    assertThat(world.ipam.owner(address).orElseThrow().secondary()).containsEntry("node", "slave1");
  }

  @Test
  void vxlanHasAnAddressInEachFamilyThatWantsIt() {
    for (String cidr : new String[] {"10.68.0.0/24", "fd80::/64"}) {
      var pool =
          new IpPool(
              new IpPool.Metadata(net(cidr)),
              new IpPool.Spec(null, false, false, null, IpPool.VxlanMode.ALWAYS));
      world.datastore.apply(new Key.ForResource(pool.key()), pool);
    }
    var outcomes = tunnels.ensureAll("slave1");
    assertThat(outcomes.get(Tunnel.IPIP)).isEqualTo(new Outcome.NotWanted());
    for (var tunnel : new Tunnel[] {Tunnel.VXLAN, Tunnel.VXLAN_IPV6}) {
      assertThat(outcomes.get(tunnel)).isInstanceOf(Outcome.Has.class);
    }
    for (String name : new String[] {"IPv4VXLANTunnelAddr", "IPv6VXLANTunnelAddr"}) {
      var stored = world.datastore.get(new Key.FelixSetting("slave1", name)).orElseThrow().value();
      assertThat(world.ipam.owner(ip(stored))).isPresent();
      assertThat(net(name.contains("v4") ? "10.68.0.0/24" : "fd80::/64").contains(ip(stored)))
          .isTrue();
    }
  }

  @Test
  void isReplacedWhenItsPoolGoesAndGivenBackWhenNoneWantsIt() {
    pool("10.66.0.0/24", true, false);
    IpAddress old = ensured();
    pool("10.66.0.0/24", true, true);
    pool("10.67.0.0/24", true, false);
    IpAddress next = ensured();
    assertThat(net("10.67.0.0/24").contains(next)).isTrue();
    assertThat(world.ipam.owner(old)).isEmpty();

    pool("10.67.0.0/24", false, false);
    assertThat(tunnels.ensure("slave1", Tunnel.IPIP)).isEqualTo(new Outcome.NotWanted());
    assertThat(setting()).isNull();
    assertThat(Invariants.inUse(world.datastore)).isEmpty();
    assertThat(tunnels.ensure("slave1", Tunnel.IPIP)).isEqualTo(new Outcome.NotWanted());
  }

  @Test
  void oneThatCalicoTookWithoutAHandleIsKeptAndLaterGivenBack() {
    pool("10.66.0.0/24", true, false);
    var nameless = new Attribute(null, new TreeMap<>());
    world.ipam.assignAddress(ip("10.66.0.9"), "slave1", nameless);
    world.datastore.apply(Tunnel.IPIP.key("slave1"), "10.66.0.9");
    assertThat(ensured()).isEqualTo(ip("10.66.0.9"));
    pool("10.66.0.0/24", false, false);
    tunnels.ensure("slave1", Tunnel.IPIP);
    assertThat(Invariants.inUse(world.datastore)).isEmpty();
  }

  @Test
  void oneThatSomebodyElseHasIsNotKept() {
    pool("10.66.0.0/24", true, false);
    world.ipam.assignAddress(ip("10.66.0.9"), "slave1", World.handle("web"));
    world.datastore.apply(Tunnel.IPIP.key("slave1"), "10.66.0.9");
    assertThat(ensured()).isNotEqualTo(ip("10.66.0.9"));
    assertThat(world.ipam.owner(ip("10.66.0.9"))).contains(World.handle("web"));
  }

  @Test
  void oneThatWasTakenButNotNotedDownIsFoundAgain() {
    pool("10.66.0.0/24", true, false);
    IpAddress lost = ensured();
    world.datastore.delete(Tunnel.IPIP.key("slave1"), null);
    assertThat(ensured()).isEqualTo(lost);
    world.datastore.apply(Tunnel.IPIP.key("slave1"), "nonsense");
    assertThat(ensured()).isEqualTo(lost);
    assertThat(Invariants.inUse(world.datastore)).hasSize(1);
  }

  @Test
  void whereThereIsNoneToBeHadTheReasonIsTold() {
    pool("10.66.0.0/26", true, false);
    world.blockWithFree("10.66.0.0/26", "slave2", 0);
    assertThat(tunnels.ensure("slave1", Tunnel.IPIP))
        .isInstanceOfSatisfying(
            Outcome.Unobtainable.class,
            no -> assertThat(no.reason()).contains("0 of 1 IPv4 addresses"));
    assertThat(setting()).isNull();
  }
}
