package io.margay.linux;

import io.margay.kernel.FdbEntry;
import io.margay.kernel.KernelMonitor;
import io.margay.kernel.Neighbour;
import io.margay.linux.netlink.Attributes;
import io.margay.linux.netlink.NetlinkMessage;
import io.margay.linux.netlink.NetlinkRequest;
import io.margay.linux.netlink.Rtnetlink.Af;
import io.margay.linux.netlink.Rtnetlink.Nda;
import io.margay.linux.netlink.Rtnetlink.Nud;
import io.margay.linux.netlink.Rtnetlink.Rtm;
import io.margay.net.IpAddress;
import io.margay.net.MacAddress;
import java.util.Optional;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/// Reads and begins `RTM_*NEIGH` messages: neighbour entries, and with the family `AF_BRIDGE` those
/// of forwarding databases.
///
/// ```
///   struct ndmsg { u8 family; u8 pad; u16 pad; s32 ifindex; u16 state; u8 flags; u8 type; }
/// ```
final class NeighbourMessages {

  private static final int NDMSG_LENGTH = 12;

  private NeighbourMessages() {}

  static NetlinkRequest request(
      int type, int flags, int family, int index, int state, int entryFlags) {
    return new NetlinkRequest(type, flags)
        .u8(family)
        .u8(0)
        .u16(0)
        .u32(index)
        .u16(state)
        .u8(entryFlags)
        .u8(0);
  }

  /// The permanent entry that the message is about, empty if it is about another.
  static Optional<Neighbour> readNeighbour(NetlinkMessage message, IntFunction<String> names) {
    Attributes attributes = message.attributes(NDMSG_LENGTH);
    byte[] address = attributes.octets(Nda.DST);
    MacAddress mac = mac(attributes);
    // Entries of a tunnel have an IP address for a link-layer address: not ours.
    if (isOfBridge(message) || !isPermanent(message) || address == null || mac == null) {
      return Optional.empty();
    }
    return Optional.of(new Neighbour(names.apply(message.u32(4)), IpAddress.of(address), mac));
  }

  /// The entry of a VXLAN device that the message is about. A bridge's entries lead to a port of
  /// its own, and have no remote host.
  static Optional<FdbEntry> readForwarding(NetlinkMessage message, IntFunction<String> names) {
    Attributes attributes = message.attributes(NDMSG_LENGTH);
    MacAddress mac = mac(attributes);
    byte[] remote = attributes.octets(Nda.DST);
    if (!isOfBridge(message) || !isPermanent(message) || remote == null || mac == null) {
      return Optional.empty();
    }
    return Optional.of(new FdbEntry(names.apply(message.u32(4)), mac, IpAddress.of(remote)));
  }

  /// Tells a listener what the notice says.
  static void pass(
      NetlinkMessage message, IntFunction<String> names, KernelMonitor.Listener listener) {
    boolean isThere = message.type() == Rtm.NEWNEIGH;
    if (isOfBridge(message)) {
      Optional<FdbEntry> entry = readForwarding(message, names);
      entry.ifPresent(isThere ? listener::onForwarding : listener::onForwardingRemoved);
      return;
    }
    Optional<Neighbour> neighbour = isThere ? readNeighbour(message, names) : Optional.empty();
    byte[] address = message.attributes(NDMSG_LENGTH).octets(Nda.DST);
    if (neighbour.isPresent()) {
      listener.onNeighbour(neighbour.get());
    } else if (address != null && (address.length == 4 || address.length == 16)) {
      listener.onNeighbourRemoved(names.apply(message.u32(4)), IpAddress.of(address));
    }
  }

  private static boolean isOfBridge(NetlinkMessage message) {
    return message.u8(0) == Af.BRIDGE;
  }

  private static boolean isPermanent(NetlinkMessage message) {
    return (message.u16(8) & Nud.PERMANENT) != 0;
  }

  /// Null if there is none, or none of Ethernet's.
  private static @Nullable MacAddress mac(Attributes attributes) {
    byte[] octets = attributes.octets(Nda.LLADDR);
    return octets == null || octets.length < 6 ? null : MacAddress.of(octets);
  }
}
