package io.margay.bgp.rib;

import io.margay.bgp.message.NextHop;
import io.margay.bgp.message.PathAttributes;
import io.margay.net.AsNumber;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import io.margay.net.Ipv4Address;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What the protocol itself has against a route of a peer, before any policy is asked.
///
/// @param localAs ours towards this peer
/// @param remoteAs the peer's
/// @param routerId ours, which is our cluster id too
/// @param ownAddresses addresses of ours that would make a next hop point at ourselves
/// @param enforceFirstAs whether an external peer must be first in its paths (RFC 4271 §6.3)
public record ImportRules(
    AsNumber localAs,
    AsNumber remoteAs,
    Ipv4Address routerId,
    Set<IpAddress> ownAddresses,
    boolean enforceFirstAs) {

  /// Ranges that no unicast route is about: RFC 4271 §6.3 has such prefixes ignored.
  private static final List<IpPrefix> NOT_UNICAST =
      List.of(
          IpPrefix.parse("127.0.0.0/8"),
          IpPrefix.parse("224.0.0.0/3"),
          IpPrefix.parse("::1/128"),
          IpPrefix.parse("fe80::/10"),
          IpPrefix.parse("ff00::/8"));

  public ImportRules {
    ownAddresses = Set.copyOf(ownAddresses);
  }

  /// Why a route is not to be used; empty if it may be.
  public Optional<String> objection(IpPrefix prefix, PathAttributes attributes) {
    if (NOT_UNICAST.stream().anyMatch(range -> range.contains(prefix))) {
      return Optional.of("the prefix is not unicast");
    }
    NextHop nextHop = attributes.nextHop();
    if (nextHop == null || isUnusable(nextHop.address())) {
      return Optional.of("the next hop is no address of a host");
    }
    if (ownAddresses.contains(nextHop.address())) {
      return Optional.of("the next hop is ourselves (RFC 4271 §5.1.3)");
    }
    boolean external = !localAs.equals(remoteAs);
    if (external
        && enforceFirstAs
        && attributes.asPath().firstAs().filter(remoteAs::equals).isEmpty()) {
      return Optional.of("the peer's AS is not first in the path (RFC 4271 §6.3)");
    }
    if (attributes.asPath().contains(localAs)) {
      return Optional.of("our AS is in the path (RFC 4271 §9.1.2)");
    }
    if (routerId.equals(attributes.originatorId())) {
      return Optional.of("we are its originator (RFC 4456 §8)");
    }
    if (attributes.clusterList().contains(routerId)) {
      return Optional.of("it has passed our cluster (RFC 4456 §8)");
    }
    return Optional.empty();
  }

  private static boolean isUnusable(IpAddress address) {
    return address.toInetAddress().isAnyLocalAddress()
        || address.toInetAddress().isMulticastAddress();
  }
}
