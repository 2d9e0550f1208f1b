package io.margay.linux;

import io.margay.kernel.Conntrack;
import io.margay.linux.netlink.Attributes;
import io.margay.linux.netlink.Errno;
import io.margay.linux.netlink.NetlinkClient;
import io.margay.linux.netlink.NetlinkException;
import io.margay.linux.netlink.NetlinkMessage;
import io.margay.linux.netlink.NetlinkRequest;
import io.margay.linux.netlink.Nfnetlink;
import io.margay.linux.netlink.Nfnetlink.Cta;
import io.margay.linux.netlink.Nfnetlink.CtaIp;
import io.margay.linux.netlink.Nfnetlink.CtaTuple;
import io.margay.linux.netlink.Nfnetlink.IpctnlMsg;
import io.margay.linux.netlink.Rtnetlink.Af;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// Connection tracking entries by nfnetlink (`linux/netfilter/nfnetlink_conntrack.h`).
///
/// One dump of the table, filtered here, and one deletion for each entry found. (Kernels from 5.8
/// on can filter a dump themselves, but by one address at one place of the tuple, so that it would
/// take four walks through the table for each address.)
///
/// ```
///   struct nfgenmsg { u8 family; u8 version; be16 res_id; }
/// ```
public final class NetlinkConntrack implements Conntrack {

  private static final int NFGENMSG_LENGTH = 4;

  private final NetlinkClient client;

  /// @param client of the protocol netfilter ([NetlinkClient#openNetfilter()])
  public NetlinkConntrack(NetlinkClient client) {
    this.client = client;
  }

  @Override
  public void delete(Set<IpAddress> addresses) {
    Set<IpFamily> families =
        addresses.stream()
            .map(IpAddress::family)
            .collect(Collectors.toCollection(() -> EnumSet.noneOf(IpFamily.class)));
    for (IpFamily family : families) {
      for (NetlinkMessage entry : list(family)) {
        Attributes attributes = entry.attributes(NFGENMSG_LENGTH);
        if (names(attributes, Cta.TUPLE_ORIG, addresses)
            || names(attributes, Cta.TUPLE_REPLY, addresses)) {
          delete(entry.u8(0), attributes);
        }
      }
    }
  }

  private List<NetlinkMessage> list(IpFamily family) {
    String what = "list IPv" + family.version() + " connections";
    int af = RouteMessages.af(family);
    return client.dump(what, request(IpctnlMsg.GET, af)).stream()
        .filter(message -> message.type() == type(IpctnlMsg.NEW) && message.u8(0) == af)
        .toList();
  }

  /// Whether the tuple has one of the addresses as its source or destination.
  private static boolean names(Attributes entry, int tuple, Set<IpAddress> addresses) {
    return entry
        .nested(tuple)
        .nested(CtaTuple.IP)
        .anyOctets(
            Set.of(CtaIp.V4_SRC, CtaIp.V4_DST, CtaIp.V6_SRC, CtaIp.V6_DST),
            octets -> addresses.contains(IpAddress.of(octets)));
  }

  /// By its tuple, its zone and its id: another connection that has taken its place stays.
  private void delete(int af, Attributes entry) {
    NetlinkRequest request = request(IpctnlMsg.DELETE, af);
    copy(entry, Cta.TUPLE_ORIG, Cta.TUPLE_ORIG | Nfnetlink.NLA_F_NESTED, request);
    copy(entry, Cta.ZONE, Cta.ZONE, request);
    copy(entry, Cta.ID, Cta.ID, request);
    try {
      client.request("delete a connection of IPv" + (af == Af.INET ? 4 : 6), request);
    } catch (NetlinkException e) {
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
    }
  }

  private static void copy(Attributes from, int type, int as, NetlinkRequest to) {
    ByteBuffer value = from.value(type);
    if (value != null) {
      to.attribute(as, Attributes.octets(value, 0));
    }
  }

  private static NetlinkRequest request(int message, int af) {
    return new NetlinkRequest(type(message), 0).u8(af).u8(Nfnetlink.V0).u16(0);
  }

  private static int type(int message) {
    return Nfnetlink.SUBSYS_CTNETLINK << 8 | message;
  }
}
