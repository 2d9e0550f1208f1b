package io.margay.kernel.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.kernel.ApplyOutcome;
import io.margay.kernel.FdbEntry;
import io.margay.kernel.KernelException;
import io.margay.kernel.tunnel.Tunnel;
import io.margay.kernel.tunnel.Tunnel.Vxlan;
import io.margay.kernel.tunnel.TunnelChange;
import io.margay.kernel.tunnel.TunnelDevice;
import io.margay.kernel.tunnel.TunnelState;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import io.margay.net.MacAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// The contract of [io.margay.kernel.tunnel.Tunnels] and of [io.margay.kernel.ForwardingDatabase],
/// and what [TunnelDevice] makes of it, with VXLAN devices.
public abstract class TunnelsContract extends KernelContract {

  private static final MacAddress MAC = MacAddress.parse("66:00:00:00:00:01");
  private static final MacAddress PEER = MacAddress.parse("66:00:00:00:00:02");
  private static final IpPrefix ADDRESS = IpPrefix.parse("10.65.0.7/32");

  private static final Vxlan V4 =
      new Vxlan("vxlan.calico", 1410, 4096, 4789, MAC, IpAddress.parse("192.0.2.1"));
  private static final Vxlan V6 =
      new Vxlan("vxlan-v6.calico", 1390, 4097, 4790, MAC, IpAddress.parse("2001:db8::1"));

  private static final Vxlan FOREIGN =
      new Vxlan("foreign", 1410, 4096, 4789, MAC, IpAddress.parse("192.0.2.1"));

  @Test
  void makesADeviceAsAskedAndUp() {
    for (Vxlan tunnel : new Vxlan[] {V4, V6}) {
      assertThat(world().tunnels().read(tunnel.name())).isEmpty();

      world().tunnels().create(tunnel);

      assertThat(state(tunnel).tunnel()).isEqualTo(tunnel);
      assertThat(state(tunnel).kind()).isEqualTo("vxlan");
      assertThat(state(tunnel).up()).isTrue();
    }
  }

  @Test
  void makingADeviceThatIsThereLeavesItAsItIs() {
    world().tunnels().create(V4);

    world().tunnels().create(new Vxlan("vxlan.calico", 1200, 7, 4789, MAC, V4.local()));

    assertThat(state(V4).tunnel()).isEqualTo(V4);
  }

  @Test
  void tellsADeviceOfAnotherKindApart() {
    world().addLink("foreign");

    assertThat(state(FOREIGN).tunnel()).isNull();
    assertThat(state(FOREIGN).kind()).isEqualTo("veth");
  }

  @Test
  void setsMtuAndAddresses() {
    world().tunnels().create(V4);
    world().setLinkDown("vxlan.calico");

    world().tunnels().setUp("vxlan.calico", 1300);
    world().tunnels().addAddress("vxlan.calico", ADDRESS);
    world().tunnels().addAddress("vxlan.calico", ADDRESS);
    world().tunnels().addAddress("vxlan.calico", IpPrefix.parse("fd00:65::7/128"));

    assertThat(state(V4).up()).isTrue();
    assertThat(state(V4).tunnel()).isEqualTo(withMtu(1300));
    assertThat(state(V4).addresses()).contains(ADDRESS, IpPrefix.parse("fd00:65::7/128"));

    world().tunnels().removeAddress("vxlan.calico", ADDRESS);
    world().tunnels().removeAddress("vxlan.calico", ADDRESS);
    assertThat(state(V4).addresses()).doesNotContain(ADDRESS);
  }

  @Test
  void deletesADeviceAndCountsAMissingOneAsDeleted() {
    world().tunnels().create(V4);

    world().tunnels().delete("vxlan.calico");

    assertThat(world().tunnels().read("vxlan.calico")).isEmpty();
    assertThatCode(() -> world().tunnels().delete("vxlan.calico")).doesNotThrowAnyException();
    assertThatCode(() -> world().tunnels().removeAddress("vxlan.calico", ADDRESS))
        .doesNotThrowAnyException();
  }

  @Test
  void keepsAForwardingDatabase() {
    world().tunnels().create(V4);
    world().tunnels().create(V6);
    FdbEntry first = entry("vxlan.calico", PEER, "192.0.2.2");
    FdbEntry moved = entry("vxlan.calico", PEER, "192.0.2.3");
    FdbEntry sixth = entry("vxlan-v6.calico", PEER, "2001:db8::2");

    world().forwardingDatabase().replace(first);
    world().forwardingDatabase().replace(sixth);
    assertThat(world().forwardingDatabase().list()).containsExactlyInAnyOrder(first, sixth);

    world().forwardingDatabase().replace(moved);
    assertThat(world().forwardingDatabase().list()).containsExactlyInAnyOrder(moved, sixth);

    world().forwardingDatabase().delete(sixth);
    world().forwardingDatabase().delete(sixth);
    assertThat(world().forwardingDatabase().list()).containsExactly(moved);

    world().tunnels().delete("vxlan.calico");
    assertThat(world().forwardingDatabase().list()).isEmpty();
    assertThatThrownBy(() -> world().forwardingDatabase().replace(first))
        .isInstanceOf(KernelException.class)
        .hasMessageContaining("ENODEV");
    assertThatCode(() -> world().forwardingDatabase().delete(first)).doesNotThrowAnyException();
  }

  @Test
  void aTunnelDeviceIsWrittenOnceAndThenOnlyRead() {
    assertThat(wanting(V4).apply().changes())
        .extracting(TunnelChange::toString)
        .containsExactly(
            "tunnel vxlan.calico created", "tunnel vxlan.calico address 10.65.0.7/32 added");

    assertThat(wanting(V4).apply()).isEqualTo(new ApplyOutcome<>(List.of(), List.of()));
  }

  @Test
  void aTunnelDeviceIsRepaired() {
    TunnelDevice device = wanting(V4);
    device.apply();
    world().setLinkDown("vxlan.calico");
    world().removeAddress("vxlan.calico", "10.65.0.7/32");
    world().addAddress("vxlan.calico", "10.65.0.8/32");

    device.invalidate();
    ApplyOutcome<TunnelChange> outcome = device.apply();

    assertThat(outcome.changes()).isNotEmpty().allMatch(TunnelChange::drift);
    assertThat(state(V4).tunnel()).isEqualTo(V4);
    assertThat(state(V4).up()).isTrue();
    assertThat(state(V4).addresses())
        .contains(ADDRESS)
        .doesNotContain(IpPrefix.parse("10.65.0.8/32"));

    world().removeLink("vxlan.calico");
    device.invalidate();
    device.apply();
    assertThat(state(V4).addresses()).contains(ADDRESS);
  }

  @Test
  void aTunnelDeviceIsMadeAnewWhereItCannotBeChanged() {
    wanting(V4).apply();
    Vxlan other = new Vxlan("vxlan.calico", 1410, 5000, 4789, MAC, V4.local());

    assertThat(wanting(other).apply().complete()).isTrue();
    assertThat(state(V4).tunnel()).isEqualTo(other);

    assertThat(wanting(withMtu(1280)).apply().complete()).isTrue();
    assertThat(state(V4).tunnel()).isEqualTo(withMtu(1280));
  }

  @Test
  void aForeignDeviceOfTheNameStays() {
    world().addLink("foreign");

    ApplyOutcome<TunnelChange> outcome = wanting(FOREIGN).apply();

    assertThat(outcome.changes()).isEmpty();
    assertThat(outcome.failures())
        .singleElement()
        .satisfies(failure -> assertThat(failure.getMessage()).contains("is of kind 'veth'"));
    TunnelDevice unwanted = new TunnelDevice("foreign", world().tunnels(), true);
    assertThat(unwanted.apply().changes()).isEmpty();
    assertThat(world().tunnels().read("foreign")).isPresent();
  }

  @Test
  void anUnwantedTunnelDeviceGoes() {
    TunnelDevice device = wanting(V4);
    device.apply();

    device.unwant();
    device.apply();

    assertThat(world().tunnels().read("vxlan.calico")).isEmpty();
  }

  private TunnelDevice wanting(Tunnel tunnel) {
    TunnelDevice device = new TunnelDevice(tunnel.name(), world().tunnels(), true);
    device.want(tunnel, Set.of(ADDRESS));
    return device;
  }

  private static Vxlan withMtu(int mtu) {
    return new Vxlan("vxlan.calico", mtu, 4096, 4789, MAC, V4.local());
  }

  private TunnelState state(Tunnel tunnel) {
    Optional<TunnelState> state = world().tunnels().read(tunnel.name());
    assertThat(state).as(tunnel.name()).isPresent();
    return state.orElseThrow();
  }

  private static FdbEntry entry(String device, MacAddress mac, String remote) {
    return new FdbEntry(device, mac, IpAddress.parse(remote));
  }
}
