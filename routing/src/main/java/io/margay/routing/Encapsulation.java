package io.margay.routing;

import io.margay.kernel.NextHop;
import io.margay.model.IpPool;
import io.margay.model.IpPool.IpipMode;
import io.margay.model.Node;
import io.margay.model.Vtep;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Which learned routes lead into a tunnel: those inside a pool that asks for it, to hosts that are
/// not in this node's own subnet if the pool asks for that.
///
/// The test is made with the BGP next hop. (The filters of Calico 2.1 look at the neighbour that
/// told the route, and are wrong as soon as that is a route reflector.)
///
/// A route into a tunnel names its gateway with the flag `onlink`, and so needs no way there but
/// the device. While there is no such device the route is not installed: packets that were to be
/// wrapped do not go out as they are.
///
/// @param pools by their network; those that do not encapsulate are holes in those that do
/// @param self where this node is
/// @param vteps by the addresses of their nodes
record Encapsulation(
    Map<IpPrefix, IpPool.Spec> pools, Node.@Nullable Bgp self, Map<IpAddress, Vtep> vteps) {

  static final String IPIP_DEVICE = "tunl0";

  /// Nothing is wrapped.
  static final Encapsulation NONE = new Encapsulation(Map.of(), null, Map.of());

  Encapsulation {
    pools = Map.copyOf(pools);
    vteps = Map.copyOf(vteps);
  }

  /// The device for VXLAN of a family, over hosts' addresses of the same family.
  static String vxlanDevice(IpFamily family) {
    return family == IpFamily.IPV4 ? "vxlan.calico" : "vxlan-v6.calico";
  }

  static boolean isEncapsulated(IpPool.Spec pool) {
    return pool.vxlanMode() != null || (pool.ipip() != null && pool.ipip().enabled());
  }

  /// The next hop inside the tunnel that packets to a destination take, null for none.
  ///
  /// @param nextHop the host that has the destination, by BGP
  @Nullable NextHop towards(IpPrefix destination, IpAddress nextHop) {
    IpPool.Spec pool = poolOf(destination);
    if (pool == null || destination.contains(nextHop)) {
      return null;
    }
    if (pool.vxlanMode() != null) {
      Vtep vtep = vteps.get(nextHop);
      boolean wrapped = pool.vxlanMode() == IpPool.VxlanMode.ALWAYS || !isInOwnSubnet(nextHop);
      IpFamily family = nextHop.family();
      IpAddress gateway = vtep == null ? null : vtep.gateway(family);
      return !wrapped || gateway == null || family != destination.family()
          ? null
          : new NextHop(gateway, vxlanDevice(family), family == IpFamily.IPV4);
    }
    IpPool.Ipip ipip = pool.ipip();
    boolean wrapped =
        ipip != null
            && ipip.enabled()
            && (ipip.mode() != IpipMode.CROSS_SUBNET || !isInOwnSubnet(nextHop));
    return wrapped && nextHop.family() == IpFamily.IPV4
        ? new NextHop(nextHop, IPIP_DEVICE, true)
        : null;
  }

  /// The smallest pool around it.
  private IpPool.@Nullable Spec poolOf(IpPrefix destination) {
    IpPrefix smallest = null;
    for (IpPrefix pool : pools.keySet()) {
      if (pool.contains(destination) && (smallest == null || pool.length() > smallest.length())) {
        smallest = pool;
      }
    }
    return smallest == null ? null : pools.get(smallest);
  }

  private boolean isInOwnSubnet(IpAddress host) {
    return self != null
        && Stream.of(self.ipv4Address(), self.ipv6Address())
            .anyMatch(own -> own != null && own.masked().contains(host));
  }
}
