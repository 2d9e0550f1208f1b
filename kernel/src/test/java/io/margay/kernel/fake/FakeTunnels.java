package io.margay.kernel.fake;

import io.margay.kernel.FdbEntry;
import io.margay.kernel.ForwardingDatabase;
import io.margay.kernel.KernelException;
import io.margay.kernel.tunnel.Tunnel;
import io.margay.kernel.tunnel.Tunnel.Ipip;
import io.margay.kernel.tunnel.Tunnel.Vxlan;
import io.margay.kernel.tunnel.TunnelState;
import io.margay.kernel.tunnel.Tunnels;
import io.margay.net.IpPrefix;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Simulated tunnel devices and their forwarding databases, on the links of a [FakeNetwork].
final class FakeTunnels implements Tunnels, ForwardingDatabase {

  private final FakeKernel kernel;
  private final FakeNetwork network;
  private final Map<String, Tunnel> tunnels = new HashMap<>();
  private final List<FdbEntry> entries = new ArrayList<>();
  private final Set<String> unknownKinds = new HashSet<>();

  FakeTunnels(FakeKernel kernel, FakeNetwork network) {
    this.kernel = kernel;
    this.network = network;
  }

  /// Has the kernel not know a kind of device.
  void lack(String kind) {
    unknownKinds.add(kind);
  }

  /// A device was removed.
  void linkRemoved(String name) {
    tunnels.remove(name);
    entries.removeIf(entry -> entry.device().equals(name));
  }

  @Override
  public Optional<TunnelState> read(String name) {
    synchronized (kernel) {
      kernel.enter("ip link show", name);
      return network
          .named(name)
          .map(link -> {
            Tunnel tunnel = tunnels.get(name);
            return new TunnelState(
                tunnel == null ? "veth" : tunnel.kind(),
                tunnel == null ? null : withMtu(tunnel, link.mtu()),
                link.adminUp(),
                network.addressesOf(link.index()));
          });
    }
  }

  private static Tunnel withMtu(Tunnel tunnel, int mtu) {
    return switch (tunnel) {
      case Ipip(String name, _) -> new Ipip(name, mtu);
      case Vxlan(String name, _, int vni, int port, var mac, var local) ->
          new Vxlan(name, mtu, vni, port, mac, local);
    };
  }

  @Override
  public void create(Tunnel tunnel) {
    synchronized (kernel) {
      kernel.enter("ip link add", tunnel.name());
      if (unknownKinds.contains(tunnel.kind())) {
        throw new KernelException("ip link add " + tunnel.name() + ": EOPNOTSUPP");
      }
      if (network.named(tunnel.name()).isEmpty()) {
        tunnels.put(tunnel.name(), tunnel);
        network.addLink(tunnel.name());
        if (tunnel instanceof Vxlan vxlan && vxlan.mac() != null) {
          network.setMac(tunnel.name(), vxlan.mac());
        }
        network.setMtu(tunnel.name(), tunnel.mtu());
        network.setLinkUp(tunnel.name(), true);
      }
      kernel.wrote("ip link add", tunnel.name());
    }
  }

  @Override
  public void delete(String name) {
    synchronized (kernel) {
      kernel.enter("ip link delete", name);
      if (network.named(name).isPresent()) {
        network.removeLink(name);
        kernel.wrote("ip link delete", name);
      }
    }
  }

  @Override
  public void setUp(String name, int mtu) {
    synchronized (kernel) {
      kernel.enter("ip link set", name);
      network.setMtu(name, mtu);
      network.setLinkUp(name, true);
      kernel.wrote("ip link set", name);
    }
  }

  @Override
  public void addAddress(String name, IpPrefix address) {
    synchronized (kernel) {
      kernel.enter("ip address add", address + " dev " + name);
      if (!network.addressesOf(network.link(name).index()).contains(address)) {
        network.addAddress(name, address);
      }
      kernel.wrote("ip address add", address + " dev " + name);
    }
  }

  @Override
  public void removeAddress(String name, IpPrefix address) {
    synchronized (kernel) {
      kernel.enter("ip address delete", address + " dev " + name);
      if (network.named(name).isPresent()
          && network.addressesOf(network.link(name).index()).contains(address)) {
        network.removeAddress(name, address);
        kernel.wrote("ip address delete", address + " dev " + name);
      }
    }
  }

  @Override
  public List<FdbEntry> list() {
    synchronized (kernel) {
      kernel.enter("bridge fdb list", "");
      return List.copyOf(entries);
    }
  }

  @Override
  public void replace(FdbEntry entry) {
    synchronized (kernel) {
      kernel.enter("bridge fdb replace", entry.toString());
      network.link(entry.device());
      entries.removeIf(there -> samePlace(there, entry));
      entries.add(entry);
      kernel.wrote("bridge fdb replace", entry.toString());
      network.tell(listener -> listener.onForwarding(entry));
    }
  }

  @Override
  public void delete(FdbEntry entry) {
    synchronized (kernel) {
      kernel.enter("bridge fdb delete", entry.toString());
      if (entries.removeIf(there -> samePlace(there, entry))) {
        kernel.wrote("bridge fdb delete", entry.toString());
        network.tell(listener -> listener.onForwardingRemoved(entry));
      }
    }
  }

  private static boolean samePlace(FdbEntry one, FdbEntry other) {
    return one.device().equals(other.device()) && one.mac().equals(other.mac());
  }
}
