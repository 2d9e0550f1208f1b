package io.margay.bgp.rib;

import io.margay.bgp.message.PathAttributes;
import io.margay.net.IpPrefix;

/// One way to reach a prefix.
///
/// @param prefix masked
/// @param attributes as received, or as announced by the owner
public record Route(IpPrefix prefix, PathAttributes attributes, RouteSource source) {}
