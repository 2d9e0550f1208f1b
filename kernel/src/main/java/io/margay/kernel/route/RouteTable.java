package io.margay.kernel.route;

import io.margay.kernel.ApplyOutcome;
import io.margay.kernel.Link;
import io.margay.kernel.Route;
import io.margay.kernel.Routes;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/// The routes of one family that are wanted, and the means to bring the main table there.
///
/// Belongs to one thread, which its calls to [Routes] may block.
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable"})
public final class RouteTable {

  public RouteTable(IpFamily family, Routes routes, Predicate<Route> ours) {
    this(family, routes, ours, route -> false);
  }

  /// @param ours which routes this table may delete or replace
  /// @param yielding which routes of others give way to a wanted one for the same destination
  public RouteTable(
      IpFamily family, Routes routes, Predicate<Route> ours, Predicate<Route> yielding) {}

  /// Wants the route, in the place of any other to its destination.
  public void put(Route route) {
    throw new UnsupportedOperationException();
  }

  /// Wants no route to the destination any more.
  public void remove(IpPrefix destination) {
    throw new UnsupportedOperationException();
  }

  /// While held, routes of ours that are not wanted stay: after a restart they are most likely
  /// still right, and will be wanted as soon as whoever feeds this table has learned them again
  /// (RFC 4724 §4.2 keeps forwarding state in the same way).
  public void holdDeletions(boolean hold) {
    throw new UnsupportedOperationException();
  }

  /// Has the next apply read the kernel's routes anew.
  public void invalidate() {
    throw new UnsupportedOperationException();
  }

  /// Notes from the monitor that a route appeared or was replaced.
  public void onRoute(Route route) {
    throw new UnsupportedOperationException();
  }

  /// Notes from the monitor that a route went away.
  public void onRouteRemoved(Route route) {
    throw new UnsupportedOperationException();
  }

  /// Notes from the monitor that a link appeared or changed. One that went down lost its routes, of
  /// which IPv4 gives no other notice.
  public void onLink(Link link) {
    throw new UnsupportedOperationException();
  }

  public void onLinkRemoved(Link link) {
    throw new UnsupportedOperationException();
  }

  /// Whether an apply would read or write.
  public boolean needsApply() {
    throw new UnsupportedOperationException();
  }

  public ApplyOutcome<RouteChange> apply() {
    throw new UnsupportedOperationException();
  }

  /// Wanted routes that are not there because someone else has a route in their place, which this
  /// table does not touch: by destination, with the route in the way.
  public Map<IpPrefix, Route> conflicts() {
    throw new UnsupportedOperationException();
  }

  /// Wanted routes that are not there because their interface or gateway is not there, or down.
  public List<Route> waiting() {
    throw new UnsupportedOperationException();
  }
}
