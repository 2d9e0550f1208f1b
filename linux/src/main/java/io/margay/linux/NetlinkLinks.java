package io.margay.linux;

import io.margay.kernel.Link;
import io.margay.kernel.LinkAddress;
import io.margay.kernel.Links;
import io.margay.linux.netlink.NetlinkClient;
import io.margay.linux.netlink.NetlinkRequest;
import io.margay.linux.netlink.Rtnetlink.Af;
import io.margay.linux.netlink.Rtnetlink.Rtm;
import java.util.List;
import java.util.Optional;

/// Links and addresses by rtnetlink(7).
public final class NetlinkLinks implements Links {

  private final NetlinkClient client;
  private final Devices devices;

  public NetlinkLinks(NetlinkClient client) {
    this.client = client;
    this.devices = new Devices(client);
  }

  @Override
  public List<Link> list() {
    return devices.list();
  }

  @Override
  public List<LinkAddress> addresses() {
    // struct ifaddrmsg: every family, every link.
    NetlinkRequest request =
        new NetlinkRequest(Rtm.GETADDR, 0).u8(Af.UNSPEC).u8(0).u8(0).u8(0).u32(0);
    return client.dump("list addresses", request).stream()
        .filter(message -> message.type() == Rtm.NEWADDR)
        .map(LinkMessages::readAddress)
        .flatMap(Optional::stream)
        .toList();
  }
}
