package io.margay.linux;

import io.margay.kernel.FdbEntry;
import io.margay.kernel.ForwardingDatabase;
import io.margay.linux.netlink.Errno;
import io.margay.linux.netlink.NetlinkClient;
import io.margay.linux.netlink.NetlinkException;
import io.margay.linux.netlink.NetlinkMessage;
import io.margay.linux.netlink.NetlinkRequest;
import io.margay.linux.netlink.Rtnetlink.Af;
import io.margay.linux.netlink.Rtnetlink.Nda;
import io.margay.linux.netlink.Rtnetlink.NlmF;
import io.margay.linux.netlink.Rtnetlink.Ntf;
import io.margay.linux.netlink.Rtnetlink.Nud;
import io.margay.linux.netlink.Rtnetlink.Rtm;
import java.util.List;
import java.util.Map;

/// Forwarding databases of VXLAN devices by rtnetlink(7): neighbour messages of the family
/// `AF_BRIDGE`, as `bridge fdb` sends them.
public final class NetlinkForwardingDatabase implements ForwardingDatabase {

  private final NetlinkClient client;
  private final Devices devices;

  public NetlinkForwardingDatabase(NetlinkClient client) {
    this.client = client;
    this.devices = new Devices(client);
  }

  @Override
  public List<FdbEntry> list() {
    List<NetlinkMessage> messages =
        client.dump(
            "list forwarding databases",
            NeighbourMessages.request(Rtm.GETNEIGH, 0, Af.BRIDGE, 0, 0, 0));
    Map<Integer, String> names = devices.names();
    return messages.stream()
        .filter(message -> message.type() == Rtm.NEWNEIGH)
        .flatMap(message ->
            NeighbourMessages.readForwarding(message, index -> Devices.name(names, index)).stream())
        .toList();
  }

  @Override
  public void replace(FdbEntry entry) {
    String what = "replace " + entry;
    client.request(what, request(what, Rtm.NEWNEIGH, NlmF.CREATE | NlmF.REPLACE, entry));
  }

  @Override
  public void delete(FdbEntry entry) {
    String what = "delete " + entry;
    try {
      client.request(what, request(what, Rtm.DELNEIGH, 0, entry));
    } catch (NetlinkException e) {
      if (e.errno() != Errno.ENOENT && e.errno() != Errno.ENODEV) {
        throw e;
      }
    }
  }

  private NetlinkRequest request(String what, int type, int flags, FdbEntry entry) {
    int index = devices.index(what, entry.device());
    return NeighbourMessages.request(
            type, flags, Af.BRIDGE, index, Nud.PERMANENT | Nud.NOARP, Ntf.SELF)
        .attribute(Nda.LLADDR, entry.mac().toBytes())
        .attribute(Nda.DST, entry.remote().toBytes());
  }
}
