package io.margay.dataplane;

import io.margay.calc.output.NodeUpdate.Encapsulation;
import io.margay.calc.output.NodeUpdate.PoolActive;
import io.margay.calc.output.NodeUpdate.VtepActive;
import io.margay.dataplane.config.DataplaneConfig;
import io.margay.dataplane.config.DataplaneConfig.Ipip;
import io.margay.dataplane.rules.DeviceNames;
import io.margay.kernel.ApplyOutcome;
import io.margay.kernel.FdbEntry;
import io.margay.kernel.KernelException;
import io.margay.kernel.Link;
import io.margay.kernel.LinkAddress;
import io.margay.kernel.Neighbour;
import io.margay.kernel.tunnel.Tunnel;
import io.margay.kernel.tunnel.TunnelDevice;
import io.margay.model.Vtep;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.Ipv4Address;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The tunnel devices of this node. IP in IP is there when the setting says so, as in Felix 2.1;
/// VXLAN when a pool asks for it.
///
/// Which packets take them is not decided here: routing installs the routes.
final class NodeTunnels {

  private static final Logger log = LoggerFactory.getLogger(NodeTunnels.class);

  private final Ipip ipip;
  private final TunnelDevice ipipDevice;
  private final List<VxlanTunnel> vxlan = new ArrayList<>();
  private final List<IpFamily> families;

  /// What the operator was told of the kernel and the settings, so that it is told once.
  private final Set<String> told = new HashSet<>();

  NodeTunnels(DataplaneConfig config, KernelAccess kernel) {
    this.ipip = config.ipip();
    this.ipipDevice = new TunnelDevice(DeviceNames.IPIP, kernel.tunnels(), false);
    this.families = config.families();
    families.forEach(family -> vxlan.add(new VxlanTunnel(config, family, kernel)));
    if (ipip.enabled()) {
      Ipv4Address address = ipip.tunnelAddress();
      ipipDevice.want(
          new Tunnel.Ipip(DeviceNames.IPIP, ipip.mtu()),
          address == null ? Set.of() : Set.of(address.toPrefix()));
    }
  }

  /// Whether packets of a family travel by VXLAN: a pool asks for it, and this node has an address
  /// that it can send them from.
  static boolean usesVxlan(
      IpFamily family, Collection<PoolActive> pools, Collection<VtepActive> vteps) {
    Vtep self = self(vteps);
    return self != null
        && self.address(family) != null
        && pools.stream()
            .anyMatch(pool ->
                pool.cidr().family() == family && pool.encapsulation() == Encapsulation.VXLAN);
  }

  private static @Nullable Vtep self(Collection<VtepActive> vteps) {
    return vteps.stream().filter(VtepActive::local).map(VtepActive::vtep).findFirst().orElse(null);
  }

  /// Wants what these pools need.
  void set(Collection<PoolActive> pools, Collection<VtepActive> vteps) {
    for (int i = 0; i < families.size(); i++) {
      boolean wanted = usesVxlan(families.get(i), pools, vteps);
      vxlan.get(i).want(wanted ? self(vteps) : null, vteps);
    }
    if (!ipip.enabled()
        && pools.stream().anyMatch(pool -> pool.encapsulation() == Encapsulation.IPIP)) {
      tellOnce(
          "A pool has ipip enabled, but IpInIpEnabled is not set: this agent makes no device tunl0,"
              + " and routes to other hosts' workloads of that pool wait for it. Set it:"
              + " calicoctl config set ipip on.");
    }
  }

  private void tellOnce(String text) {
    if (told.add(text)) {
      log.error(text);
    }
  }

  // News from the kernel.

  private Stream<TunnelDevice> devices() {
    return Stream.concat(Stream.of(ipipDevice), vxlan.stream().map(VxlanTunnel::device));
  }

  void onLink(Link link) {
    ipipDevice.onLink(link);
    vxlan.forEach(tunnel -> tunnel.onLink(link));
  }

  void onLinkRemoved(Link link) {
    ipipDevice.onLinkRemoved(link);
    vxlan.forEach(tunnel -> tunnel.onLinkRemoved(link));
  }

  void onAddress(LinkAddress address) {
    devices().forEach(device -> device.onAddress(address));
  }

  void onAddressRemoved(LinkAddress address) {
    devices().forEach(device -> device.onAddressRemoved(address));
  }

  void onNeighbour(Neighbour neighbour) {
    vxlan.forEach(tunnel -> tunnel.onNeighbour(neighbour));
  }

  void onNeighbourRemoved(String device, IpAddress address) {
    vxlan.forEach(tunnel -> tunnel.onNeighbourRemoved(device, address));
  }

  void onForwarding(FdbEntry entry) {
    vxlan.forEach(tunnel -> tunnel.onForwarding(entry));
  }

  void onForwardingRemoved(FdbEntry entry) {
    vxlan.forEach(tunnel -> tunnel.onForwardingRemoved(entry));
  }

  void invalidate() {
    ipipDevice.invalidate();
    vxlan.forEach(VxlanTunnel::invalidate);
  }

  // Writing.

  boolean needsApply() {
    return ipipDevice.needsApply() || vxlan.stream().anyMatch(VxlanTunnel::needsApply);
  }

  List<ApplyOutcome<?>> apply() {
    List<ApplyOutcome<?>> outcomes = new ArrayList<>();
    outcomes.add(ipipDevice.apply());
    vxlan.forEach(tunnel -> outcomes.addAll(tunnel.apply()));
    tellOfMissingKinds();
    return outcomes;
  }

  /// A kernel that lacks a kind of tunnel does all the rest, and gets no better by trying.
  private void tellOfMissingKinds() {
    KernelException ipipMissing = ipipDevice.unsupported();
    if (ipipMissing != null) {
      tellOnce(
          "This kernel has no IP in IP (%s) Packets to other hosts' workloads in pools with ipip are not sent, neither wrapped nor as they are; all else goes on. Load the module ipip, or use VXLAN: in the pool, set spec.ipip.enabled to false and spec.vxlanMode to Always or CrossSubnet."
              .formatted(ipipMissing.getMessage()));
    }
    for (VxlanTunnel tunnel : vxlan) {
      KernelException missing = tunnel.device().unsupported();
      if (missing != null) {
        tellOnce(
            "This kernel has no VXLAN (%s) Packets to other hosts' workloads in pools with vxlanMode are not sent, neither wrapped nor as they are; all else goes on. Load the module vxlan, or route without tunnels: set spec.vxlanMode of the pool to Never."
                .formatted(missing.getMessage()));
      }
    }
  }
}
