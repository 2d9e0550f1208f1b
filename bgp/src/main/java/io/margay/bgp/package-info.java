/// A BGP speaker as a library (RFC 4271): it knows nothing of sockets, of the kernel or of why a
/// route is announced.
///
/// ```
///   owner ──addPeer, announce──> BgpSpeaker ──bestPathChanged, initialFeedComplete──> RouteListener
///                                  │  for each peer:
///   Transport <──octets──> session.PeerSession ──Update──> rib.AdjRibIn ──> rib.LocRib
///                                  └<──UPDATE frames── rib.AdjRibOut <──────────┘
/// ```
///
/// Start with [io.margay.bgp.BgpSpeaker]. One event loop owns everything in here; all calls are
/// made on it, and listeners and policies are called on it.
///
/// Graceful restart (RFC 4724) works on both sides: routes of a peer whose connection breaks
/// without a NOTIFICATION are kept until it is back or its restart time is over, and after a
/// restart of our own the owner learns when it may remove what the kernel still has from before.
@NullMarked
package io.margay.bgp;

import org.jspecify.annotations.NullMarked;
