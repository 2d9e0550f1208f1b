package io.margay.linux;

import io.margay.kernel.NextHop;
import io.margay.kernel.Route;
import io.margay.kernel.Route.Scope;
import io.margay.linux.netlink.Attributes;
import io.margay.linux.netlink.NetlinkMessage;
import io.margay.linux.netlink.NetlinkRequest;
import io.margay.linux.netlink.Rtnetlink.Af;
import io.margay.linux.netlink.Rtnetlink.RtScope;
import io.margay.linux.netlink.Rtnetlink.RtTable;
import io.margay.linux.netlink.Rtnetlink.Rta;
import io.margay.linux.netlink.Rtnetlink.Rtm;
import io.margay.linux.netlink.Rtnetlink.Rtn;
import io.margay.linux.netlink.Rtnetlink.RtnhF;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import io.margay.net.Ipv4Address;
import io.margay.net.Ipv6Address;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/// Writes and reads `RTM_*ROUTE` messages of the main table.
///
/// ```
///   struct rtmsg     { u8 family; u8 dst_len; u8 src_len; u8 tos;
///                      u8 table; u8 protocol; u8 scope; u8 type; u32 flags; }
///   struct rtnexthop { u16 len; u8 flags; u8 hops; s32 ifindex; }   each followed by attributes
/// ```
final class RouteMessages {

  private static final int RTMSG_LENGTH = 12;
  private static final int RTNEXTHOP_LENGTH = 8;

  private RouteMessages() {}

  /// Asks for every route of a family.
  static NetlinkRequest dump(IpFamily family) {
    return new NetlinkRequest(Rtm.GETROUTE, 0)
        .u8(af(family))
        .u8(0)
        .u8(0)
        .u8(0)
        .u8(RtTable.MAIN)
        .u8(0)
        .u8(0)
        .u8(0)
        .u32(0);
  }

  /// @param type `RTM_NEWROUTE` or `RTM_DELROUTE`
  /// @param indexOf an interface's index by its name
  static NetlinkRequest write(int type, int flags, Route route, ToIntFunction<String> indexOf) {
    List<NextHop> nextHops = route.nextHops();
    @Nullable NextHop only = nextHops.size() == 1 ? nextHops.getFirst() : null;
    NetlinkRequest request =
        new NetlinkRequest(type, flags)
            .u8(af(route.destination().family()))
            .u8(route.destination().length())
            .u8(0)
            .u8(0)
            .u8(RtTable.MAIN)
            .u8(route.protocol())
            .u8(rtScope(route.scope()))
            .u8(rtn(route.type()))
            .u32(only != null && only.onLink() ? RtnhF.ONLINK : 0);
    if (route.destination().length() > 0) {
      request.attribute(Rta.DST, route.destination().address().toBytes());
    }
    if (route.metric() != 0) {
      request.attribute(Rta.PRIORITY, route.metric());
    }
    if (only != null) {
      writeGateway(request, route, only);
      if (only.device() != null) {
        request.attribute(Rta.OIF, indexOf.applyAsInt(only.device()));
      }
    } else if (!nextHops.isEmpty()) {
      int start = request.beginAttribute(Rta.MULTIPATH);
      for (NextHop nextHop : nextHops) {
        writeNextHop(request, route, nextHop, indexOf);
      }
      request.endAttribute(start);
    }
    return request;
  }

  private static void writeNextHop(
      NetlinkRequest request, Route route, NextHop nextHop, ToIntFunction<String> indexOf) {
    int start = request.position();
    String device = nextHop.device();
    request
        .u16(0)
        .u8(nextHop.onLink() ? RtnhF.ONLINK : 0)
        .u8(0)
        .u32(device == null ? 0 : indexOf.applyAsInt(device));
    writeGateway(request, route, nextHop);
    request.endAttribute(start);
  }

  /// A gateway of the other family goes into `RTA_VIA`, a family followed by the address (Linux
  /// 5.2; RFC 8950 has IPv4 routes with IPv6 next hops).
  private static void writeGateway(NetlinkRequest request, Route route, NextHop nextHop) {
    IpAddress gateway = nextHop.gateway();
    if (gateway == null) {
      return;
    }
    if (gateway.family() == route.destination().family()) {
      request.attribute(Rta.GATEWAY, gateway.toBytes());
      return;
    }
    int start = request.beginAttribute(Rta.VIA);
    request.u16(af(gateway.family()));
    for (byte octet : gateway.toBytes()) {
      request.u8(octet);
    }
    request.endAttribute(start);
  }

  /// The route, empty if the message is none of the main table, is a cached copy, or tells its next
  /// hops only by the id of a nexthop object (sysctl `nexthop_compat_mode` 0).
  ///
  /// @param nameOf an interface's name by its index
  static Optional<Route> read(NetlinkMessage message, IntFunction<String> nameOf) {
    if (message.type() != Rtm.NEWROUTE && message.type() != Rtm.DELROUTE) {
      return Optional.empty();
    }
    int family = message.u8(0);
    int flags = message.u32(8);
    Attributes attributes = message.attributes(RTMSG_LENGTH);
    int table = attributes.u32(Rta.TABLE).orElse(message.u8(4));
    if ((family != Af.INET && family != Af.INET6)
        || table != RtTable.MAIN
        || (flags & Rtm.F_CLONED) != 0) {
      return Optional.empty();
    }
    Route.Type type = type(message.u8(7));
    List<NextHop> nextHops =
        type == Route.Type.UNICAST ? nextHops(attributes, flags, nameOf) : List.of();
    if (type == Route.Type.UNICAST && nextHops.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Route(
            destination(family, message.u8(1), attributes),
            type,
            message.u8(5),
            scope(message.u8(6)),
            attributes.u32(Rta.PRIORITY).orElse(0),
            nextHops));
  }

  private static IpPrefix destination(int family, int length, Attributes attributes) {
    byte[] octets = attributes.octets(Rta.DST);
    IpAddress any = family == Af.INET ? Ipv4Address.ANY : Ipv6Address.ANY;
    return new IpPrefix(octets == null ? any : IpAddress.of(octets), length);
  }

  private static List<NextHop> nextHops(
      Attributes attributes, int flags, IntFunction<String> nameOf) {
    ByteBuffer multipath = attributes.value(Rta.MULTIPATH);
    if (multipath == null) {
      int index = attributes.u32(Rta.OIF).orElse(0);
      return nextHop(attributes, index, flags, nameOf).map(List::of).orElse(List.of());
    }
    List<NextHop> nextHops = new ArrayList<>();
    int start = 0;
    while (multipath.capacity() - start >= RTNEXTHOP_LENGTH) {
      int length = multipath.getShort(start) & 0xffff;
      if (length < RTNEXTHOP_LENGTH || length > multipath.capacity() - start) {
        break;
      }
      Attributes own =
          Attributes.read(
              multipath
                  .slice(start + RTNEXTHOP_LENGTH, length - RTNEXTHOP_LENGTH)
                  .order(multipath.order()));
      nextHop(own, multipath.getInt(start + 4), multipath.get(start + 2), nameOf)
          .ifPresent(nextHops::add);
      start += Attributes.aligned(length);
    }
    return nextHops;
  }

  private static Optional<NextHop> nextHop(
      Attributes attributes, int index, int flags, IntFunction<String> nameOf) {
    byte[] octets = attributes.octets(Rta.GATEWAY);
    ByteBuffer via = attributes.value(Rta.VIA);
    if (octets == null && via != null) {
      octets = Attributes.octets(via, 2);
    }
    if (octets == null && index == 0) {
      return Optional.empty();
    }
    return Optional.of(
        new NextHop(
            octets == null ? null : IpAddress.of(octets),
            index == 0 ? null : nameOf.apply(index),
            (flags & RtnhF.ONLINK) != 0));
  }

  static int af(IpFamily family) {
    return switch (family) {
      case IPV4 -> Af.INET;
      case IPV6 -> Af.INET6;
    };
  }

  private static int rtn(Route.Type type) {
    return switch (type) {
      case UNICAST -> Rtn.UNICAST;
      case LOCAL -> Rtn.LOCAL;
      case BROADCAST -> Rtn.BROADCAST;
      case MULTICAST -> Rtn.MULTICAST;
      case BLACKHOLE -> Rtn.BLACKHOLE;
      case UNREACHABLE -> Rtn.UNREACHABLE;
      case PROHIBIT -> Rtn.PROHIBIT;
      case OTHER -> Rtn.UNSPEC;
    };
  }

  private static Route.Type type(int rtn) {
    return switch (rtn) {
      case Rtn.UNICAST -> Route.Type.UNICAST;
      case Rtn.LOCAL -> Route.Type.LOCAL;
      case Rtn.BROADCAST -> Route.Type.BROADCAST;
      case Rtn.MULTICAST -> Route.Type.MULTICAST;
      case Rtn.BLACKHOLE -> Route.Type.BLACKHOLE;
      case Rtn.UNREACHABLE -> Route.Type.UNREACHABLE;
      case Rtn.PROHIBIT -> Route.Type.PROHIBIT;
      default -> Route.Type.OTHER;
    };
  }

  private static int rtScope(Scope scope) {
    return switch (scope) {
      case GLOBAL -> RtScope.UNIVERSE;
      case LINK -> RtScope.LINK;
      case HOST -> RtScope.HOST;
      case OTHER -> RtScope.NOWHERE;
    };
  }

  private static Scope scope(int rtScope) {
    return switch (rtScope) {
      case RtScope.UNIVERSE -> Scope.GLOBAL;
      case RtScope.LINK -> Scope.LINK;
      case RtScope.HOST -> Scope.HOST;
      default -> Scope.OTHER;
    };
  }
}
