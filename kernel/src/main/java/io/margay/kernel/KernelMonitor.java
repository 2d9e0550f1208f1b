package io.margay.kernel;

/// Tells of changes in the kernel as they happen (rtnetlink(7) multicast groups).
///
/// The kernel does not tell of everything: IPv4 routes that vanish because their link went down or
/// lost its address go without a notice, and a notice about an IPv6 multipath route may hold only
/// the next hops that changed. Whoever mirrors routes reads them anew when a link goes down.
public interface KernelMonitor {

  /// Starts to follow links, addresses and routes. What existed before is not told: subscribe
  /// first, then list.
  Subscription subscribe(Listener listener);

  /// Called on a thread of the monitor's own: post to an event loop and return.
  interface Listener {
    /// A link appeared or changed.
    void onLink(Link link);

    void onLinkRemoved(Link link);

    void onAddress(LinkAddress address);

    void onAddressRemoved(LinkAddress address);

    /// A route of the main table appeared or was replaced.
    void onRoute(Route route);

    void onRouteRemoved(Route route);

    /// Notices were lost (`ENOBUFS`) or cannot be had any more: read everything anew.
    void onLost(String reason);
  }

  interface Subscription extends AutoCloseable {
    @Override
    void close();
  }
}
