package io.margay.kernel;

import io.margay.net.IpAddress;

/// Tells of changes in the kernel as they happen (rtnetlink(7) multicast groups).
///
/// The kernel does not tell of everything: IPv4 routes that vanish because their link went down or
/// lost its address go without a notice, and a notice about an IPv6 multipath route may hold only
/// the next hops that changed. Whoever mirrors routes reads them anew when a link goes down.
public interface KernelMonitor {

  /// Starts to follow links, addresses, routes and permanent neighbour entries. What existed before
  /// is not told: subscribe first, then list.
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

    /// A permanent neighbour entry appeared or was replaced.
    default void onNeighbour(Neighbour neighbour) {}

    /// There is no permanent entry for the address on the device, or no more. Told of those that
    /// the kernel learns by itself too, each time it learns something.
    default void onNeighbourRemoved(String device, IpAddress address) {}

    /// An entry of a VXLAN device's forwarding database appeared or was replaced.
    default void onForwarding(FdbEntry entry) {}

    default void onForwardingRemoved(FdbEntry entry) {}

    /// Notices were lost (`ENOBUFS`) or cannot be had any more: read everything anew.
    void onLost(String reason);
  }

  interface Subscription extends AutoCloseable {
    @Override
    void close();
  }
}
