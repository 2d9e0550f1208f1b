package io.margay.bgp;

import io.margay.bgp.session.PeerConfig;
import io.margay.loop.Protection;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import java.util.function.Function;

/// Peers that need no configuration of their own: whoever connects from a range is one.
///
/// @param config what holds for the peer with an address; connections are protected alike in all of
///   the range
public record PeerRange(IpPrefix range, Function<IpAddress, PeerConfig> config, PeerPolicy policy) {
  public PeerRange {
    range = range.masked();
  }

  /// What connections from the range have to bring along.
  Protection protection() {
    return config.apply(range.address()).protection();
  }
}
