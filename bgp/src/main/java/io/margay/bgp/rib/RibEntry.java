package io.margay.bgp.rib;

import io.margay.bgp.message.PathAttributes;
import io.margay.net.IpPrefix;

/// One path to a prefix as an operator looks at it, at one moment.
///
/// @param pathId as the peer gave it, or as the peer was given it (RFC 7911); 0 without ADD-PATH
/// @param source who told it, or we ourselves
/// @param cost how far the next hop is; [InteriorCost#UNREACHABLE] if it is not there
/// @param stale whether it is left from before the peer's restart; of what a peer is told: whether
///   the peer is slow, and has yet to read what became of it
public record RibEntry(
    IpPrefix prefix,
    int pathId,
    PathAttributes attributes,
    RouteSource source,
    Use use,
    long cost,
    boolean stale) {

  /// What becomes of a path.
  public enum Use {
    /// It was chosen, and is what peers are told.
    BEST,
    /// It is as good as the best for forwarding.
    MULTIPATH,
    /// It might be chosen if better ones go.
    VALID,
    /// Its next hop cannot be reached (RFC 4271 §9.1.2.1).
    UNREACHABLE,
    /// The protocol or the policy has something against it.
    REFUSED
  }
}
