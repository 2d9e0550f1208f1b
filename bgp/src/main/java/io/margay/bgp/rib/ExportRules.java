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
import io.margay.net.Ipv4Address;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What the protocol itself makes of a best route on its way to peers of one kind (RFC 4271 §5 and
/// §9.2, RFC 4456 §6 to §8). That a path does not go back to where it came from is left to
/// [ExportGroup].
///
/// @param localAs ours towards the peers
/// @param clusterId of the cluster that we reflect for
/// @param external whether the peers are in another AS
/// @param client whether we reflect for them
/// @param families those of the session
/// @param selfNextHops our own address for next hop self in each family
/// @param nextHopSelf whether routes of external peers go to internal ones with our address
public record ExportRules(
    AsNumber localAs,
    Ipv4Address clusterId,
    boolean external,
    boolean client,
    Set<IpFamily> families,
    Map<IpFamily, IpAddress> selfNextHops,
    boolean nextHopSelf) {

  public ExportRules {
    families = Set.copyOf(families);
    selfNextHops = Map.copyOf(selfNextHops);
  }

  /// The attributes with which the peers are told about routes of a family.
  ///
  /// @return null if they must not be told
  public @Nullable PathAttributes export(
      PathAttributes attributes, RouteSource source, IpFamily family) {
    if (!families.contains(family) || !mayPass(source)) {
      return null;
    }
    List<Community> communities = attributes.communities();
    if (communities.contains(Community.NO_ADVERTISE)
        || (external
            && (communities.contains(Community.NO_EXPORT)
                || communities.contains(Community.NO_EXPORT_SUBCONFED)))) {
      return null;
    }
    NextHop nextHop = nextHop(family, attributes, source);
    if (nextHop == null) {
      return null;
    }
    return external
        ? towardsExternal(attributes, source, nextHop)
        : towardsInternal(attributes, source, nextHop);
  }

  /// What an internal peer told does not go to other internal peers (RFC 4271 §9.2), unless one of
  /// the two is a client (RFC 4456 §6).
  private boolean mayPass(RouteSource source) {
    return switch (source) {
      case Local _, Fallback _ -> true;
      case Peer peer -> external || peer.external() || client || peer.client();
    };
  }

  /// RFC 4271 §5.1.3. A next hop that a local route names is the owner's wish and stays, and so
  /// does that of a reflected route (RFC 4456 §10): otherwise all traffic would pass through the
  /// reflector.
  private @Nullable NextHop nextHop(
      IpFamily family, PathAttributes attributes, RouteSource source) {
    IpAddress self = selfNextHops.get(family);
    NextHop given = attributes.nextHop();
    boolean keep =
        switch (source) {
          case Local _, Fallback _ -> given != null;
          case Peer peer -> !external && !(nextHopSelf && peer.external());
        };
    if (keep) {
      return given;
    }
    return self == null ? null : NextHop.of(self);
  }

  /// RFC 4271 §5.1.2 b, §5.1.4, §5.1.5; RFC 4456 §8: reflection stays inside the AS.
  private PathAttributes towardsExternal(
      PathAttributes attributes, RouteSource source, NextHop nextHop) {
    return attributes.toBuilder()
        .asPath(attributes.asPath().prepend(localAs))
        .nextHop(nextHop)
        .localPref(null)
        .multiExitDisc(source instanceof Peer ? null : attributes.multiExitDisc())
        .originatorId(null)
        .clusterList(List.of())
        .build();
  }

  private PathAttributes towardsInternal(
      PathAttributes attributes, RouteSource source, NextHop nextHop) {
    PathAttributes.Builder builder =
        attributes.toBuilder().nextHop(nextHop).localPref(attributes.effectiveLocalPref());
    if (source instanceof Peer peer && !peer.external()) {
      Ipv4Address originatorId = attributes.originatorId();
      List<Ipv4Address> clusterList = new ArrayList<>();
      clusterList.add(clusterId);
      clusterList.addAll(attributes.clusterList());
      builder
          .originatorId(originatorId == null ? peer.routerId() : originatorId)
          .clusterList(clusterList);
    }
    return builder.build();
  }
}
