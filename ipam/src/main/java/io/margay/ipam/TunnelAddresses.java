package io.margay.ipam;

import io.margay.datastore.Datastore;
import io.margay.datastore.Entry;
import io.margay.datastore.Key;
import io.margay.datastore.KeyRange;
import io.margay.datastore.ipam.AllocationBlock.Attribute;
import io.margay.model.IpPool;
import io.margay.model.Kind;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/// The addresses of a node's own ends of tunnels: taken from a pool that wants the tunnel, replaced
/// when that pool is gone, given back when no pool wants one.
///
/// Calico 2.1 took them without a handle, so that whoever died before it had noted the address down
/// left it taken for ever. Ours have one, by which the next attempt finds them.
public final class TunnelAddresses {

  /// Tunnels that need an address.
  public enum Tunnel {
    IPIP(IpFamily.IPV4, "IpInIpTunnelAddr", "ipipTunnelAddress", "ipip-tunnel-addr-"),
    VXLAN(IpFamily.IPV4, "IPv4VXLANTunnelAddr", "vxlanTunnelAddress", "vxlan-tunnel-addr-"),
    VXLAN_IPV6(
        IpFamily.IPV6, "IPv6VXLANTunnelAddr", "vxlanV6TunnelAddress", "vxlan-v6-tunnel-addr-");

    private final IpFamily family;
    private final String setting;
    private final String type;
    private final String handlePrefix;

    Tunnel(IpFamily family, String setting, String type, String handlePrefix) {
      this.family = family;
      this.setting = setting;
      this.type = type;
      this.handlePrefix = handlePrefix;
    }

    /// The Felix setting of the node under which the address is kept.
    public Key.FelixSetting key(String node) {
      return new Key.FelixSetting(node, setting);
    }

    /// Whether a pool's traffic may go through the tunnel.
    boolean isWantedBy(IpPool pool) {
      if (pool.spec().disabled() || pool.key().cidr().family() != family) {
        return false;
      }
      return switch (this) {
        case IPIP -> pool.spec().ipip() != null && pool.spec().ipip().enabled();
        case VXLAN, VXLAN_IPV6 -> pool.spec().vxlanMode() != null;
      };
    }

    Attribute owner(String node) {
      return new Attribute(
          handlePrefix + node,
          new TreeMap<>(Map.of(AttributeNames.NODE, node, AttributeNames.TYPE, type)));
    }
  }

  /// How it is now.
  public sealed interface Outcome {
    /// The node has the address.
    ///
    /// @param fresh whether it has just been taken
    record Has(IpAddress address, boolean fresh) implements Outcome {}

    /// No pool wants the tunnel.
    record NotWanted() implements Outcome {}

    /// There is none to be had; the node goes without.
    record Unobtainable(String reason) implements Outcome {}
  }

  private final Datastore datastore;
  private final Ipam ipam;

  public TunnelAddresses(Datastore datastore) {
    this.datastore = datastore;
    this.ipam = new Ipam(datastore);
  }

  /// Makes the address of each tunnel what it has to be. May be called again at any time.
  public Map<Tunnel, Outcome> ensureAll(String node) {
    Map<Tunnel, Outcome> outcomes = new TreeMap<>();
    for (Tunnel tunnel : Tunnel.values()) {
      outcomes.put(tunnel, ensure(node, tunnel));
    }
    return outcomes;
  }

  /// Makes the address of one tunnel what it has to be.
  public Outcome ensure(String node, Tunnel tunnel) {
    List<IpPrefix> pools = new ArrayList<>();
    for (var entry : datastore.list(new KeyRange.Resources(Kind.IP_POOL))) {
      if (entry.value() instanceof IpPool pool && tunnel.isWantedBy(pool)) {
        pools.add(pool.key().cidr().masked());
      }
    }
    Attribute owner = tunnel.owner(node);
    Optional<IpAddress> stored = stored(node, tunnel);
    Predicate<IpAddress> fits = address -> pools.stream().anyMatch(pool -> pool.contains(address));
    if (stored.isPresent() && fits.test(stored.get()) && isOurs(stored.get(), owner)) {
      releaseAllBut(stored.get(), owner);
      return new Outcome.Has(stored.get(), false);
    }
    if (pools.isEmpty()) {
      forget(node, tunnel);
      stored.ifPresent(this::releaseNameless);
      var _ = ipam.releaseByHandle(handle(owner));
      return new Outcome.NotWanted();
    }
    Optional<IpAddress> fresh = ipam.addresses(handle(owner)).stream().filter(fits).findFirst();
    if (fresh.isEmpty()) {
      var assignment =
          ipam.assign(
              new AssignRequest(
                  node,
                  tunnel.family == IpFamily.IPV4 ? 1 : 0,
                  tunnel.family == IpFamily.IPV6 ? 1 : 0,
                  tunnel.family == IpFamily.IPV4 ? pools : List.of(),
                  tunnel.family == IpFamily.IPV6 ? pools : List.of(),
                  owner));
      switch (assignment) {
        case Assignment.Assigned(var addresses) -> fresh = Optional.of(addresses.getFirst());
        case Assignment.Incomplete(var _, var reason) -> {
          return unobtainable(node, tunnel, stored, owner, reason);
        }
        case Assignment.Refused(var reason) -> {
          return unobtainable(node, tunnel, stored, owner, reason);
        }
      }
    }
    IpAddress address = fresh.orElseThrow();
    datastore.apply(tunnel.key(node), address.toString());
    stored.filter(old -> !old.equals(address)).ifPresent(this::releaseNameless);
    releaseAllBut(address, owner);
    return new Outcome.Has(address, true);
  }

  private Outcome unobtainable(
      String node, Tunnel tunnel, Optional<IpAddress> stored, Attribute owner, String reason) {
    forget(node, tunnel);
    stored.ifPresent(this::releaseNameless);
    var _ = ipam.releaseByHandle(handle(owner));
    return new Outcome.Unobtainable(reason);
  }

  private Optional<IpAddress> stored(String node, Tunnel tunnel) {
    return datastore
        .get(tunnel.key(node))
        .map(Entry::value)
        .flatMap(text -> {
          try {
            return Optional.of(IpAddress.parse(text.strip()));
          } catch (IllegalArgumentException e) {
            return Optional.empty(); // nobody's address; another one takes its place
          }
        });
  }

  private void forget(String node, Tunnel tunnel) {
    datastore.deleteAll(List.of(tunnel.key(node)));
  }

  /// Whether an address is held for the tunnel: under our handle, or, from Calico 2.1, without one.
  private boolean isOurs(IpAddress address, Attribute owner) {
    return ipam.owner(address).filter(held -> held.equals(owner) || isNameless(held)).isPresent();
  }

  private static boolean isNameless(Attribute held) {
    return held.handle() == null && held.secondary().isEmpty();
  }

  private void releaseNameless(IpAddress address) {
    ipam.owner(address)
        .filter(TunnelAddresses::isNameless)
        .ifPresent(held -> ipam.releaseAddress(address, held));
  }

  /// What was taken by one who died before noting it down.
  private void releaseAllBut(IpAddress address, Attribute owner) {
    for (IpAddress other : ipam.addresses(handle(owner))) {
      if (!other.equals(address)) {
        ipam.releaseAddress(other, owner);
      }
    }
  }

  private static String handle(Attribute owner) {
    return String.valueOf(owner.handle());
  }
}
