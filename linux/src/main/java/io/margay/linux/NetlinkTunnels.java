package io.margay.linux;

import io.margay.kernel.LinkAddress;
import io.margay.kernel.tunnel.Tunnel;
import io.margay.kernel.tunnel.TunnelState;
import io.margay.kernel.tunnel.Tunnels;
import io.margay.linux.netlink.Errno;
import io.margay.linux.netlink.NetlinkClient;
import io.margay.linux.netlink.NetlinkException;
import io.margay.linux.netlink.NetlinkMessage;
import io.margay.linux.netlink.Rtnetlink.Ifla;
import io.margay.linux.netlink.Rtnetlink.Rtm;
import io.margay.net.IpPrefix;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Tunnel devices by rtnetlink(7).
public final class NetlinkTunnels implements Tunnels {

  private final NetlinkClient client;
  private final Devices devices;
  private final NetlinkLinks links;
  private final DeviceAddresses addresses;

  public NetlinkTunnels(NetlinkClient client) {
    this.client = client;
    this.devices = new Devices(client);
    this.links = new NetlinkLinks(client);
    this.addresses = new DeviceAddresses(client);
  }

  @Override
  public Optional<TunnelState> read(String name) {
    String what = "read device " + name;
    Optional<NetlinkMessage> found;
    try {
      found =
          client.request(what, TunnelMessages.get(name)).stream()
              .filter(message -> message.type() == Rtm.NEWLINK)
              .findFirst();
    } catch (NetlinkException e) {
      if (e.errno() == Errno.ENODEV) {
        return Optional.empty();
      }
      throw e;
    }
    return found.map(message -> TunnelMessages.read(message, addressesOf(message.u32(4))));
  }

  private Set<IpPrefix> addressesOf(int index) {
    return links.addresses().stream()
        .filter(address -> address.linkIndex() == index)
        .map(LinkAddress::address)
        .collect(Collectors.toSet());
  }

  /// Loading the module for IP in IP makes `tunl0`, so that making it then is refused as there.
  @Override
  public void create(Tunnel tunnel) {
    String what = "make %s device %s".formatted(tunnel.kind(), tunnel.name());
    try {
      client.request(what, TunnelMessages.create(tunnel));
    } catch (NetlinkException e) {
      if (e.errno() != Errno.EEXIST) {
        throw e;
      }
    }
  }

  @Override
  public void delete(String name) {
    String what = "delete device " + name;
    try {
      client.request(what, TunnelMessages.link(Rtm.DELLINK, 0, 0, 0).attribute(Ifla.IFNAME, name));
    } catch (NetlinkException e) {
      if (e.errno() != Errno.ENODEV) {
        throw e;
      }
    }
  }

  @Override
  public void setUp(String name, int mtu) {
    String what = "set device %s up with MTU %d".formatted(name, mtu);
    client.request(what, TunnelMessages.setUp(devices.index(what, name), mtu));
  }

  @Override
  public void addAddress(String name, IpPrefix address) {
    addresses.add(name, address);
  }

  @Override
  public void removeAddress(String name, IpPrefix address) {
    addresses.remove(name, address);
  }
}
