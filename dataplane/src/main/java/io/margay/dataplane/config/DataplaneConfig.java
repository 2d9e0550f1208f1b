package io.margay.dataplane.config;

import io.margay.kernel.iptables.InsertMode;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.Ipv4Address;
import io.margay.net.Ipv6Address;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Everything that the rendering of chains and the writing of them depend on, besides the state of
/// the cluster.
///
/// @param interfacePrefixes what names of workloads' interfaces begin with, in configured order
/// @param failsafeInboundPorts TCP ports of the host that stay reachable whatever policy says
/// @param failsafeOutboundPorts TCP ports that stay reachable from the host
/// @param endpointToHostAction what happens to a packet from a workload to its host, once the
///   workload's own egress policy let it through
/// @param logPrefix what log lines begin with; a colon and a blank follow it
/// @param insertMode whether our rules come before or after those of others in the kernel's chains
/// @param ipv6 whether IPv6 is programmed at all
/// @param maxIpSetSize how many members a set can hold
public record DataplaneConfig(
    Marks marks,
    List<String> interfacePrefixes,
    List<Integer> failsafeInboundPorts,
    List<Integer> failsafeOutboundPorts,
    EndpointToHostAction endpointToHostAction,
    OpenStack openStack,
    Ipip ipip,
    Vxlan vxlan,
    String logPrefix,
    InsertMode insertMode,
    boolean ipv6,
    int maxIpSetSize) {

  /// Felix's built-in defaults.
  public static final DataplaneConfig DEFAULT =
      new DataplaneConfig(
          Marks.fromMask(0xff000000),
          List.of("cali"),
          List.of(22),
          List.of(2379, 2380, 4001, 7001),
          EndpointToHostAction.DROP,
          OpenStack.OFF,
          Ipip.OFF,
          Vxlan.DEFAULT,
          "calico-packet",
          InsertMode.INSERT,
          true,
          1048576);

  public DataplaneConfig {
    interfacePrefixes = List.copyOf(interfacePrefixes);
    failsafeInboundPorts = List.copyOf(failsafeInboundPorts);
    failsafeOutboundPorts = List.copyOf(failsafeOutboundPorts);
  }

  public enum EndpointToHostAction {
    DROP,
    RETURN,
    ACCEPT
  }

  /// Holes in the default action that virtual machines of OpenStack need: DHCP, DNS, metadata.
  ///
  /// @param metadataAddress null for no metadata server
  public record OpenStack(boolean active, @Nullable Ipv4Address metadataAddress, int metadataPort) {
    public static final OpenStack OFF = new OpenStack(false, null, 0);
  }

  /// IP in IP between hosts (IPv4 only).
  ///
  /// @param tunnelAddress the address of `tunl0`, null as long as none is known
  public record Ipip(boolean enabled, @Nullable Ipv4Address tunnelAddress, int mtu) {
    public static final Ipip OFF = new Ipip(false, null, 1440);
  }

  /// VXLAN between hosts; whether there is any, the pools say.
  ///
  /// @param vni the network's identifier, 24 bits
  /// @param port the UDP port
  /// @param mtu of the device over IPv4, in bytes
  /// @param mtuV6 of the device over IPv6
  /// @param tunnelAddress of the device over IPv4, null as long as none is known
  /// @param tunnelAddressV6 of the device over IPv6
  public record Vxlan(
      int vni,
      int port,
      int mtu,
      int mtuV6,
      @Nullable Ipv4Address tunnelAddress,
      @Nullable Ipv6Address tunnelAddressV6) {

    /// As Calico has them from version 3 on.
    public static final Vxlan DEFAULT = new Vxlan(4096, 4789, 1410, 1390, null, null);

    /// The MTU of the device of a family.
    public int mtu(IpFamily family) {
      return family == IpFamily.IPV4 ? mtu : mtuV6;
    }

    /// The address of the device of a family, null as long as none is known.
    public @Nullable IpAddress tunnelAddress(IpFamily family) {
      return family == IpFamily.IPV4 ? tunnelAddress : tunnelAddressV6;
    }
  }

  /// The families to be programmed, IPv4 first.
  public List<IpFamily> families() {
    return ipv6 ? List.of(IpFamily.IPV4, IpFamily.IPV6) : List.of(IpFamily.IPV4);
  }

  /// Whether an interface of that name is a workload's.
  public boolean isWorkloadInterface(String name) {
    return interfacePrefixes.stream().anyMatch(name::startsWith);
  }
}
