package io.margay.linux;

import io.margay.kernel.Link;
import io.margay.kernel.LinkAddress;
import io.margay.linux.netlink.Attributes;
import io.margay.linux.netlink.NetlinkMessage;
import io.margay.linux.netlink.Rtnetlink.Af;
import io.margay.linux.netlink.Rtnetlink.Ifa;
import io.margay.linux.netlink.Rtnetlink.Iff;
import io.margay.linux.netlink.Rtnetlink.Ifla;
import io.margay.linux.netlink.Rtnetlink.Rtm;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import io.margay.net.MacAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads `RTM_*LINK` and `RTM_*ADDR` messages.
///
/// ```
///   struct ifinfomsg { u8 family; u8 pad; u16 type; s32 index; u32 flags; u32 change; }
///   struct ifaddrmsg { u8 family; u8 prefixlen; u8 flags; u8 scope; u32 index; }
/// ```
final class LinkMessages {

  static final int IFINFOMSG_LENGTH = 16;
  private static final int IFADDRMSG_LENGTH = 8;

  private LinkMessages() {}

  /// Whether the message is about a link as such. With the family `AF_BRIDGE` it is about its place
  /// in a bridge, and a removal means that it left the bridge.
  static boolean isLink(NetlinkMessage message) {
    return (message.type() == Rtm.NEWLINK || message.type() == Rtm.DELLINK)
        && message.u8(0) == Af.UNSPEC;
  }

  static Link readLink(NetlinkMessage message) {
    int index = message.u32(4);
    int flags = message.u32(8);
    Attributes attributes = message.attributes(IFINFOMSG_LENGTH);
    return new Link(
        index,
        attributes.text(Ifla.IFNAME).orElse("if" + index),
        (flags & Iff.UP) != 0,
        (flags & Iff.RUNNING) != 0,
        attributes.u32(Ifla.MTU).orElse(0),
        mac(attributes.octets(Ifla.ADDRESS)));
  }

  /// A tunnel's link-layer address is an IP address, and that of `lo` is all zeros: neither is a
  /// hardware address.
  private static @Nullable MacAddress mac(byte @Nullable [] octets) {
    if (octets == null || (octets.length != 6 && octets.length != 8 && octets.length != 20)) {
      return null;
    }
    for (byte octet : octets) {
      if (octet != 0) {
        return MacAddress.of(octets);
      }
    }
    return null;
  }

  /// The address, empty if it is of a family we do not speak.
  static Optional<LinkAddress> readAddress(NetlinkMessage message) {
    int family = message.u8(0);
    if (family != Af.INET && family != Af.INET6) {
      return Optional.empty();
    }
    Attributes attributes = message.attributes(IFADDRMSG_LENGTH);
    // On a point-to-point link IFA_ADDRESS is the peer's address and IFA_LOCAL our own.
    byte[] octets = attributes.octets(Ifa.LOCAL);
    if (octets == null) {
      octets = attributes.octets(Ifa.ADDRESS);
    }
    if (octets == null) {
      return Optional.empty();
    }
    IpPrefix address = new IpPrefix(IpAddress.of(octets), message.u8(1));
    return Optional.of(new LinkAddress(message.u32(4), address));
  }
}
