package io.margay.kernel.ipset;

import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import java.util.List;

/// The spelling of set members that ipset prints, so that what is wanted and what is listed compare
/// as text (ipset(8), `hash:ip` and `hash:net`): an address without a prefix length, a network
/// masked, and a network of one address as that address.
final class MemberText {

  private MemberText() {}

  /// The members that stand for one address or network in a set; none if it is of the other family.
  /// The network of all addresses, which `hash:net` cannot hold, becomes its two halves.
  ///
  /// @throws IllegalArgumentException if the text is not an address or network that fits the type
  static List<String> canonical(IpSet set, String text) {
    IpPrefix prefix;
    try {
      prefix = IpPrefix.parse(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("member of set " + set.name() + ": " + e.getMessage(), e);
    }
    if (prefix.family() != set.family()) {
      return List.of();
    }
    if (prefix.isSingleAddress()) {
      return List.of(prefix.address().toString());
    }
    return switch (set.type()) {
      case HASH_IP ->
          throw new IllegalArgumentException(
              "member of set %s: %s is a network, and %s holds single addresses"
                  .formatted(set.name(), text, set.type()));
      case HASH_NET -> prefix.length() == 0 ? halves(prefix) : List.of(prefix.masked().toString());
    };
  }

  private static List<String> halves(IpPrefix all) {
    byte[] octets = all.masked().address().toBytes();
    String low = new IpPrefix(IpAddress.of(octets), 1).toString();
    octets[0] = (byte) 0x80;
    return List.of(low, new IpPrefix(IpAddress.of(octets), 1).toString());
  }

  /// What ipset lists in our spelling: it prints IPv4-mapped IPv6 addresses with a dotted quad. A
  /// member with options (`nomatch`, `timeout`), which we never write, stays as it is and so
  /// differs from any wanted one.
  static String ofListed(String text) {
    try {
      IpPrefix prefix = IpPrefix.parse(text);
      return prefix.isSingleAddress() ? prefix.address().toString() : prefix.toString();
    } catch (IllegalArgumentException e) {
      return text;
    }
  }

  /// The part of a listed member by which `ipset del` finds it.
  static String withoutOptions(String listed) {
    int blank = listed.indexOf(' ');
    return blank < 0 ? listed : listed.substring(0, blank);
  }
}
