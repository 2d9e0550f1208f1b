package io.margay.linux;

import io.margay.kernel.Link;
import io.margay.linux.netlink.Errno;
import io.margay.linux.netlink.NetlinkClient;
import io.margay.linux.netlink.NetlinkException;
import io.margay.linux.netlink.NetlinkMessage;
import io.margay.linux.netlink.NetlinkRequest;
import io.margay.linux.netlink.Rtnetlink.Af;
import io.margay.linux.netlink.Rtnetlink.Ifla;
import io.margay.linux.netlink.Rtnetlink.Rtm;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The kernel speaks of interfaces by index, we by name. Nothing is remembered: an index dies with
/// its interface, and names move.
///
/// `if_nametoindex(3)` would ask in the namespace of the calling thread; this asks in the socket's.
final class Devices {

  private final NetlinkClient client;

  Devices(NetlinkClient client) {
    this.client = client;
  }

  /// @param what what the index is for, for the error
  /// @throws NetlinkException with `ENODEV` if there is no such interface
  int index(String what, String name) {
    // A longer name cannot exist, and the kernel would cut it or answer ERANGE.
    if (name.isEmpty() || name.length() > 15) {
      throw NetlinkException.refused(what, Errno.ENODEV, "");
    }
    NetlinkRequest request = linkRequest().attribute(Ifla.IFNAME, name);
    return client.request(what, request).stream()
        .filter(message -> message.type() == Rtm.NEWLINK)
        .map(LinkMessages::readLink)
        .map(Link::index)
        .findFirst()
        .orElseThrow(() -> NetlinkException.refused(what, Errno.ENODEV, ""));
  }

  List<Link> list() {
    List<Link> links = new ArrayList<>();
    for (NetlinkMessage message : client.dump("list links", linkRequest())) {
      if (LinkMessages.isLink(message)) {
        links.add(LinkMessages.readLink(message));
      }
    }
    return links;
  }

  /// Interface names by index, at this moment.
  Map<Integer, String> names() {
    Map<Integer, String> names = new HashMap<>();
    for (Link link : list()) {
      names.put(link.index(), link.name());
    }
    return names;
  }

  /// The name, or what ip(8) prints for an interface that is gone.
  static String name(Map<Integer, String> names, int index) {
    return names.getOrDefault(index, "if" + index);
  }

  /// A `struct ifinfomsg` that names no link yet.
  static NetlinkRequest linkRequest() {
    return new NetlinkRequest(Rtm.GETLINK, 0)
        .u8(Af.UNSPEC)
        .u8(0)
        .u16(0)
        .u32(0)
        .u32(0)
        .u32(0)
        .attribute(Ifla.EXT_MASK, Ifla.FILTER_SKIP_STATS);
  }
}
