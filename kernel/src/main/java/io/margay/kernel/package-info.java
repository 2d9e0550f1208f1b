/// The kernel's networking state as plain values, the interfaces that read and write it, and the
/// tables that bring what is there to what is wanted.
///
/// ```
///   desired ──> IptablesTable ──text──> Iptables ─┐
///   desired ──> IpSetTable ────text──> IpSets ────┼──> the kernel (module linux), or a simulated one
///   desired ──> RouteTable ──Route──> Routes ─────┘
/// ```
///
/// The values are here: [io.margay.kernel.Route], [io.margay.kernel.Link],
/// [io.margay.kernel.Neighbour]. Nothing here knows how the kernel is called, or what Calico is.
@NullMarked
package io.margay.kernel;

import org.jspecify.annotations.NullMarked;
