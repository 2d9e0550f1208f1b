package io.margay.kernel;

import io.margay.net.MacAddress;
import org.jspecify.annotations.Nullable;

/// A network interface (rtnetlink(7), `RTM_NEWLINK`).
///
/// @param index the interface index, unique within its network namespace
/// @param name the interface name, 1 to 15 characters
/// @param adminUp whether `IFF_UP` is set: someone asked for it to be up
/// @param running whether `IFF_RUNNING` is set: it is up and has carrier
/// @param mtu in bytes
/// @param mac the hardware address, null if the device has none
public record Link(
    int index, String name, boolean adminUp, boolean running, int mtu, @Nullable MacAddress mac) {}
