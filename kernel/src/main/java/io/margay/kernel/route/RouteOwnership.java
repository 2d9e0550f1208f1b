package io.margay.kernel.route;

import io.margay.kernel.NextHop;
import io.margay.kernel.Route;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;

/// Common answers to the question which routes of the main table a [RouteTable] may delete or
/// replace.
public final class RouteOwnership {

  private static final IpPrefix LINK_LOCAL = IpPrefix.parse("fe80::/10");
  private static final IpPrefix MULTICAST = IpPrefix.parse("ff00::/8");

  private RouteOwnership() {}

  /// Every route whose interfaces all have a name with one of the prefixes, except what IPv6 itself
  /// puts on each interface: link-local and multicast networks.
  public static Predicate<Route> onDevicesNamed(Collection<String> prefixes) {
    List<String> all = List.copyOf(prefixes);
    return route ->
        !route.nextHops().isEmpty()
            && route.nextHops().stream().allMatch(hop -> isNamed(hop, all))
            && !isOfIpv6Itself(route);
  }

  /// Every route installed by the protocol number, for example
  /// [io.margay.kernel.Route.Protocols#BIRD].
  public static Predicate<Route> ofProtocol(int protocol) {
    return route -> route.protocol() == protocol;
  }

  private static boolean isNamed(NextHop hop, List<String> prefixes) {
    String device = hop.device();
    return device != null && prefixes.stream().anyMatch(device::startsWith);
  }

  private static boolean isOfIpv6Itself(Route route) {
    IpPrefix destination = route.destination();
    return destination.family() == IpFamily.IPV6
        && (LINK_LOCAL.contains(destination) || MULTICAST.contains(destination));
  }
}
