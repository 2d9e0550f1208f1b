/// Routes: what each peer told us, which of it is best, and what each peer is told (RFC 4271 §3.2),
/// with reflection (RFC 4456).
///
/// ```
///   Update ──> AdjRibIn ──Path──> LocRib ──number of prefix──> ExportGroup ──UPDATEs──> peers
///             (one a peer)          │ Decision                 (one a kind of peer, ExportRules)
///   own routes ─────────────────────┘ └──BestRoute──> owner
/// ```
///
/// Start with [io.margay.bgp.rib.LocRib], [io.margay.bgp.rib.ExportGroup] and
/// [io.margay.bgp.rib.Decision].
///
/// Made for reflectors with large tables and many peers: a prefix is a number
/// ([io.margay.bgp.rib.PrefixIndex]), a path is an object shared by all prefixes that have it, and
/// what peers are told is kept and written once for all that are told the same. A route with one
/// path takes about 30 octets in all.
///
/// A reflector takes every next hop for reachable and equally far; a node asks its routing table
/// ([io.margay.bgp.rib.InteriorCost]).
@NullMarked
package io.margay.bgp.rib;

import org.jspecify.annotations.NullMarked;
