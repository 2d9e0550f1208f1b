package io.margay.linux;

import io.margay.kernel.namespace.NetworkNamespace;
import io.margay.kernel.namespace.Veth;
import io.margay.kernel.namespace.VethEnd;
import io.margay.kernel.namespace.Veths;
import io.margay.linux.netlink.Attributes;
import io.margay.linux.netlink.Errno;
import io.margay.linux.netlink.NetlinkClient;
import io.margay.linux.netlink.NetlinkException;
import io.margay.linux.netlink.NetlinkMessage;
import io.margay.linux.netlink.NetlinkRequest;
import io.margay.linux.netlink.Rtnetlink.Iff;
import io.margay.linux.netlink.Rtnetlink.Ifla;
import io.margay.linux.netlink.Rtnetlink.IflaInfo;
import io.margay.linux.netlink.Rtnetlink.NlmF;
import io.margay.linux.netlink.Rtnetlink.Rtm;
import io.margay.linux.netlink.Rtnetlink.VethInfo;
import io.margay.net.IpPrefix;
import io.margay.net.MacAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Pairs of devices by rtnetlink(7).
///
/// ```
///   ifinfomsg | IFLA_IFNAME | ... | IFLA_LINKINFO { IFLA_INFO_KIND "veth" | IFLA_INFO_DATA {
///       VETH_INFO_PEER { ifinfomsg | IFLA_IFNAME | IFLA_NET_NS_FD | ... } } }
/// ```
final class NetlinkVeths implements Veths {

  private static final String KIND = "veth";

  private final NetlinkClient client;
  private final Devices devices;
  private final DeviceAddresses addresses;

  NetlinkVeths(NetlinkClient client) {
    this.client = client;
    this.devices = new Devices(client);
    this.addresses = new DeviceAddresses(client);
  }

  @Override
  public void create(Veth veth, NetworkNamespace peerIn) {
    NetlinkRequest request =
        TunnelMessages.link(Rtm.NEWLINK, NlmF.CREATE | NlmF.EXCL, 0, 0)
            .attribute(Ifla.IFNAME, veth.name());
    writeEnd(request, veth.mac(), veth.mtu());
    int info = request.beginAttribute(Ifla.LINKINFO);
    request.attribute(IflaInfo.KIND, KIND);
    int data = request.beginAttribute(IflaInfo.DATA);
    int peer = request.beginAttribute(VethInfo.PEER);
    writeLinkHeader(request).attribute(Ifla.IFNAME, veth.peerName());
    if (peerIn instanceof LinuxNamespace other && !other.isOwn()) {
      request.attribute(Ifla.NET_NS_FD, other.fd());
    }
    writeEnd(request, veth.peerMac(), veth.mtu());
    request.endAttribute(peer).endAttribute(data).endAttribute(info);
    client.request("make the pair of %s and %s".formatted(veth.name(), veth.peerName()), request);
  }

  private static void writeEnd(NetlinkRequest request, @Nullable MacAddress mac, int mtu) {
    if (mac != null) {
      request.attribute(Ifla.ADDRESS, mac.toBytes());
    }
    if (mtu != 0) {
      request.attribute(Ifla.MTU, mtu);
    }
  }

  /// A `struct ifinfomsg` that says nothing.
  private static NetlinkRequest writeLinkHeader(NetlinkRequest request) {
    return request.u8(0).u8(0).u16(0).u32(0).u32(0).u32(0);
  }

  @Override
  public Optional<VethEnd> read(String name) {
    try {
      return client.request("read device " + name, TunnelMessages.get(name)).stream()
          .filter(message -> message.type() == Rtm.NEWLINK)
          .map(NetlinkVeths::read)
          .findFirst();
    } catch (NetlinkException e) {
      if (e.errno() == Errno.ENODEV) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static VethEnd read(NetlinkMessage message) {
    Attributes attributes = message.attributes(LinkMessages.IFINFOMSG_LENGTH);
    return new VethEnd(
        LinkMessages.readLink(message),
        attributes.nested(Ifla.LINKINFO).text(IflaInfo.KIND).orElse(""),
        attributes.text(Ifla.IFALIAS).orElse(""),
        attributes.u32(Ifla.LINK).orElse(0));
  }

  @Override
  public void setUp(String name, String alias) {
    String what = "set device %s up for %s".formatted(name, alias);
    client.request(what, up(what, name).attribute(Ifla.IFALIAS, alias));
  }

  @Override
  public void setUp(String name) {
    String what = "set device %s up".formatted(name);
    client.request(what, up(what, name));
  }

  private NetlinkRequest up(String what, String name) {
    return TunnelMessages.link(Rtm.NEWLINK, 0, devices.index(what, name), Iff.UP);
  }

  @Override
  public void addAddress(String name, IpPrefix address) {
    addresses.add(name, address);
  }

  @Override
  public void delete(String name) {
    try {
      client.request(
          "delete device " + name,
          TunnelMessages.link(Rtm.DELLINK, 0, 0, 0).attribute(Ifla.IFNAME, name));
    } catch (NetlinkException e) {
      if (e.errno() != Errno.ENODEV) {
        throw e;
      }
    }
  }
}
