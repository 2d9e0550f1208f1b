package io.margay.ipam;

import io.margay.datastore.Datastore;
import io.margay.datastore.Datastore.Commit;
import io.margay.datastore.Datastore.Write;
import io.margay.datastore.DatastoreException;
import io.margay.datastore.Entry;
import io.margay.datastore.Key;
import io.margay.datastore.View;
import io.margay.datastore.ipam.AllocationBlock;
import io.margay.datastore.ipam.AllocationBlock.Attribute;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Takes addresses out of blocks that exist, and gives them back, together with what the handles
/// count.
final class BlockWriter {

  /// Each time somebody else was faster, so in all this time the cluster as a whole gets on.
  static final int ATTEMPTS = 200;

  /// So that a commit stays within [Datastore#MOST_WRITES].
  private static final int HANDLES_AT_ONCE = 30;

  private final Datastore datastore;
  private final HandleCounts handles;
  private final Backoff backoff;

  BlockWriter(Datastore datastore, HandleCounts handles, Backoff backoff) {
    this.datastore = datastore;
    this.handles = handles;
    this.backoff = backoff;
  }

  /// What became of taking addresses.
  sealed interface Taking {
    record Taken(List<IpAddress> addresses) implements Taking {}

    /// None of the wanted ones is free.
    record NothingFree(AllocationBlock block) implements Taking {}

    /// The block does not exist.
    record NoBlock() implements Taking {}

    /// The block is not to be used by this node.
    record Foreign(AllocationBlock block) implements Taking {}

    /// The pool is not what it was; see what it is now.
    record PoolChanged() implements Taking {}
  }

  /// Which blocks a node may take from.
  enum Whose {
    OWN,
    /// Own ones, and others that are not strict.
    ANY
  }

  /// @param choice the numbers to take out of a block; all of them are free
  /// @param seen what was read of it before; null to read it now
  Taking take(
      Pool pool,
      IpPrefix cidr,
      String node,
      Whose whose,
      Function<AllocationBlock, List<Integer>> choice,
      Attribute owner,
      @Nullable Sight seen) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      backoff.pause(attempt);
      Sight sight = seen;
      if (attempt > 0 || sight == null || !sight.knows(cidr)) {
        sight = Sight.take(datastore, node, owner, List.of(cidr));
        if (!sight.has(pool)) {
          return new Taking.PoolChanged();
        }
      }
      Optional<Entry<AllocationBlock>> entry = sight.block(cidr);
      if (entry.isEmpty()) {
        return new Taking.NoBlock();
      }
      AllocationBlock block = entry.get().value();
      boolean own = node.equals(block.node());
      if (!own && (whose == Whose.OWN || block.strictAffinity())) {
        return new Taking.Foreign(block);
      }
      List<Integer> ordinals = choice.apply(block);
      if (ordinals.isEmpty()) {
        return new Taking.NothingFree(block);
      }
      var update =
          new Write.Update<>(
              entry.get().key(), block.with(ordinals, owner), entry.get().revision());
      if (commitCounted(sight, pool, cidr, owner, ordinals.size(), List.of(), List.of(update))) {
        return new Taking.Taken(ordinals.stream().map(block::address).toList());
      }
    }
    throw changedAllTheTime(cidr);
  }

  static DatastoreException changedAllTheTime(IpPrefix block) {
    return new DatastoreException.UpdateConflict(
        "IPAM block %s: changed by others %d times".formatted(block, ATTEMPTS));
  }

  /// Writes a block, if the pool is still what it was, and counts its new addresses.
  ///
  /// @param sight where the handle was seen
  /// @param conditions what must hold besides
  /// @param writes the block first, whose write decides
  /// @return false if somebody else was faster, or the pool has changed; look again
  boolean commitCounted(
      Sight sight,
      Pool pool,
      IpPrefix cidr,
      Attribute owner,
      int addresses,
      List<Write> conditions,
      List<Write> writes) {
    String handle = addresses == 0 ? null : owner.handle();
    List<Write> all = new ArrayList<>();
    all.add(new Write.Unchanged(pool.key(), pool.revision()));
    all.addAll(conditions);
    if (handle != null) {
      all.add(handles.raising(sight.view(), handle, cidr, addresses));
    }
    int untilBlock = all.size();
    all.addAll(writes);
    if (!(datastore.commit(all) instanceof Commit.Refused(int written)) || written > untilBlock) {
      return true;
    }
    if (handle != null && written == untilBlock) {
      handles.lower(handle, cidr, addresses);
    }
    return false;
  }

  /// Gives back the addresses of a block for which something holds. The first look decides which
  /// ones: an address that has changed hands by the next one is its new owner's.
  ///
  /// @param seen the block, if it was read before
  /// @param counts what handles count, if that was read before
  /// @return which ones
  List<IpAddress> release(
      IpPrefix cidr,
      BiPredicate<IpAddress, Attribute> doomed,
      @Nullable Entry<AllocationBlock> seen,
      @Nullable View counts) {
    List<IpAddress> released = new ArrayList<>();
    @Nullable Map<IpAddress, Attribute> meant = null;
    Optional<Entry<AllocationBlock>> first = Optional.ofNullable(seen);
    View firstCounts = counts;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      backoff.pause(attempt);
      Optional<Entry<AllocationBlock>> entry =
          first.or(() -> datastore.get(new Key.IpamBlock(cidr)));
      if (entry.isEmpty()) {
        return List.copyOf(released);
      }
      meant = meant == null ? owners(entry.get().value(), doomed) : meant;
      meant.keySet().removeAll(released);
      Giving giving = Giving.of(entry.get().value(), meant);
      if (giving.addresses.isEmpty()) {
        return List.copyOf(released);
      }
      boolean given = giveBack(entry.get(), giving, countsOf(giving, firstCounts));
      first = Optional.empty();
      firstCounts = null;
      if (given) {
        released.addAll(giving.addresses);
        if (released.containsAll(meant.keySet())) {
          return List.copyOf(released);
        }
        attempt = -1;
      }
    }
    throw changedAllTheTime(cidr);
  }

  private static Map<IpAddress, Attribute> owners(
      AllocationBlock block, BiPredicate<IpAddress, Attribute> wanted) {
    Map<IpAddress, Attribute> owners = new TreeMap<>();
    for (IpAddress address : block.addresses(_ -> true)) {
      Attribute owner = block.attribute(address);
      if (owner != null && wanted.test(address, owner)) {
        owners.put(address, owner);
      }
    }
    return owners;
  }

  /// Addresses that are to be given back in one commit.
  ///
  /// @param byHandle how many of them each handle has
  private record Giving(List<IpAddress> addresses, Map<String, Integer> byHandle) {

    static Giving of(AllocationBlock block, Map<IpAddress, Attribute> meant) {
      List<IpAddress> addresses = new ArrayList<>();
      Map<String, Integer> byHandle = new LinkedHashMap<>();
      meant.forEach((address, owner) -> {
        if (owner.equals(block.attribute(address)) && byHandle.size() < HANDLES_AT_ONCE) {
          addresses.add(address);
          String handle = owner.handle();
          if (handle != null && !handle.isEmpty()) {
            byHandle.merge(handle, 1, Integer::sum);
          }
        }
      });
      return new Giving(List.copyOf(addresses), byHandle);
    }
  }

  private View countsOf(Giving giving, @Nullable View seen) {
    List<Key.IpamHandle> keys = giving.byHandle.keySet().stream().map(Key.IpamHandle::new).toList();
    return seen != null && keys.stream().allMatch(seen::knows)
        ? seen
        : datastore.view(keys, List.of());
  }

  /// @param view what the handles count
  /// @return false if somebody else was faster
  private boolean giveBack(Entry<AllocationBlock> entry, Giving giving, View view) {
    AllocationBlock left = entry.value();
    for (IpAddress address : giving.addresses) {
      left = left.without(address);
    }
    IpPrefix cidr = left.cidr();
    List<Write> writes = new ArrayList<>();
    writes.add(
        left.isEmpty() && left.isNobodys()
            ? new Write.Delete(entry.key(), entry.revision())
            : new Write.Update<>(entry.key(), left, entry.revision()));
    List<String> counted = new ArrayList<>();
    giving.byHandle.forEach((handle, addresses) -> {
      var write = handles.lowering(view, handle, cidr, addresses);
      if (write != null) {
        writes.add(write);
        counted.add(handle);
      }
    });
    return switch (datastore.commit(writes)) {
      case Commit.Done _ -> true;
      case Commit.Refused(int written) when written == 0 -> false;
      case Commit.Refused(int written) -> {
        counted
            .subList(written - 1, counted.size())
            .forEach(
                handle -> handles.lower(handle, cidr, giving.byHandle.getOrDefault(handle, 0)));
        yield true;
      }
    };
  }
}
