package io.margay.ipam;

import io.margay.datastore.ipam.AllocationBlock.Attribute;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.util.List;

/// A wish for any free addresses.
///
/// @param node whose blocks they are to come from
/// @param ipv4 how many IPv4 addresses
/// @param ipv6 how many IPv6 addresses
/// @param ipv4Pools from which pools; empty for all that are enabled
/// @param ipv6Pools from which pools; empty for all that are enabled
/// @param owner what is noted down with each address
public record AssignRequest(
    String node,
    int ipv4,
    int ipv6,
    List<IpPrefix> ipv4Pools,
    List<IpPrefix> ipv6Pools,
    Attribute owner) {

  public AssignRequest {
    if (ipv4 < 0 || ipv6 < 0) {
      throw new IllegalArgumentException(
          "%d IPv4 and %d IPv6 addresses, expected none or some".formatted(ipv4, ipv6));
    }
    if (owner.handle() != null) {
      checkHandle(owner.handle());
    }
    ipv4Pools = ipv4Pools.stream().map(IpPrefix::masked).distinct().toList();
    ipv6Pools = ipv6Pools.stream().map(IpPrefix::masked).distinct().toList();
  }

  /// From all enabled pools.
  public AssignRequest(String node, int ipv4, int ipv6, Attribute owner) {
    this(node, ipv4, ipv6, List.of(), List.of(), owner);
  }

  int wanted(IpFamily family) {
    return family == IpFamily.IPV4 ? ipv4 : ipv6;
  }

  List<IpPrefix> pools(IpFamily family) {
    return family == IpFamily.IPV4 ? ipv4Pools : ipv6Pools;
  }

  /// A handle is part of a datastore key.
  static void checkHandle(String handle) {
    if (handle.isEmpty() || handle.indexOf('/') >= 0) {
      throw new IllegalArgumentException(
          "handle '%s', expected a text that is not empty and has no slash".formatted(handle));
    }
  }
}
