package io.margay.datastore.ipam;

import io.margay.net.IpPrefix;
import java.util.List;

/// How addresses are given out in the whole cluster: the value under `/calico/ipam/v2/config`.
///
/// @param strictAffinity whether a node takes addresses only from its own blocks
/// @param autoAllocateBlocks whether a node that needs a block takes a free one by itself
/// @param reservedCidrs what is never given out automatically, though it can be asked for by name;
///   our own addition, which older tools pass over
public record IpamSettings(
    boolean strictAffinity, boolean autoAllocateBlocks, List<IpPrefix> reservedCidrs) {

  /// What holds where nothing is stored.
  public static final IpamSettings DEFAULT = new IpamSettings(false, true, List.of());

  public IpamSettings {
    reservedCidrs = reservedCidrs.stream().map(IpPrefix::masked).distinct().sorted().toList();
  }
}
