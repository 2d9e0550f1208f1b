package io.margay.dataplane;

import io.margay.kernel.Conntrack;
import io.margay.kernel.ForwardingDatabase;
import io.margay.kernel.Neighbours;
import io.margay.kernel.Routes;
import io.margay.kernel.Sysctls;
import io.margay.kernel.ipset.IpSets;
import io.margay.kernel.iptables.Iptables;
import io.margay.kernel.shape.Shapers;
import io.margay.kernel.tunnel.Tunnels;

/// The ways into the kernel that the dataplane needs.
public record KernelAccess(
    Iptables iptables,
    IpSets ipSets,
    Routes routes,
    Neighbours neighbours,
    Sysctls sysctls,
    Conntrack conntrack,
    Tunnels tunnels,
    Shapers shapers,
    ForwardingDatabase forwardingDatabase) {}
