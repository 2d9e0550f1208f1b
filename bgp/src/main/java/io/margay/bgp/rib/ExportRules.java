package io.margay.bgp.rib;

import io.margay.bgp.message.Community;
import io.margay.bgp.message.NextHop;
import io.margay.bgp.message.PathAttributes;
import io.margay.bgp.rib.RouteSource.Fallback;
import io.margay.bgp.rib.RouteSource.Local;
import io.margay.bgp.rib.RouteSource.Peer;
import io.margay.net.AsNumber;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What the protocol makes of a best route on its way to a peer (RFC 4271 §5 and §9.2).
///
/// @param peerAddress where the route goes
/// @param localAs ours towards this peer
/// @param external whether the peer is in another AS
/// @param families those of the session
/// @param selfNextHops our own address for next hop self in each family
/// @param nextHopSelf whether routes of external peers go to internal ones with our address
public record ExportRules(
    IpAddress peerAddress,
    AsNumber localAs,
    boolean external,
    Set<IpFamily> families,
    Map<IpFamily, IpAddress> selfNextHops,
    boolean nextHopSelf) {

  public ExportRules {
    families = Set.copyOf(families);
    selfNextHops = Map.copyOf(selfNextHops);
  }

  /// The attributes with which the peer is told about a route.
  ///
  /// @return null if it must not be told
  public @Nullable PathAttributes export(Route route) {
    PathAttributes attributes = route.attributes();
    if (!families.contains(route.prefix().family()) || !mayPass(route.source())) {
      return null;
    }
    List<Community> communities = attributes.communities();
    if (communities.contains(Community.NO_ADVERTISE)
        || (external
            && (communities.contains(Community.NO_EXPORT)
                || communities.contains(Community.NO_EXPORT_SUBCONFED)))) {
      return null;
    }
    NextHop nextHop = nextHop(route.prefix(), attributes, route.source());
    if (nextHop == null) {
      return null;
    }
    return external ? towardsExternal(route, nextHop) : towardsInternal(attributes, nextHop);
  }

  /// A path is not sent back to where it came from, and what an internal peer told does not go to
  /// other internal peers (RFC 4271 §9.2): it is this rule that a reflector relaxes.
  private boolean mayPass(RouteSource source) {
    return switch (source) {
      case Local _, Fallback _ -> true;
      case Peer peer -> !peer.address().equals(peerAddress) && (peer.external() || external);
    };
  }

  /// RFC 4271 §5.1.3. A next hop that a local route names is the owner's wish and stays.
  private @Nullable NextHop nextHop(
      IpPrefix prefix, PathAttributes attributes, RouteSource source) {
    IpAddress self = selfNextHops.get(prefix.family());
    NextHop given = attributes.nextHop();
    boolean keep =
        switch (source) {
          case Local _, Fallback _ -> given != null;
          case Peer _ -> !external && !nextHopSelf;
        };
    if (keep) {
      return given;
    }
    return self == null ? null : NextHop.of(self);
  }

  /// RFC 4271 §5.1.2 b, §5.1.4, §5.1.5; RFC 4456 §8: reflection stays inside the AS.
  private PathAttributes towardsExternal(Route route, NextHop nextHop) {
    PathAttributes attributes = route.attributes();
    return attributes.toBuilder()
        .asPath(attributes.asPath().prepend(localAs))
        .nextHop(nextHop)
        .localPref(null)
        .multiExitDisc(route.source() instanceof Peer ? null : attributes.multiExitDisc())
        .originatorId(null)
        .clusterList(List.of())
        .build();
  }

  private static PathAttributes towardsInternal(PathAttributes attributes, NextHop nextHop) {
    return attributes.toBuilder()
        .nextHop(nextHop)
        .localPref(attributes.effectiveLocalPref())
        .build();
  }
}
