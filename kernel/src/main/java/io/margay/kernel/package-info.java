/// The kernel's networking state as plain values, the interfaces that read and write it, and the
/// tables that bring what is there to what is wanted.
///
/// ```
///   desired ──> IptablesTable ───text──> Iptables ───┐
///   desired ──> IpSetTable ──────text──> IpSets ─────┤
///   desired ──> RouteTable ─────Route──> Routes ─────┼──> the kernel (module linux), or a simulated one
///   desired ──> NeighbourTable ────────> Neighbours ─┤
///   desired ──> TunnelDevice ──────────> Tunnels ────┤
///   desired ──> ShapingTable ──────────> Shapers ────┤
///   desired ──> SysctlTable ───────────> Sysctls ────┘
/// ```
///
/// The values are here: [io.margay.kernel.Route], [io.margay.kernel.Link],
/// [io.margay.kernel.Neighbour]. The tables are in [io.margay.kernel.iptables],
/// [io.margay.kernel.ipset], [io.margay.kernel.route], [io.margay.kernel.neighbour],
/// [io.margay.kernel.shape] and [io.margay.kernel.tunnel]; most of them stand on
/// [io.margay.kernel.DeltaTracker].
///
/// All tables keep the same promises: what others put into the kernel stays; nothing is written
/// where nothing differs; what is refused stays wanted while the kernel keeps what it has; an apply
/// never waits, but says in its [io.margay.kernel.ApplyOutcome] what is left to do. To look for
/// changes by others, call `invalidate` and apply: what had to be repaired is marked as drift.
///
/// One order matters between them: sets are created before the rules that refer to them
/// (`applyUpdates`), and destroyed after those rules are gone (`applyDeletions`).
///
/// Nothing here knows how the kernel is called. Of Calico it knows no more than how to tell its
/// rules and chains from those of others.
@NullMarked
package io.margay.kernel;

import org.jspecify.annotations.NullMarked;
