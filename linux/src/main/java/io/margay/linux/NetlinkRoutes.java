package io.margay.linux;

import io.margay.kernel.Route;
import io.margay.kernel.Route.Scope;
import io.margay.kernel.Routes;
import io.margay.linux.netlink.Errno;
import io.margay.linux.netlink.NetlinkClient;
import io.margay.linux.netlink.NetlinkException;
import io.margay.linux.netlink.NetlinkMessage;
import io.margay.linux.netlink.NetlinkRequest;
import io.margay.linux.netlink.Rtnetlink.NlmF;
import io.margay.linux.netlink.Rtnetlink.Rtm;
import io.margay.net.IpFamily;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The main table by rtnetlink(7).
///
/// For IPv6, adding a next hop to a route that exists is the kernel's way to make it multipath. So
/// [#add] insists on `NLM_F_EXCL` and [#replace] on `NLM_F_REPLACE`, which puts the whole new route
/// in the place of all old next hops. (A multipath replacement takes its first next hop over in one
/// step and then appends the others; if one of those is refused, the kernel keeps those before it.)
///
/// One corner stays: the kernel takes metric 0 in an IPv4 deletion as "any metric". Deleting a
/// route of metric 0 that is not there therefore takes a twin that differs in its metric alone.
public final class NetlinkRoutes implements Routes {

  private final NetlinkClient client;
  private final Devices devices;

  public NetlinkRoutes(NetlinkClient client) {
    this.client = client;
    this.devices = new Devices(client);
  }

  @Override
  public List<Route> list(IpFamily family) {
    String what = "list IPv" + family.version() + " routes";
    List<NetlinkMessage> messages = client.dump(what, RouteMessages.dump(family));
    // Read after the routes, so that the device of each is known, unless it went since.
    Map<Integer, String> names = devices.names();
    List<Route> routes = new ArrayList<>();
    for (NetlinkMessage message : messages) {
      // A kernel without IPv6 answers with the routes of every family that it has.
      RouteMessages.read(message, index -> Devices.name(names, index))
          .filter(route -> route.destination().family() == family)
          .ifPresent(routes::add);
    }
    return routes;
  }

  @Override
  public void add(Route route) {
    write("add route " + route, route, NlmF.CREATE | NlmF.EXCL);
  }

  @Override
  public void replace(Route route) {
    write("replace route " + route, route, NlmF.CREATE | NlmF.REPLACE);
  }

  private void write(String what, Route route, int flags) {
    if (route.type() == Route.Type.OTHER || route.scope() == Scope.OTHER) {
      throw new IllegalArgumentException("cannot " + what + ": its type or scope is not known");
    }
    client.request(what, request(what, Rtm.NEWROUTE, flags, route));
  }

  @Override
  public void delete(Route route) {
    String what = "delete route " + route;
    try {
      client.request(what, request(what, Rtm.DELROUTE, 0, route));
    } catch (NetlinkException e) {
      if (!isGone(e)) {
        throw e;
      }
    }
  }

  /// `ESRCH`: no such route; `ENODEV`: its device went, and took it along.
  private static boolean isGone(NetlinkException e) {
    return e.errno() == Errno.ESRCH || e.errno() == Errno.ENOENT || e.errno() == Errno.ENODEV;
  }

  private NetlinkRequest request(String what, int type, int flags, Route route) {
    return RouteMessages.write(type, flags, route, name -> devices.index(what, name));
  }
}
