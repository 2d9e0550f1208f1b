/// Routes: what each peer told us, which of it is best, and what each peer is told (RFC 4271 §3.2).
///
/// ```
///   Update ──> AdjRibIn ──Route──> LocRib ──changed prefixes──> AdjRibOut ──UPDATE frames──> peer
///             (one a peer)           │ Decision                 (one a peer, ExportRules)
///   own routes ──────────────────────┘ └──BestRoute──> owner
/// ```
///
/// Start with [io.margay.bgp.rib.LocRib] and [io.margay.bgp.rib.Decision].
///
/// Every next hop counts as resolvable and equally far: the owner's routes decide about that, and
/// hosts on routed fabrics see all peers at one distance. Not here yet: reflection (RFC 4456),
/// ADD-PATH (RFC 7911), interned attributes.
@NullMarked
package io.margay.bgp.rib;

import org.jspecify.annotations.NullMarked;
