package io.margay.bgp.rib;

import io.margay.bgp.message.NextHop;
import io.margay.bgp.message.PathAttributes;
import io.margay.bgp.message.PrefixList;
import io.margay.net.AsNumber;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import io.margay.net.Ipv4Address;
import java.util.Optional;
import java.util.Set;

/// What the protocol itself has against a route of a peer, before any policy is asked.
///
/// @param localAs ours towards this peer
/// @param remoteAs the peer's
/// @param routerId ours
/// @param clusterId of the cluster that we reflect for (RFC 4456 §7)
/// @param ownAddresses addresses of ours that would make a next hop point at ourselves
/// @param enforceFirstAs whether an external peer must be first in its paths (RFC 4271 §6.3)
public record ImportRules(
    AsNumber localAs,
    AsNumber remoteAs,
    Ipv4Address routerId,
    Ipv4Address clusterId,
    Set<IpAddress> ownAddresses,
    boolean enforceFirstAs) {

  public ImportRules {
    ownAddresses = Set.copyOf(ownAddresses);
  }

  /// Whether a prefix is about unicast at all: RFC 4271 §6.3 has others ignored.
  public static boolean isUnicast(IpPrefix prefix) {
    return isUnicast(PrefixList.high(prefix), PrefixList.low(prefix), PrefixList.key(prefix));
  }

  /// The same of one of a list.
  public static boolean isUnicast(PrefixList prefixes, int index) {
    return isUnicast(prefixes.high(index), prefixes.low(index), prefixes.key(index));
  }

  private static boolean isUnicast(long high, long low, int key) {
    int length = key & ~PrefixList.IPV6;
    return (key & PrefixList.IPV6) == 0
        ? length == 0 || isUnicast4((int) high, length)
        : isUnicast6(high, low, length);
  }

  /// Not in 127.0.0.0/8, nor multicast, nor what lies above that.

  private static boolean isUnicast4(int bits, int length) {
    boolean loopback = length >= 8 && bits >>> 24 == 127;
    boolean multicastOrReserved = length >= 3 && bits >>> 29 == 7;
    return !loopback && !multicastOrReserved;
  }

  /// Neither `::1`, nor `fe80::/10`, nor `ff00::/8`.
  private static boolean isUnicast6(long high, long low, int length) {
    boolean loopback = length == 128 && high == 0 && low == 1;
    boolean linkLocal = length >= 10 && high >>> 54 == 0x3fa;
    boolean multicast = length >= 8 && high >>> 56 == 0xff;
    return !loopback && !linkLocal && !multicast;
  }

  /// Why routes with these attributes are not to be used; empty if they may be.
  public Optional<String> objection(PathAttributes attributes) {
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
    if (attributes.clusterList().contains(clusterId)) {
      return Optional.of("it has passed our cluster (RFC 4456 §8)");
    }
    return Optional.empty();
  }

  private static boolean isUnusable(IpAddress address) {
    if (address instanceof Ipv4Address(int bits)) {
      return bits == 0 || bits >>> 28 == 14;
    }
    return address.toInetAddress().isAnyLocalAddress()
        || address.toInetAddress().isMulticastAddress();
  }
}
