package io.margay.linux;

import io.margay.kernel.Link;
import io.margay.kernel.shape.Shapers;
import io.margay.kernel.shape.TokenBucket;
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
import io.margay.linux.netlink.TrafficControl.TcH;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/// Token buckets and redirects by rtnetlink(7), as tc(8) makes them.
public final class NetlinkShapers implements Shapers {

  private final NetlinkClient client;
  private final Devices devices;

  public NetlinkShapers(NetlinkClient client) {
    this.client = client;
    this.devices = new Devices(client);
  }

  @Override
  public State read() {
    Map<Integer, String> names = new HashMap<>();
    Set<String> buffers = new HashSet<>();
    for (NetlinkMessage message : client.dump("list links", Devices.linkRequest())) {
      if (LinkMessages.isLink(message)) {
        Link link = LinkMessages.readLink(message);
        names.put(link.index(), link.name());
        if (link.adminUp() && Shapers.isBuffer(link.name()) && isIfb(message)) {
          buffers.add(link.name());
        }
      }
    }
    Map<String, TokenBucket.Kept> buckets = new HashMap<>();
    Map<String, String> redirects = new HashMap<>();
    for (NetlinkMessage message :
        client.dump("list queueing disciplines", ShaperMessages.listDisciplines())) {
      int index = ShaperMessages.device(message);
      TokenBucket.Kept bucket = ShaperMessages.bucket(message);
      if (bucket != null) {
        buckets.put(Devices.name(names, index), bucket);
      } else if (ShaperMessages.hasIngressFilters(message)) {
        readRedirect(index, names, redirects);
      }
    }
    return new State(buckets, buffers, redirects);
  }

  private static boolean isIfb(NetlinkMessage message) {
    return message
        .attributes(LinkMessages.IFINFOMSG_LENGTH)
        .nested(Ifla.LINKINFO)
        .text(IflaInfo.KIND)
        .orElse("")
        .equals("ifb");
  }

  private void readRedirect(int index, Map<Integer, String> names, Map<String, String> redirects) {
    String device = Devices.name(names, index);
    for (NetlinkMessage message : filters(device, index, TcH.CLSACT_INGRESS)) {
      if (ShaperMessages.isOurFilter(message)) {
        OptionalInt target = ShaperMessages.target(message);
        String through = target.isPresent() ? names.getOrDefault(target.getAsInt(), "") : "";
        redirects.merge(device, through, (one, other) -> one.isEmpty() ? other : one);
      }
    }
  }

  /// Those of a device that is gone are none.
  private List<NetlinkMessage> filters(String device, int index, int parent) {
    try {
      return client.dump("list filters of " + device, ShaperMessages.listFilters(index, parent));
    } catch (NetlinkException e) {
      if (isGone(e)) {
        return List.of();
      }
      throw e;
    }
  }

  /// The device is not there, or not what the request is about.
  private static boolean isGone(NetlinkException e) {
    return e.errno() == Errno.ENODEV || e.errno() == Errno.ENOENT || e.errno() == Errno.EINVAL;
  }

  @Override
  public void limit(String device, TokenBucket bucket) {
    String what = "limit what %s sends to %s".formatted(device, bucket);
    client.request(what, ShaperMessages.limit(devices.index(what, device), bucket));
  }

  @Override
  public void unlimit(String device) {
    String what = "remove the limit from " + device;
    requestUnlessGone(what, device, ShaperMessages::unlimit);
  }

  /// A request about a device by its index.
  private interface AboutDevice {
    NetlinkRequest of(int index);
  }

  private void requestUnlessGone(String what, String device, AboutDevice request) {
    try {
      client.request(what, request.of(devices.index(what, device)));
    } catch (NetlinkException e) {
      if (!isGone(e)) {
        throw e;
      }
    }
  }

  @Override
  public void makeBuffer(String name, String purpose) {
    String what = "make ifb device " + name;
    NetlinkRequest make =
        TunnelMessages.link(Rtm.NEWLINK, NlmF.CREATE | NlmF.EXCL, 0, Iff.UP)
            .attribute(Ifla.IFNAME, name);
    int info = make.beginAttribute(Ifla.LINKINFO);
    make.attribute(IflaInfo.KIND, "ifb").endAttribute(info);
    try {
      client.request(what, make);
    } catch (NetlinkException e) {
      if (e.errno() != Errno.EEXIST) {
        throw e;
      }
    }
    // An alias cannot be given when a device is made.
    client.request(
        "set up ifb device " + name,
        TunnelMessages.link(Rtm.NEWLINK, 0, devices.index(what, name), Iff.UP)
            .attribute(Ifla.IFALIAS, purpose));
  }

  @Override
  public void removeBuffer(String name) {
    String what = "remove ifb device " + name;
    requestUnlessGone(what, name, index -> TunnelMessages.link(Rtm.DELLINK, 0, index, 0));
  }

  @Override
  public void redirect(String device, String buffer) {
    String what = "send what %s receives through %s".formatted(device, buffer);
    int index = devices.index(what, device);
    int through = devices.index(what, buffer);
    try {
      client.request(what, ShaperMessages.makeClsact(index));
    } catch (NetlinkException e) {
      if (e.errno() != Errno.EEXIST) {
        throw e;
      }
    }
    client.request(what, ShaperMessages.redirect(index, through));
  }

  @Override
  public void stopRedirecting(String device) {
    String what = "stop sending what " + device + " receives through another device";
    requestUnlessGone(what, device, ShaperMessages::stopRedirecting);
    try {
      int index = devices.index(what, device);
      if (!hasFilters(device, index)) {
        client.request(what, ShaperMessages.removeClsact(index));
      }
    } catch (NetlinkException e) {
      if (!isGone(e)) {
        throw e;
      }
    }
  }

  private boolean hasFilters(String device, int index) {
    return List.of(TcH.CLSACT_INGRESS, TcH.CLSACT_EGRESS).stream()
        .flatMap(parent -> filters(device, index, parent).stream())
        .anyMatch(ShaperMessages::isFilter);
  }
}
