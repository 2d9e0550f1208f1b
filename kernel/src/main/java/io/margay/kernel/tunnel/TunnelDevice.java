package io.margay.kernel.tunnel;

import io.margay.kernel.ApplyOutcome;
import io.margay.kernel.KernelException;
import io.margay.kernel.Link;
import io.margay.kernel.LinkAddress;
import io.margay.kernel.tunnel.Tunnel.Ipip;
import io.margay.kernel.tunnel.Tunnel.Vxlan;
import io.margay.kernel.tunnel.TunnelChange.Verb;
import io.margay.net.IpPrefix;
import io.margay.net.Ipv6Address;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// One tunnel device with its addresses: what is wanted, and the means to bring the kernel there.
///
/// It is read before it is written. Addresses that nobody wants are removed, but for those of
/// IPv6's own on each link. A device of the name that is of another kind is somebody else's: it
/// stays, and that is a failure.
///
/// Belongs to one thread, which its calls to [Tunnels] may block.
public final class TunnelDevice {

  private final String name;
  private final Tunnels tunnels;
  private final boolean removable;

  private @Nullable Tunnel wanted;
  private Set<IpPrefix> addresses = Set.of();
  private boolean stale = true;

  /// Whether the kernel had all that is wanted, after the last apply.
  private boolean inPlace;

  private @Nullable Integer index;
  private @Nullable KernelException unsupported;

  /// @param removable whether the device is to go when it is not wanted; `tunl0` belongs to the
  ///   kernel and stays
  public TunnelDevice(String name, Tunnels tunnels, boolean removable) {
    this.name = name;
    this.tunnels = tunnels;
    this.removable = removable;
  }

  /// Wants the device like this.
  ///
  /// @param onIt the addresses it is to have and no others
  public void want(Tunnel tunnel, Set<IpPrefix> onIt) {
    if (!tunnel.name().equals(name)) {
      throw new IllegalArgumentException(tunnel + " is not " + name);
    }
    if (!tunnel.equals(wanted) || !onIt.equals(addresses)) {
      wanted = tunnel;
      addresses = Set.copyOf(onIt);
      stale = true;
      inPlace = false;
    }
  }

  /// Wants no such device.
  public void unwant() {
    if (wanted != null) {
      wanted = null;
      addresses = Set.of();
      stale = true;
      inPlace = false;
    }
  }

  /// Has the next apply read the device anew.
  public void invalidate() {
    stale = true;
  }

  /// Notes from the monitor that a link appeared or changed.
  public void onLink(Link link) {
    if (link.name().equals(name)) {
      index = link.index();
      stale |= wanted == null || !link.adminUp() || link.mtu() != wanted.mtu() || hasOtherMac(link);
    } else if (index != null && index == link.index()) {
      onLinkRemoved(link);
    }
  }

  private boolean hasOtherMac(Link link) {
    return wanted instanceof Vxlan vxlan && !Objects.equals(vxlan.mac(), link.mac());
  }

  /// Notes from the monitor that a link is gone, or has another name.
  public void onLinkRemoved(Link link) {
    if (index != null && index == link.index()) {
      index = null;
      stale = true;
    }
  }

  /// Notes from the monitor that an address is there.
  public void onAddress(LinkAddress address) {
    stale |= isOnIt(address) && !addresses.contains(address.address());
  }

  public void onAddressRemoved(LinkAddress address) {
    stale |= isOnIt(address) && addresses.contains(address.address());
  }

  private boolean isOnIt(LinkAddress address) {
    return index != null && index == address.linkIndex() && !isOfIpv6Itself(address.address());
  }

  private static boolean isOfIpv6Itself(IpPrefix address) {
    return address.address() instanceof Ipv6Address ipv6 && ipv6.isLinkLocal();
  }

  /// Whether an apply would read or write.
  public boolean needsApply() {
    return stale;
  }

  /// Why the kernel cannot have the device, if it does not know its kind; null if it does. That is
  /// no failure: trying again does not help, and what is there goes on without it. It is tried
  /// again after [#invalidate()].
  public @Nullable KernelException unsupported() {
    return unsupported;
  }

  /// Brings the device to what is wanted.
  public ApplyOutcome<TunnelChange> apply() {
    List<TunnelChange> changes = new ArrayList<>();
    List<KernelException> failures = new ArrayList<>();
    if (!stale) {
      return new ApplyOutcome<>(changes, failures);
    }
    boolean drift = inPlace;
    try {
      Tunnel tunnel = wanted;
      if (tunnel == null) {
        remove(changes);
      } else if (create(tunnel, drift, changes)) {
        setAddresses(drift, changes);
      }
      stale = false;
      inPlace = unsupported == null;
    } catch (KernelException e) {
      failures.add(e);
    }
    return new ApplyOutcome<>(changes, failures);
  }

  private void remove(List<TunnelChange> changes) {
    unsupported = null;
    Optional<TunnelState> state = removable ? tunnels.read(name) : Optional.empty();
    if (state.isPresent() && state.get().tunnel() != null) {
      tunnels.delete(name);
      changes.add(new TunnelChange(Verb.REMOVED, name, false));
    }
  }

  /// @return whether the device is there
  private boolean create(Tunnel tunnel, boolean drift, List<TunnelChange> changes) {
    Optional<TunnelState> state = tunnels.read(name);
    if (state.isPresent() && !state.get().kind().equals(tunnel.kind())) {
      throw new KernelException(
          "Device %s is of kind '%s' (expected '%s'). It stays, and packets to other hosts' workloads wait. If it is not meant to be there: ip link del %s."
              .formatted(name, state.get().kind(), tunnel.kind(), name));
    }
    if (state.isPresent() && !canBecome(state.get().tunnel(), tunnel)) {
      tunnels.delete(name);
      changes.add(new TunnelChange(Verb.REMOVED, name, drift));
      state = Optional.empty();
    }
    if (state.isEmpty()) {
      try {
        tunnels.create(tunnel);
      } catch (KernelException e) {
        if (e.names("EOPNOTSUPP")) {
          unsupported = e;
          return false;
        }
        throw e;
      }
      changes.add(new TunnelChange(Verb.CREATED, name, drift));
      state = tunnels.read(name);
    }
    unsupported = null;
    if (state.isPresent() && (!state.get().up() || !tunnel.equals(state.get().tunnel()))) {
      tunnels.setUp(name, tunnel.mtu());
      changes.add(new TunnelChange(Verb.SET_UP, name, drift));
    }
    return true;
  }

  /// Whether setting the MTU is all that is missing; the rest is fixed when a device is made.
  private static boolean canBecome(@Nullable Tunnel actual, Tunnel wanted) {
    return switch (wanted) {
      case Ipip _ -> actual instanceof Ipip;
      case Vxlan vxlan ->
          actual instanceof Vxlan is
              && is.vni() == vxlan.vni()
              && is.port() == vxlan.port()
              && Objects.equals(is.mac(), vxlan.mac())
              && Objects.equals(is.local(), vxlan.local());
    };
  }

  private void setAddresses(boolean drift, List<TunnelChange> changes) {
    Set<IpPrefix> there = tunnels.read(name).map(TunnelState::addresses).orElse(Set.of());
    for (IpPrefix address : new TreeSet<>(addresses)) {
      if (!there.contains(address)) {
        tunnels.addAddress(name, address);
        changes.add(new TunnelChange(Verb.ADDED, name + " address " + address, drift));
      }
    }
    for (IpPrefix address : new TreeSet<>(there)) {
      if (!addresses.contains(address) && !isOfIpv6Itself(address)) {
        tunnels.removeAddress(name, address);
        changes.add(new TunnelChange(Verb.REMOVED, name + " address " + address, drift));
      }
    }
  }
}
