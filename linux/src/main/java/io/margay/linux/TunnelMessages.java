package io.margay.linux;

import io.margay.kernel.Link;
import io.margay.kernel.tunnel.Tunnel;
import io.margay.kernel.tunnel.Tunnel.Ipip;
import io.margay.kernel.tunnel.Tunnel.Vxlan;
import io.margay.kernel.tunnel.TunnelState;
import io.margay.linux.netlink.Attributes;
import io.margay.linux.netlink.NetlinkMessage;
import io.margay.linux.netlink.NetlinkRequest;
import io.margay.linux.netlink.Rtnetlink.Af;
import io.margay.linux.netlink.Rtnetlink.Iff;
import io.margay.linux.netlink.Rtnetlink.Ifla;
import io.margay.linux.netlink.Rtnetlink.IflaInfo;
import io.margay.linux.netlink.Rtnetlink.IflaVxlan;
import io.margay.linux.netlink.Rtnetlink.NlmF;
import io.margay.linux.netlink.Rtnetlink.Rtm;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Writes and reads `RTM_*LINK` messages about tunnel devices: what is particular to a kind is in
/// an attribute of its own.
///
/// ```
///   ifinfomsg | IFLA_IFNAME | ... | IFLA_LINKINFO { IFLA_INFO_KIND "vxlan" | IFLA_INFO_DATA { ... } }
/// ```
final class TunnelMessages {

  private TunnelMessages() {}

  static NetlinkRequest get(String name) {
    return link(Rtm.GETLINK, 0, 0, 0)
        .attribute(Ifla.EXT_MASK, Ifla.FILTER_SKIP_STATS)
        .attribute(Ifla.IFNAME, name);
  }

  static NetlinkRequest create(Tunnel tunnel) {
    NetlinkRequest request =
        link(Rtm.NEWLINK, NlmF.CREATE | NlmF.EXCL, 0, Iff.UP)
            .attribute(Ifla.IFNAME, tunnel.name())
            .attribute(Ifla.MTU, tunnel.mtu());
    if (tunnel instanceof Vxlan vxlan && vxlan.mac() != null) {
      request.attribute(Ifla.ADDRESS, vxlan.mac().toBytes());
    }
    int info = request.beginAttribute(Ifla.LINKINFO);
    request.attribute(IflaInfo.KIND, tunnel.kind());
    if (tunnel instanceof Vxlan vxlan) {
      int data = request.beginAttribute(IflaInfo.DATA);
      request
          .attribute(IflaVxlan.ID, vxlan.vni())
          .attribute(IflaVxlan.LEARNING, new byte[] {0})
          .attribute(IflaVxlan.PORT, new byte[] {(byte) (vxlan.port() >> 8), (byte) vxlan.port()});
      IpAddress local = vxlan.local();
      if (local != null) {
        request.attribute(
            local.family() == IpFamily.IPV4 ? IflaVxlan.LOCAL : IflaVxlan.LOCAL6, local.toBytes());
      }
      request.endAttribute(data);
    }
    return request.endAttribute(info);
  }

  static NetlinkRequest setUp(int index, int mtu) {
    return link(Rtm.NEWLINK, 0, index, Iff.UP).attribute(Ifla.MTU, mtu);
  }

  /// A `struct ifinfomsg`.
  ///
  /// @param index of the link, 0 if its name follows
  /// @param flagsOn of [Iff], to be set
  static NetlinkRequest link(int type, int flags, int index, int flagsOn) {
    return new NetlinkRequest(type, flags)
        .u8(Af.UNSPEC)
        .u8(0)
        .u16(0)
        .u32(index)
        .u32(flagsOn)
        .u32(flagsOn);
  }

  static TunnelState read(NetlinkMessage message, Set<IpPrefix> addresses) {
    Link link = LinkMessages.readLink(message);
    Attributes info = message.attributes(LinkMessages.IFINFOMSG_LENGTH).nested(Ifla.LINKINFO);
    String kind = info.text(IflaInfo.KIND).orElse("");
    return new TunnelState(
        kind, tunnel(kind, link, info.nested(IflaInfo.DATA)), link.adminUp(), addresses);
  }

  private static @Nullable Tunnel tunnel(String kind, Link link, Attributes data) {
    return switch (kind) {
      case "ipip" -> new Ipip(link.name(), link.mtu());
      case "vxlan" ->
          new Vxlan(
              link.name(),
              link.mtu(),
              data.u32(IflaVxlan.ID).orElse(0),
              port(data.octets(IflaVxlan.PORT)),
              link.mac(),
              local(data));
      default -> null;
    };
  }

  private static int port(byte @Nullable [] octets) {
    return octets == null || octets.length < 2 ? 0 : (octets[0] & 0xff) << 8 | octets[1] & 0xff;
  }

  private static @Nullable IpAddress local(Attributes data) {
    byte[] ipv4 = data.octets(IflaVxlan.LOCAL);
    byte[] octets = ipv4 == null ? data.octets(IflaVxlan.LOCAL6) : ipv4;
    return octets == null ? null : IpAddress.of(octets);
  }
}
