package io.margay.routing;

import io.margay.kernel.ApplyOutcome;
import io.margay.kernel.KernelException;
import io.margay.kernel.Link;
import io.margay.kernel.Route;
import io.margay.kernel.Route.Protocols;
import io.margay.kernel.Routes;
import io.margay.kernel.route.RouteChange;
import io.margay.kernel.route.RouteOwnership;
import io.margay.kernel.route.RouteTable;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Brings the kernel's routes of protocol 12 to what is wanted, in both families, and tells the
/// operator what was in the way. The number is BIRD's, so that either finds the other's routes.
final class RouteInstaller {

  private static final Logger LOG = LoggerFactory.getLogger(RouteInstaller.class);

  private final Map<IpFamily, RouteTable> tables = new EnumMap<>(IpFamily.class);

  /// Conflicts that the operator has been told of.
  private Map<IpPrefix, Route> reported = Map.of();

  RouteInstaller(Routes kernel) {
    for (IpFamily family : IpFamily.values()) {
      tables.put(family, new RouteTable(family, kernel, RouteOwnership.ofProtocol(Protocols.BIRD)));
    }
  }

  void put(Route route) {
    table(route.destination()).put(route);
  }

  void remove(IpPrefix destination) {
    table(destination).remove(destination);
  }

  /// While held, routes that are not wanted stay ([RouteTable#holdDeletions]).
  void holdDeletions(boolean hold) {
    all().forEach(table -> table.holdDeletions(hold));
  }

  void onRoute(Route route) {
    table(route.destination()).onRoute(route);
  }

  void onRouteRemoved(Route route) {
    table(route.destination()).onRouteRemoved(route);
  }

  void onLink(Link link) {
    all().forEach(table -> table.onLink(link));
  }

  void onLinkRemoved(Link link) {
    all().forEach(table -> table.onLinkRemoved(link));
  }

  /// The kernel is to be read before anything is written.
  void invalidate() {
    all().forEach(RouteTable::invalidate);
  }

  /// Whether something is wanted that the kernel does not have, for the time being.
  boolean isIncomplete() {
    return all().stream()
        .anyMatch(table -> !table.conflicts().isEmpty() || !table.waiting().isEmpty());
  }

  /// Writes what differs.
  ///
  /// @return whether it all went well; if not, it is to be tried again
  boolean apply() {
    boolean complete = true;
    for (RouteTable table : all()) {
      if (table.needsApply()) {
        complete &= apply(table);
      }
    }
    reportConflicts();
    return complete;
  }

  private static boolean apply(RouteTable table) {
    ApplyOutcome<RouteChange> outcome = table.apply();
    for (RouteChange change : outcome.changes()) {
      LOG.info("Learned route: {}", change);
    }
    for (KernelException failure : outcome.failures()) {
      LOG.warn("A learned route could not be written: {} Next try in 1 s.", failure.getMessage());
    }
    return outcome.complete();
  }

  private void reportConflicts() {
    Map<IpPrefix, Route> now = conflicts();
    now.forEach((prefix, other) -> {
      if (!other.equals(reported.get(prefix))) {
        LOG.warn(
            "The route to {} cannot be installed: there is one of protocol {} (expected {} or none)."
                + " It stays, and ours waits until it is gone. If it is not meant to be there:"
                + " ip route del {} proto {}.",
            prefix,
            other.protocol(),
            Protocols.BIRD,
            prefix,
            other.protocol());
      }
    });
    reported = now;
  }

  /// Destinations for which someone else has a route, with that route. Ours are not installed.
  Map<IpPrefix, Route> conflicts() {
    Map<IpPrefix, Route> conflicts = new TreeMap<>();
    all().forEach(table -> conflicts.putAll(table.conflicts()));
    return conflicts;
  }

  private Collection<RouteTable> all() {
    return tables.values();
  }

  private RouteTable table(IpPrefix destination) {
    return Objects.requireNonNull(tables.get(destination.family()));
  }
}
