/// Tunnel devices as values, and the means to bring one to what is wanted.
///
/// ```
///   desired ──> TunnelDevice ──Tunnel, addresses──> Tunnels ──> the kernel
/// ```
///
/// What leads packets into a tunnel is elsewhere: routes ([io.margay.kernel.route]), and for VXLAN
/// neighbours and the forwarding database ([io.margay.kernel.neighbour]).
@NullMarked
package io.margay.kernel.tunnel;

import org.jspecify.annotations.NullMarked;
