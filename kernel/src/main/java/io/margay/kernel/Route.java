package io.margay.kernel;

import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.util.List;
import java.util.Locale;

/// A route of the main table (rtnetlink(7), `RTM_NEWROUTE`; `ip-route(8)`).
///
/// @param destination masked; `0.0.0.0/0` and `::/0` are the default routes
/// @param type what happens to the packet
/// @param protocol who installed the route, 0 to 255 (`/etc/iproute2/rt_protos`); see [Protocols]
/// @param scope how far the destination is; IPv6 knows only [Scope#GLOBAL]
/// @param metric priority, 0 being the best for IPv4. IPv6 has no 0: the kernel takes 1024 for it
///   (`IP6_RT_PRIO_USER`), and so does this record, so that a wanted route equals the listed one
/// @param nextHops empty unless the type is [Type#UNICAST]; several make a multipath route of equal
///   weights
public record Route(
    IpPrefix destination,
    Type type,
    int protocol,
    Scope scope,
    int metric,
    List<NextHop> nextHops) {

  private static final int IP6_RT_PRIO_USER = 1024;

  public Route {
    if (metric == 0 && destination.family() == IpFamily.IPV6) {
      metric = IP6_RT_PRIO_USER;
    }
    if (!destination.isMasked()) {
      throw new IllegalArgumentException("route to " + destination + " has host bits set");
    }
    if ((type == Type.UNICAST) == nextHops.isEmpty()) {
      throw new IllegalArgumentException(type + " route to " + destination + " with " + nextHops);
    }
    nextHops = List.copyOf(nextHops);
  }

  /// What happens to a packet that matches (`RTN_*`).
  public enum Type {
    UNICAST,
    LOCAL,
    BROADCAST,
    MULTICAST,
    BLACKHOLE,
    UNREACHABLE,
    PROHIBIT,
    OTHER
  }

  /// How far away the destination is (`RT_SCOPE_*`).
  public enum Scope {
    GLOBAL,
    LINK,
    HOST,
    OTHER
  }

  /// Numbers of the field `protocol` that matter here (`RTPROT_*`).
  public static final class Protocols {
    public static final int REDIRECT = 1;
    public static final int KERNEL = 2;
    public static final int BOOT = 3;
    public static final int STATIC = 4;
    public static final int BIRD = 12;

    private Protocols() {}
  }

  /// An on-link route to a device, as `ip route add DEST dev DEVICE scope link proto boot` makes
  /// it.
  public static Route onLink(IpPrefix destination, String device) {
    Scope scope = destination.family().version() == 4 ? Scope.LINK : Scope.GLOBAL;
    return new Route(
        destination, Type.UNICAST, Protocols.BOOT, scope, 0, List.of(NextHop.dev(device)));
  }

  /// As `ip-route(8)` would be told.
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    if (type != Type.UNICAST) {
      text.append(type.name().toLowerCase(Locale.ROOT)).append(' ');
    }
    text.append(destination);
    for (NextHop nextHop : nextHops) {
      if (nextHops.size() > 1) {
        text.append(" nexthop");
      }
      if (nextHop.gateway() != null) {
        text.append(" via ").append(nextHop.gateway());
      }
      if (nextHop.device() != null) {
        text.append(" dev ").append(nextHop.device());
      }
      if (nextHop.onLink()) {
        text.append(" onlink");
      }
    }
    return text.append(" proto ").append(protocol).append(" metric ").append(metric).toString();
  }
}
