package io.margay.linux;

import io.margay.kernel.Neighbour;
import io.margay.kernel.Neighbours;
import io.margay.linux.netlink.Errno;
import io.margay.linux.netlink.NetlinkClient;
import io.margay.linux.netlink.NetlinkException;
import io.margay.linux.netlink.NetlinkMessage;
import io.margay.linux.netlink.NetlinkRequest;
import io.margay.linux.netlink.Rtnetlink.Nda;
import io.margay.linux.netlink.Rtnetlink.NlmF;
import io.margay.linux.netlink.Rtnetlink.Nud;
import io.margay.linux.netlink.Rtnetlink.Rtm;
import io.margay.net.IpFamily;
import java.util.List;
import java.util.Map;

/// Permanent neighbour entries by rtnetlink(7).
public final class NetlinkNeighbours implements Neighbours {

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
        client.dump(
            what, NeighbourMessages.request(Rtm.GETNEIGH, 0, RouteMessages.af(family), 0, 0, 0));
    Map<Integer, String> names = devices.names();
    return messages.stream()
        .filter(
            message -> message.type() == Rtm.NEWNEIGH && message.u8(0) == RouteMessages.af(family))
        .flatMap(message ->
            NeighbourMessages.readNeighbour(message, index -> Devices.name(names, index)).stream())
        .toList();
  }

  @Override
  public void replace(Neighbour neighbour) {
    String what = "replace " + neighbour;
    NetlinkRequest request =
        request(what, Rtm.NEWNEIGH, NlmF.CREATE | NlmF.REPLACE, neighbour)
            .attribute(Nda.LLADDR, neighbour.mac().toBytes());
    client.request(what, request);
  }

  @Override
  public void delete(Neighbour neighbour) {
    String what = "delete " + neighbour;
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
    return NeighbourMessages.request(type, flags, family, index, Nud.PERMANENT, 0)
        .attribute(Nda.DST, neighbour.address().toBytes());
  }
}
