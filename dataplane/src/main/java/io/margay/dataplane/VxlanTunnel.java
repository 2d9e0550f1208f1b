package io.margay.dataplane;

import io.margay.calc.output.NodeUpdate.VtepActive;
import io.margay.dataplane.config.DataplaneConfig;
import io.margay.dataplane.config.DataplaneConfig.Vxlan;
import io.margay.dataplane.rules.DeviceNames;
import io.margay.kernel.ApplyOutcome;
import io.margay.kernel.FdbEntry;
import io.margay.kernel.Link;
import io.margay.kernel.Neighbour;
import io.margay.kernel.neighbour.NeighbourTable;
import io.margay.kernel.tunnel.Tunnel;
import io.margay.kernel.tunnel.TunnelDevice;
import io.margay.model.Vtep;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import io.margay.net.MacAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The VXLAN device of one family, with what it has to know of each other node: the hardware
/// address of its end, and the host that has it.
///
/// ```
///   route (learned):  10.65.1.0/26 via GATEWAY dev vxlan.calico
///   neighbour:        GATEWAY lladdr MAC dev vxlan.calico
///   fdb:              MAC dst HOST dev vxlan.calico
/// ```
final class VxlanTunnel {

  private final Vxlan config;
  private final IpFamily family;
  private final String name;
  private final TunnelDevice device;
  private final NeighbourTable<IpAddress, Neighbour> neighbours;
  private final NeighbourTable<MacAddress, FdbEntry> forwarding;
  private Map<IpAddress, Neighbour> wantedNeighbours = new TreeMap<>();
  private Map<MacAddress, FdbEntry> wantedForwarding = new TreeMap<>();

  VxlanTunnel(DataplaneConfig config, IpFamily family, KernelAccess kernel) {
    this.config = config.vxlan();
    this.family = family;
    this.name = DeviceNames.vxlan(family);
    this.device = new TunnelDevice(name, kernel.tunnels(), true);
    this.neighbours =
        NeighbourTable.of(family, kernel.neighbours(), entry -> entry.device().equals(name));
    this.forwarding =
        NeighbourTable.of(kernel.forwardingDatabase(), entry -> entry.device().equals(name));
  }

  TunnelDevice device() {
    return device;
  }

  /// Wants tunnels from this node to all others.
  ///
  /// @param self this node, null for no tunnels
  /// @param others with an address of the family or without
  void want(@Nullable Vtep self, Collection<VtepActive> others) {
    IpAddress local = self == null ? null : self.address(family);
    Map<IpAddress, Neighbour> neighboursNow = new TreeMap<>();
    Map<MacAddress, FdbEntry> forwardingNow = new TreeMap<>();
    if (self == null || local == null) {
      device.unwant();
    } else {
      device.want(
          new Tunnel.Vxlan(
              name, config.mtu(family), config.vni(), config.port(), self.mac(), local),
          tunnelAddress());
      for (VtepActive other : others) {
        IpAddress gateway = other.vtep().gateway(family);
        IpAddress host = other.vtep().address(family);
        if (!other.local() && gateway != null && host != null && !host.equals(local)) {
          MacAddress mac = other.vtep().mac();
          neighboursNow.putIfAbsent(gateway, new Neighbour(name, gateway, mac));
          forwardingNow.putIfAbsent(mac, new FdbEntry(name, mac, host));
        }
      }
    }
    missing(wantedNeighbours, neighboursNow).forEach(gone -> neighbours.remove(name, gone));
    missing(wantedForwarding, forwardingNow).forEach(gone -> forwarding.remove(name, gone));
    neighboursNow.values().forEach(neighbours::put);
    forwardingNow.values().forEach(forwarding::put);
    wantedNeighbours = neighboursNow;
    wantedForwarding = forwardingNow;
  }

  private static <K> Set<K> missing(Map<K, ?> before, Map<K, ?> now) {
    Set<K> missing = new TreeSet<>(before.keySet());
    missing.removeAll(now.keySet());
    return missing;
  }

  private Set<IpPrefix> tunnelAddress() {
    IpAddress address = config.tunnelAddress(family);
    return address == null ? Set.of() : Set.of(address.toPrefix());
  }

  void onLink(Link link) {
    device.onLink(link);
    neighbours.onLink(link);
    forwarding.onLink(link);
  }

  void onLinkRemoved(Link link) {
    device.onLinkRemoved(link);
    neighbours.onLinkRemoved(link);
    forwarding.onLinkRemoved(link);
  }

  void onNeighbour(Neighbour neighbour) {
    if (neighbour.address().family() == family) {
      neighbours.onEntry(neighbour);
    }
  }

  void onNeighbourRemoved(String from, IpAddress address) {
    if (address.family() == family) {
      neighbours.onEntryRemoved(from, address);
    }
  }

  void onForwarding(FdbEntry entry) {
    forwarding.onEntry(entry);
  }

  void onForwardingRemoved(FdbEntry entry) {
    forwarding.onEntryRemoved(entry.device(), entry.mac());
  }

  void invalidate() {
    device.invalidate();
    neighbours.invalidate();
    forwarding.invalidate();
  }

  boolean needsApply() {
    return device.needsApply() || neighbours.needsApply() || forwarding.needsApply();
  }

  /// The device first: entries wait for theirs.
  List<ApplyOutcome<?>> apply() {
    List<ApplyOutcome<?>> outcomes = new ArrayList<>();
    outcomes.add(device.apply());
    outcomes.add(neighbours.apply());
    outcomes.add(forwarding.apply());
    return outcomes;
  }
}
