package io.margay.linux;

import io.margay.kernel.Neighbour;
import io.margay.kernel.Neighbours;
import io.margay.linux.netlink.Attributes;
import io.margay.linux.netlink.Errno;
import io.margay.linux.netlink.NetlinkClient;
import io.margay.linux.netlink.NetlinkException;
import io.margay.linux.netlink.NetlinkMessage;
import io.margay.linux.netlink.NetlinkRequest;
import io.margay.linux.netlink.Rtnetlink.Nda;
import io.margay.linux.netlink.Rtnetlink.NlmF;
import io.margay.linux.netlink.Rtnetlink.Nud;
import io.margay.linux.netlink.Rtnetlink.Rtm;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.MacAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Permanent neighbour entries by rtnetlink(7).
///
/// ```
///   struct ndmsg { u8 family; u8 pad; u16 pad; s32 ifindex; u16 state; u8 flags; u8 type; }
/// ```
public final class NetlinkNeighbours implements Neighbours {

  private static final int NDMSG_LENGTH = 12;

  private final NetlinkClient client;
  private final Devices devices;

  public NetlinkNeighbours(NetlinkClient client) {
    this.client = client;
    this.devices = new Devices(client);
  }

  @Override
  public List<Neighbour> list(IpFamily family) {
    String what = "list IPv" + family.version() + " neighbours";
    List<NetlinkMessage> messages =
        client.dump(what, ndmsg(Rtm.GETNEIGH, 0, RouteMessages.af(family), 0, 0, 0));
    Map<Integer, String> names = devices.names();
    List<Neighbour> neighbours = new ArrayList<>();
    for (NetlinkMessage message : messages) {
      if (message.type() == Rtm.NEWNEIGH && message.u8(0) == RouteMessages.af(family)) {
        read(message, names).ifPresent(neighbours::add);
      }
    }
    return neighbours;
  }

  private static Optional<Neighbour> read(NetlinkMessage message, Map<Integer, String> names) {
    Attributes attributes = message.attributes(NDMSG_LENGTH);
    byte[] address = attributes.octets(Nda.DST);
    byte[] mac = attributes.octets(Nda.LLADDR);
    boolean permanent = (message.u16(8) & Nud.PERMANENT) != 0;
    // Entries of a tunnel have an IP address for a link-layer address: not ours.
    if (!permanent || address == null || mac == null || mac.length < 6) {
      return Optional.empty();
    }
    return Optional.of(
        new Neighbour(
            Devices.name(names, message.u32(4)), IpAddress.of(address), MacAddress.of(mac)));
  }

  @Override
  public void replace(Neighbour neighbour) {
    String what = "replace neighbour " + describe(neighbour);
    NetlinkRequest request =
        request(what, Rtm.NEWNEIGH, NlmF.CREATE | NlmF.REPLACE, neighbour)
            .attribute(Nda.LLADDR, neighbour.mac().toBytes());
    client.request(what, request);
  }

  @Override
  public void delete(Neighbour neighbour) {
    String what = "delete neighbour " + describe(neighbour);
    try {
      client.request(what, request(what, Rtm.DELNEIGH, 0, neighbour));
    } catch (NetlinkException e) {
      if (e.errno() != Errno.ENOENT && e.errno() != Errno.ENODEV) {
        throw e;
      }
    }
  }

  private NetlinkRequest request(String what, int type, int flags, Neighbour neighbour) {
    int family = RouteMessages.af(neighbour.address().family());
    int index = devices.index(what, neighbour.device());
    return ndmsg(type, flags, family, index, Nud.PERMANENT, 0)
        .attribute(Nda.DST, neighbour.address().toBytes());
  }

  static NetlinkRequest ndmsg(
      int type, int flags, int family, int index, int state, int entryFlags) {
    return new NetlinkRequest(type, flags)
        .u8(family)
        .u8(0)
        .u16(0)
        .u32(index)
        .u16(state)
        .u8(entryFlags)
        .u8(0);
  }

  private static String describe(Neighbour neighbour) {
    return "%s lladdr %s dev %s"
        .formatted(neighbour.address(), neighbour.mac(), neighbour.device());
  }
}
