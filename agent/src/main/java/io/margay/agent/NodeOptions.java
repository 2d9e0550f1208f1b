package io.margay.agent;

import io.margay.net.AsNumber;
import io.margay.net.IpPrefix;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// What this agent is told on its command line. Several agents can share a machine, so nothing
/// about their names and places is fixed.
///
/// @param name of the node
/// @param ipv4 its BGP address in its network; null to keep what is stored
/// @param ipv6 the same for IPv6
/// @param asNumber null to keep what is stored, or to inherit the global number
/// @param bgp whether it speaks BGP; without, somebody else looks after routes to other nodes
/// @param connectionFile which datastore
/// @param felixFile Felix's settings
/// @param runDirectory for the lock, the ready file and the socket that reports are asked from
/// @param cniSocket where CNI plugins ask
record NodeOptions(
    String name,
    @Nullable IpPrefix ipv4,
    @Nullable IpPrefix ipv6,
    @Nullable AsNumber asNumber,
    boolean bgp,
    Path connectionFile,
    Path felixFile,
    Path runDirectory,
    Path cniSocket) {}
