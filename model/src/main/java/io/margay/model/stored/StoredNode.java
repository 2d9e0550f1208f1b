package io.margay.model.stored;

import io.margay.model.Node;
import io.margay.model.ResourceKey;
import io.margay.net.AsNumber;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import org.jspecify.annotations.Nullable;

/// A node as the raw texts of its several keys; null where the key is absent.
///
/// @param metadata of `…/metadata`: `{}`
/// @param birdIp of `…/bird_ip`: the IPv4 address
/// @param ipAddrV4 of `…/ip_addr_v4`: the IPv4 address, empty if there is none
/// @param ipAddrV6 of `…/ip_addr_v6`: the IPv6 address, empty if there is none
/// @param networkV4 of `…/network_v4`: the network of the IPv4 address
/// @param networkV6 of `…/network_v6`: the network of the IPv6 address
/// @param asNum of `…/as_num`: the node's own AS number
public record StoredNode(
    @Nullable String metadata,
    @Nullable String birdIp,
    @Nullable String ipAddrV4,
    @Nullable String ipAddrV6,
    @Nullable String networkV4,
    @Nullable String networkV6,
    @Nullable String asNum) {

  /// What a node is stored as.
  static StoredNode encode(Node node) {
    Node.Bgp bgp = node.spec().bgp();
    if (bgp == null) {
      return new StoredNode("{}", null, "", "", null, null, null);
    }
    return new StoredNode(
        "{}",
        bgp.ipv4Address() == null ? null : address(bgp.ipv4Address()),
        address(bgp.ipv4Address()),
        address(bgp.ipv6Address()),
        network(bgp.ipv4Address()),
        network(bgp.ipv6Address()),
        bgp.asNumber() == null ? null : bgp.asNumber().toString());
  }

  private static String address(@Nullable IpPrefix prefix) {
    return prefix == null ? "" : prefix.address().toString();
  }

  private static @Nullable String network(@Nullable IpPrefix prefix) {
    return prefix == null ? null : prefix.masked().toString();
  }

  /// The node that was stored. Without an address it has no BGP part, even if an AS number is
  /// there.
  Node decode(ResourceKey.NodeKey key) {
    IpPrefix ipv4 = prefix(ipAddrV4, networkV4, IpFamily.IPV4);
    IpPrefix ipv6 = prefix(ipAddrV6, networkV6, IpFamily.IPV6);
    Node.Metadata metadata = new Node.Metadata(key.name());
    if (ipv4 == null && ipv6 == null) {
      return new Node(metadata, new Node.Spec(null));
    }
    AsNumber own =
        asNum == null || asNum.isBlank()
            ? null
            : StoredObject.read(asNum.strip(), "as_num", AsNumber::parse);
    return new Node(metadata, new Node.Spec(new Node.Bgp(own, ipv4, ipv6)));
  }

  private static @Nullable IpPrefix prefix(
      @Nullable String address, @Nullable String network, IpFamily family) {
    String suffix = "_v" + family.version();
    if (address == null || address.isBlank()) {
      return null;
    }
    IpAddress ip = StoredObject.read(address.strip(), "ip_addr" + suffix, IpAddress::parse);
    IpPrefix within =
        network == null || network.isBlank()
            ? ip.toPrefix()
            : StoredObject.read(network.strip(), "network" + suffix, IpPrefix::parse);
    if (ip.family() != family || within.family() != family) {
      throw new InvalidStoredValueException(
          "ip_addr%s = '%s' in '%s', expected IPv%d"
              .formatted(suffix, address, within, family.version()));
    }
    return new IpPrefix(ip, within.length());
  }
}
