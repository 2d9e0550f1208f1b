package io.margay.kernel;

import io.margay.net.IpPrefix;

/// An address configured on an interface (rtnetlink(7), `RTM_NEWADDR`).
///
/// @param linkIndex the interface
/// @param address the address with its prefix length, host bits kept
public record LinkAddress(int linkIndex, IpPrefix address) {}
