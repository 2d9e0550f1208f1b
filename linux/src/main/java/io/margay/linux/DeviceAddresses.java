package io.margay.linux;

import io.margay.linux.netlink.Errno;
import io.margay.linux.netlink.NetlinkClient;
import io.margay.linux.netlink.NetlinkException;
import io.margay.linux.netlink.NetlinkRequest;
import io.margay.linux.netlink.Rtnetlink.Ifa;
import io.margay.linux.netlink.Rtnetlink.IfaF;
import io.margay.linux.netlink.Rtnetlink.NlmF;
import io.margay.linux.netlink.Rtnetlink.RtScope;
import io.margay.linux.netlink.Rtnetlink.Rtm;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;

/// Addresses of devices on which nobody else can have the address, so that IPv6 need not ask.
final class DeviceAddresses {

  private final NetlinkClient client;
  private final Devices devices;

  DeviceAddresses(NetlinkClient client) {
    this.client = client;
    this.devices = new Devices(client);
  }

  /// One that is there already stays.
  void add(String name, IpPrefix address) {
    String what = "add address %s to %s".formatted(address, name);
    try {
      client.request(what, request(what, Rtm.NEWADDR, NlmF.CREATE | NlmF.EXCL, name, address));
    } catch (NetlinkException e) {
      if (e.errno() != Errno.EEXIST) {
        throw e;
      }
    }
  }

  /// One that is not there counts as removed.
  void remove(String name, IpPrefix address) {
    String what = "remove address %s from %s".formatted(address, name);
    try {
      client.request(what, request(what, Rtm.DELADDR, 0, name, address));
    } catch (NetlinkException e) {
      if (e.errno() != Errno.EADDRNOTAVAIL && e.errno() != Errno.ENODEV) {
        throw e;
      }
    }
  }

  /// `struct ifaddrmsg`. The kernel works out the scope of an IPv6 address itself.
  private NetlinkRequest request(String what, int type, int flags, String name, IpPrefix address) {
    byte[] octets = address.address().toBytes();
    return new NetlinkRequest(type, flags)
        .u8(RouteMessages.af(address.family()))
        .u8(address.length())
        .u8(address.family() == IpFamily.IPV6 ? IfaF.NODAD : 0)
        .u8(RtScope.UNIVERSE)
        .u32(devices.index(what, name))
        .attribute(Ifa.LOCAL, octets)
        .attribute(Ifa.ADDRESS, octets);
  }
}
