/// The routes that are wanted versus those of the main table. Start with
/// [io.margay.kernel.route.RouteTable].
///
/// ```
///   put, remove ──Route──> RouteTable ──add, replace, delete──> Routes
///   KernelMonitor ──Route, Link──┘  └──RouteChange──> the caller (conntrack clean-up, log)
/// ```
@NullMarked
package io.margay.kernel.route;

import org.jspecify.annotations.NullMarked;
