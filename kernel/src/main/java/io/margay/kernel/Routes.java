package io.margay.kernel;

import io.margay.net.IpFamily;
import java.util.List;

/// The routes of the main table (254). Calls block; any thread may make them.
///
/// Listed next hops name their device even where the route was given without one. IPv6 routes given
/// without a metric have 1024, see [Route].
public interface Routes {

  /// Every route of the family, in the kernel's order.
  List<Route> list(IpFamily family);

  /// Adds a route; refuses to touch one that exists for the same destination and metric.
  ///
  /// @throws KernelException with `EEXIST` in its message if there is one, `ENODEV` or `ENETDOWN`
  ///   if a device is missing or down, `ENETUNREACH` if a gateway cannot be reached
  void add(Route route);

  /// Adds a route, or changes the one of the same destination and metric in a single step, so that
  /// no packet meets a gap.
  void replace(Route route);

  /// Removes this very route: destination, metric, protocol, type and next hops (a null device
  /// stands for any). One that is not there counts as removed, and one that another has taken the
  /// place of stays: a pod's address may have moved to another interface in between.
  void delete(Route route);
}
