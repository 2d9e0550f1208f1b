package io.margay.bgp.message;

import io.margay.net.IpFamily;
import java.util.Optional;

/// An address family and subsequent address family, as the wire numbers them.
///
/// Numbers: <https://www.iana.org/assignments/address-family-numbers>,
/// <https://www.iana.org/assignments/safi-namespace>.
///
/// @param afi 0 to 65535
/// @param safi 0 to 255
public record AfiSafi(int afi, int safi) {

  private static final int UNICAST = 1;

  public static final AfiSafi IPV4_UNICAST = new AfiSafi(1, UNICAST);
  public static final AfiSafi IPV6_UNICAST = new AfiSafi(2, UNICAST);

  /// Unicast of a family.
  public static AfiSafi unicast(IpFamily family) {
    return switch (family) {
      case IPV4 -> IPV4_UNICAST;
      case IPV6 -> IPV6_UNICAST;
    };
  }

  /// The family, if this is unicast of one that we speak.
  public Optional<IpFamily> family() {
    if (equals(IPV4_UNICAST)) {
      return Optional.of(IpFamily.IPV4);
    }
    return equals(IPV6_UNICAST) ? Optional.of(IpFamily.IPV6) : Optional.empty();
  }
}
