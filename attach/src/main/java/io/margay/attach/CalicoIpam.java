package io.margay.attach;

import io.margay.attach.AttachException.Reason;
import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreException;
import io.margay.datastore.Key;
import io.margay.datastore.KeyRange;
import io.margay.datastore.ipam.AllocationBlock.Attribute;
import io.margay.ipam.AssignRequest;
import io.margay.ipam.Assignment;
import io.margay.ipam.AttributeNames;
import io.margay.ipam.ChosenAssignment;
import io.margay.ipam.Ipam;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Addresses of Calico's pools, held under a handle of the container.
///
/// Calico 2.1 has the workload as the handle, so that a container which is gone gives back the
/// addresses of the one that took its place under the same name. Ours is of the network and the
/// container; what was taken under the old one is found all the same.
public final class CalicoIpam implements AddressSource {

  private static final String NETWORK = "network";
  private static final String CONTAINER = "container";

  private final Ipam ipam;
  private final Wish wish;
  private final Holder holder;

  /// What addresses a workload is to have.
  ///
  /// @param ipv4 how many IPv4 addresses: 0 or 1
  /// @param ipv6 how many IPv6 addresses: 0 or 1
  /// @param ipv4Pools from which pools; empty for all
  /// @param ipv6Pools from which pools; empty for all
  /// @param chosen these very addresses instead, at most one of each family; empty for any
  public record Wish(
      int ipv4,
      int ipv6,
      List<IpPrefix> ipv4Pools,
      List<IpPrefix> ipv6Pools,
      List<IpAddress> chosen) {
    public Wish {
      ipv4Pools = List.copyOf(ipv4Pools);
      ipv6Pools = List.copyOf(ipv6Pools);
      chosen = List.copyOf(chosen);
    }
  }

  /// Who holds addresses.
  ///
  /// @param node whose blocks they are from
  /// @param network its name
  /// @param container its id
  /// @param workload the workload as endpoints name it: the container's id, or `namespace.pod`
  /// @param notes what else is noted down with the addresses
  public record Holder(
      String node,
      String network,
      String container,
      String workload,
      SortedMap<String, String> notes) {

    String handle() {
      return network + "." + container;
    }

    Attribute attribute() {
      SortedMap<String, String> all = new TreeMap<>(notes);
      all.put(AttributeNames.NODE, node);
      all.put(NETWORK, network);
      all.put(CONTAINER, container);
      return new Attribute(handle(), all);
    }

    /// Whether an address is held by this container, or by an earlier one of the same pod, or by
    /// this workload as Calico 2.1 notes it down.
    boolean owns(Attribute owner) {
      return handle().equals(owner.handle())
          || workload.equals(owner.handle())
          || (isPod() && notes.equals(without(owner.secondary(), NODE_NETWORK_CONTAINER)));
    }

    private boolean isPod() {
      return notes.containsKey(AttributeNames.POD);
    }

    private static Map<String, String> without(Map<String, String> notes, List<String> names) {
      Map<String, String> left = new TreeMap<>(notes);
      names.forEach(left::remove);
      return left;
    }

    private static final List<String> NODE_NETWORK_CONTAINER =
        List.of(AttributeNames.NODE, NETWORK, CONTAINER);
  }

  public CalicoIpam(Ipam ipam, Wish wish, Holder holder) {
    this.ipam = ipam;
    this.wish = wish;
    this.holder = holder;
  }

  @Override
  public List<IpAddress> take() {
    try {
      return wish.chosen().isEmpty() ? takeAny() : takeChosen();
    } catch (DatastoreException e) {
      undo(e);
      throw e;
    }
  }

  private List<IpAddress> takeAny() {
    List<IpAddress> held = ipam.addresses(holder.handle());
    if (suffices(held)) {
      // Of an attempt that died before anybody heard of it.
      return held;
    }
    if (!held.isEmpty()) {
      ipam.releaseByHandle(holder.handle());
    }
    AssignRequest request =
        new AssignRequest(
            holder.node(),
            wish.ipv4(),
            wish.ipv6(),
            wish.ipv4Pools(),
            wish.ipv6Pools(),
            holder.attribute());
    return switch (ipam.assign(request)) {
      case Assignment.Assigned(var addresses) -> addresses;
      case Assignment.Incomplete(var _, var reason) -> {
        ipam.releaseByHandle(holder.handle());
        throw new AttachException(Reason.TRY_AGAIN, reason + ".");
      }
      case Assignment.Refused(var reason) -> {
        boolean named = !wish.ipv4Pools().isEmpty() || !wish.ipv6Pools().isEmpty();
        throw new AttachException(
            named ? Reason.INVALID_CONFIGURATION : Reason.TRY_AGAIN,
            reason + ". See the pools there are with `calicoctl get ipPool`.");
      }
    };
  }

  private boolean suffices(List<IpAddress> held) {
    return held.size() == wish.ipv4() + wish.ipv6()
        && count(held, IpFamily.IPV4) == wish.ipv4()
        && held.stream().allMatch(this::isOfAWishedPool);
  }

  private static long count(List<IpAddress> addresses, IpFamily family) {
    return addresses.stream().filter(each -> each.family() == family).count();
  }

  private boolean isOfAWishedPool(IpAddress address) {
    List<IpPrefix> pools = address.family() == IpFamily.IPV4 ? wish.ipv4Pools() : wish.ipv6Pools();
    return pools.isEmpty() || pools.stream().anyMatch(pool -> pool.contains(address));
  }

  private List<IpAddress> takeChosen() {
    List<IpAddress> taken = new ArrayList<>();
    for (IpAddress address : wish.chosen()) {
      String refusal = refusal(ipam.assignAddress(address, holder.node(), holder.attribute()));
      if (refusal != null) {
        ipam.releaseByHandle(holder.handle());
        throw new AttachException(
            Reason.FAILED,
            "address %s, which was asked for, cannot be had: %s. Ask for another, or for none."
                .formatted(address, refusal));
      }
      taken.add(address);
    }
    return taken;
  }

  private @Nullable String refusal(ChosenAssignment outcome) {
    return switch (outcome) {
      case ChosenAssignment.Assigned _ -> null;
      case ChosenAssignment.InUse(var _, var owner) ->
          holder.owns(owner)
              ? null
              : "it is in use by "
                  + (owner.handle() == null ? "somebody without a handle" : owner.handle());
      case ChosenAssignment.Refused(var reason) -> reason;
    };
  }

  /// What was asked for may have happened although there was no answer.
  private void undo(DatastoreException cause) {
    try {
      ipam.releaseByHandle(holder.handle());
    } catch (DatastoreException e) {
      cause.addSuppressed(e);
    }
  }

  @Override
  public void keep(List<IpAddress> addresses) {
    for (IpAddress address : addresses) {
      Optional<Attribute> owner = ipam.owner(address);
      if (owner.isPresent() && holder.owns(owner.get())) {
        continue;
      }
      if (owner.isPresent()) {
        throw new AttachException(
            Reason.FAILED,
            "address %s of the workload's endpoint is in use by %s meanwhile. Delete the endpoint with calicoctl, then add the container again."
                .formatted(address, owner.get().handle()));
      }
      String refusal = refusal(ipam.assignAddress(address, holder.node(), holder.attribute()));
      if (refusal != null) {
        throw new AttachException(
            Reason.FAILED,
            "address %s of the workload's endpoint cannot be had again: %s. Delete the endpoint with calicoctl, then add the container again."
                .formatted(address, refusal));
      }
    }
  }

  /// Whether an address was taken for a network.
  public static boolean isOf(String network, Attribute owner) {
    return network.equals(owner.secondary().get(NETWORK));
  }

  /// Gives back what a network's containers on a node hold, but for those named.
  public static void collect(
      Datastore datastore, Ipam ipam, String node, String network, Set<String> containers) {
    for (var entry : datastore.list(new KeyRange.IpamHandles())) {
      if (!(entry.key() instanceof Key.IpamHandle(String handle))
          || !handle.startsWith(network + ".")
          || containers.contains(handle.substring(network.length() + 1))) {
        continue;
      }
      boolean ours =
          ipam.addresses(handle).stream()
              .map(ipam::owner)
              .flatMap(Optional::stream)
              .anyMatch(owner ->
                  isOf(network, owner) && node.equals(owner.secondary().get(AttributeNames.NODE)));
      if (ours) {
        ipam.releaseByHandle(handle);
      }
    }
  }

  @Override
  public void giveBack(List<IpAddress> known) {
    ipam.releaseByHandle(holder.handle());
    if (!holder.isPod()) {
      ipam.releaseByHandle(holder.workload());
    }
    for (IpAddress address : known) {
      ipam.owner(address)
          .filter(holder::owns)
          .ifPresent(owner -> ipam.releaseAddress(address, owner));
    }
  }

  @Override
  public List<String> problems(List<IpAddress> addresses) {
    List<String> problems = new ArrayList<>();
    for (IpAddress address : addresses) {
      if (ipam.owner(address).filter(holder::owns).isEmpty()) {
        problems.add("address %s is not held by the container".formatted(address));
      }
    }
    return problems;
  }
}
