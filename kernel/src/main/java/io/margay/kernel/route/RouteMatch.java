package io.margay.kernel.route;

import io.margay.kernel.NextHop;
import io.margay.kernel.Route;
import io.margay.net.IpFamily;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;

/// Whether a route the kernel shows is the one that was asked for. The kernel fills in what was
/// left to it: the device towards a gateway, and for IPv6 the scope.
final class RouteMatch {

  private static final String UNKNOWN = "";

  private RouteMatch() {}

  static boolean satisfies(Route actual, Route wanted) {
    return actual.destination().equals(wanted.destination())
        && actual.type() == wanted.type()
        && actual.protocol() == wanted.protocol()
        && actual.metric() == wanted.metric()
        && (isIpv6(wanted) || actual.scope() == wanted.scope())
        && satisfies(actual.nextHops(), wanted.nextHops());
  }

  private static boolean isIpv6(Route route) {
    return route.destination().family() == IpFamily.IPV6;
  }

  /// Whether each wanted next hop is there, in whatever order, and no other.
  private static boolean satisfies(List<NextHop> actual, List<NextHop> wanted) {
    List<NextHop> rest = new ArrayList<>(actual);
    for (NextHop hop : wanted) {
      if (!removeOne(rest, hop)) {
        return false;
      }
    }
    return rest.isEmpty();
  }

  private static boolean removeOne(List<NextHop> actual, NextHop wanted) {
    for (Iterator<NextHop> all = actual.iterator(); all.hasNext(); ) {
      NextHop hop = all.next();
      NextHop comparable =
          wanted.device() == null && hop.gateway() != null
              ? new NextHop(hop.gateway(), null, hop.onLink())
              : hop;
      if (comparable.equals(wanted)) {
        all.remove();
        return true;
      }
    }
    return false;
  }

  /// Whether two routes lead to the same devices; one left to the kernel may be any.
  static boolean sameDevices(Route one, Route other) {
    List<String> first = devices(one);
    List<String> second = devices(other);
    return first.contains(UNKNOWN) || second.contains(UNKNOWN) || first.equals(second);
  }

  private static List<String> devices(Route route) {
    return route.nextHops().stream()
        .map(hop -> Objects.requireNonNullElse(hop.device(), UNKNOWN))
        .sorted()
        .toList();
  }
}
