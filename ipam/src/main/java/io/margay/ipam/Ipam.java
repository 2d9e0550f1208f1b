package io.margay.ipam;

import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreException;
import io.margay.datastore.Entry;
import io.margay.datastore.Key;
import io.margay.datastore.KeyRange;
import io.margay.datastore.View;
import io.margay.datastore.ipam.AllocationBlock;
import io.margay.datastore.ipam.AllocationBlock.Attribute;
import io.margay.datastore.ipam.IpamSettings;
import io.margay.ipam.BlockClaims.Claim;
import io.margay.ipam.BlockWriter.Taking;
import io.margay.ipam.BlockWriter.Whose;
import io.margay.model.IpPool;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/// Gives out addresses and takes them back.
///
/// Any thread of any process may call it. All of it throws
/// [io.margay.datastore.DatastoreException]: `Unavailable` if the store gives no answer, in which
/// case what was asked for may or may not have happened, so the caller gives it back by its handle
/// later; `UpdateConflict` if others keep changing the same block, which is worth another try.
public final class Ipam {

  /// 65536 blocks.
  private static final int MOST_BLOCKS_AT_ONCE_BITS = 16;

  private final Datastore datastore;
  private final BlockWriter blocks;
  private final BlockClaims claims;
  private final LastBlocks lastBlocks = new LastBlocks();

  public Ipam(Datastore datastore) {
    this(datastore, Backoff.random());
  }

  Ipam(Datastore datastore, Backoff backoff) {
    this.datastore = datastore;
    this.blocks = new BlockWriter(datastore, new HandleCounts(datastore, backoff), backoff);
    this.claims = new BlockClaims(datastore, blocks, backoff);
  }

  // ---- giving out

  /// Assigns any free addresses, from blocks of the node where there are some.
  public Assignment assign(AssignRequest request) {
    IpFamily first = request.ipv4() > 0 ? IpFamily.IPV4 : IpFamily.IPV6;
    Sight sight = AutoAssignment.look(datastore, request, first, lastBlocks);
    Pools pools = sight.pools();
    Map<IpFamily, List<Pool>> selected = new TreeMap<>();
    for (IpFamily family : IpFamily.values()) {
      if (request.wanted(family) > 0) {
        switch (pools.select(family, request.pools(family))) {
          case Pools.Selection.Selected(var some) -> selected.put(family, some);
          case Pools.Selection.Refused(var reason) -> {
            return new Assignment.Refused(reason);
          }
        }
      }
    }
    List<IpAddress> addresses = new ArrayList<>();
    List<String> shortages = new ArrayList<>();
    selected.forEach((family, some) -> {
      Sight now =
          family == first ? sight : AutoAssignment.look(datastore, request, family, lastBlocks);
      var run = new AutoAssignment(datastore, blocks, claims, family, request, lastBlocks, now);
      run.run(some);
      addresses.addAll(run.gained());
      if (run.gained().size() < request.wanted(family)) {
        shortages.add(shortage(family, request, run.gained().size(), some));
      }
    });
    return shortages.isEmpty()
        ? new Assignment.Assigned(addresses)
        : new Assignment.Incomplete(addresses, String.join("; ", shortages));
  }

  private static String shortage(
      IpFamily family, AssignRequest request, int gained, List<Pool> pools) {
    return ("%d of %d IPv%d addresses are free for node %s in %s. Add a pool, or see with `calicoctl"
            + " ipam check` whether addresses are held for nothing")
        .formatted(
            gained,
            request.wanted(family),
            family.version(),
            request.node(),
            String.join(", ", pools.stream().map(pool -> pool.cidr().toString()).toList()));
  }

  /// Assigns one certain address, be it reserved or not.
  ///
  /// @param node whose block it will be from, if it is the first of its block
  public ChosenAssignment assignAddress(IpAddress address, String node, Attribute owner) {
    if (owner.handle() != null) {
      AssignRequest.checkHandle(owner.handle());
    }
    for (int attempt = 0; attempt < BlockWriter.ATTEMPTS; attempt++) {
      Sight sight = Sight.take(datastore, node, owner, List.of(usualBlock(address)));
      Pools pools = sight.pools();
      Optional<Pool> pool = pools.enabledAround(address);
      if (pool.isEmpty()) {
        return new ChosenAssignment.Refused("The provided IP address is not in a configured pool");
      }
      var selection = pools.select(address.family(), List.of(pool.get().cidr()));
      if (selection instanceof Pools.Selection.Refused(var reason)) {
        return new ChosenAssignment.Refused(reason);
      }
      var outcome = tryAddress(sight, address, pool.get(), node, owner);
      if (outcome.isPresent()) {
        return outcome.get();
      }
    }
    throw BlockWriter.changedAllTheTime(address.toPrefix());
  }

  /// @return empty if it is worth looking again
  private Optional<ChosenAssignment> tryAddress(
      Sight sight, IpAddress address, Pool pool, String node, Attribute owner) {
    IpPrefix usual = usualBlock(address);
    IpPrefix cidr =
        sight.block(usual).isPresent()
            ? usual
            : find(address)
                .map(entry -> entry.value().cidr())
                .orElseGet(() -> new IpPrefix(address, pool.blockLength()).masked());
    Whose whose = sight.settings().strictAffinity() ? Whose.OWN : Whose.ANY;
    return switch (blocks.take(
        pool,
        cidr,
        node,
        whose,
        block -> ordinalIfFree(block, address),
        owner,
        sight.block(usual).isPresent() ? sight : null)) {
      case Taking.Taken _ -> Optional.of(new ChosenAssignment.Assigned(address));
      case Taking.NothingFree(var block) -> {
        Attribute holder = block.attribute(address);
        yield Optional.of(
            holder == null
                ? new ChosenAssignment.Refused(
                    "IPAM block %s lists %s neither as free nor as used".formatted(cidr, address))
                : new ChosenAssignment.InUse(address, holder));
      }
      case Taking.Foreign(var block) ->
          Optional.of(
              new ChosenAssignment.Refused(
                  "Block host affinity does not match: %s belongs to node %s"
                      .formatted(cidr, block.node())));
      case Taking.PoolChanged _ -> Optional.empty();
      case Taking.NoBlock _ ->
          claims.claim(sight, pool, cidr, node, block -> ordinalIfFree(block, address), owner)
                  instanceof Claim.Claimed
              ? Optional.of(new ChosenAssignment.Assigned(address))
              : Optional.empty();
    };
  }

  private static List<Integer> ordinalIfFree(AllocationBlock block, IpAddress address) {
    int ordinal = block.ordinal(address).orElseThrow();
    return block.free().contains(ordinal) ? List.of(ordinal) : List.of();
  }

  // ---- taking back

  /// Gives back addresses, whoever has them.
  public AddressRelease releaseAddresses(Collection<IpAddress> addresses) {
    Map<IpPrefix, Set<IpAddress>> byBlock = new TreeMap<>();
    Map<IpPrefix, Entry<AllocationBlock>> seen = new HashMap<>();
    List<IpAddress> notAssigned = new ArrayList<>();
    for (IpAddress address : addresses.stream().distinct().toList()) {
      Optional<Entry<AllocationBlock>> block =
          seen.values().stream()
              .filter(entry -> entry.value().cidr().contains(address))
              .findFirst()
              .or(() -> find(address));
      if (block.isEmpty()) {
        notAssigned.add(address);
      } else {
        IpPrefix cidr = block.get().value().cidr();
        seen.put(cidr, block.get());
        byBlock.computeIfAbsent(cidr, _ -> new HashSet<>()).add(address);
      }
    }
    List<IpAddress> released = new ArrayList<>();
    byBlock.forEach((block, wanted) -> {
      var gone =
          blocks.release(block, (address, _) -> wanted.contains(address), seen.get(block), null);
      released.addAll(gone);
      wanted.stream().filter(address -> !gone.contains(address)).sorted().forEach(notAssigned::add);
    });
    return new AddressRelease(released, notAssigned);
  }

  /// Gives back an address if it still is the owner's.
  ///
  /// @return whether it was
  public boolean releaseAddress(IpAddress address, Attribute owner) {
    return find(address)
        .map(entry ->
            !blocks
                .release(
                    entry.value().cidr(),
                    (each, by) -> each.equals(address) && by.equals(owner),
                    entry,
                    null)
                .isEmpty())
        .orElse(false);
  }

  /// Gives back all addresses of a handle.
  public HandleRelease releaseByHandle(String handle) {
    AssignRequest.checkHandle(handle);
    var key = new Key.IpamHandle(handle);
    List<IpAddress> released = new ArrayList<>();
    boolean known = false;
    for (int attempt = 0; attempt < BlockWriter.ATTEMPTS; attempt++) {
      var entry = datastore.get(key);
      if (entry.isEmpty()) {
        return known ? new HandleRelease.Released(released) : new HandleRelease.UnknownHandle();
      }
      known = true;
      released.addAll(releaseAll(handle, entry.get().value().blocks().keySet()));
      if (dropWhatNobodyHas(key)) {
        return new HandleRelease.Released(released);
      }
    }
    throw new DatastoreException.UpdateConflict(
        "IPAM handle %s: changed by others all the time".formatted(handle));
  }

  private List<IpAddress> releaseAll(String handle, Collection<IpPrefix> cidrs) {
    List<Key<?>> keys = new ArrayList<>();
    keys.add(new Key.IpamHandle(handle));
    cidrs.forEach(cidr -> keys.add(new Key.IpamBlock(cidr)));
    View view = datastore.view(keys, List.of());
    List<IpAddress> released = new ArrayList<>();
    for (IpPrefix cidr : cidrs) {
      released.addAll(
          blocks.release(
              cidr,
              (_, owner) -> handle.equals(owner.handle()),
              view.get(new Key.IpamBlock(cidr)).orElse(null),
              released.isEmpty() ? view : null)); // else the handle counts less by now
    }
    return released;
  }

  /// What a handle still counts once all its addresses are given back was counted wrongly, by an
  /// old agent or one that died.
  ///
  /// @return whether the handle does not exist
  private boolean dropWhatNobodyHas(Key.IpamHandle key) {
    var entry = datastore.get(key);
    if (entry.isEmpty()) {
      return true;
    }
    boolean inUse =
        entry.get().value().blocks().keySet().stream()
            .map(block -> datastore.get(new Key.IpamBlock(block)))
            .flatMap(Optional::stream)
            .anyMatch(block ->
                !block.value().addresses(owner -> key.id().equals(owner.handle())).isEmpty());
    // Refused means that somebody counts anew; look again.
    return !inUse
        && datastore.commit(List.of(new Datastore.Write.Delete(key, entry.get().revision())))
            instanceof Datastore.Commit.Done;
  }

  /// Gives back what is a node's: addresses noted down as its own, wherever they are from; those of
  /// its blocks of which nothing is noted down; and its blocks.
  ///
  /// @param usedElsewhere what another node uses, and so keeps
  /// @return the addresses that are free again
  public List<IpAddress> releaseHost(String node, Predicate<IpAddress> usedElsewhere) {
    List<IpAddress> released = new ArrayList<>();
    for (IpFamily family : IpFamily.values()) {
      for (var entry : datastore.list(new KeyRange.IpamBlocks(family))) {
        boolean own = node.equals(entry.value().node());
        released.addAll(
            blocks.release(
                entry.value().cidr(),
                (address, owner) -> {
                  String user = owner.secondary().get(AttributeNames.NODE);
                  return (user == null ? own : user.equals(node)) && !usedElsewhere.test(address);
                },
                entry,
                null));
      }
    }
    releaseHostAffinities(node);
    return List.copyOf(released);
  }

  // ---- settings

  /// What became of new settings.
  public sealed interface Configuration {
    record Done(IpamSettings settings) implements Configuration {}

    record Refused(String reason) implements Configuration {}
  }

  /// Changes how addresses are given out.
  ///
  /// @param change makes new settings of those that hold
  public Configuration configure(UnaryOperator<IpamSettings> change) {
    var key = new Key.ForIpamSettings();
    for (int attempt = 0; attempt < BlockWriter.ATTEMPTS; attempt++) {
      var entry = datastore.get(key);
      IpamSettings old = entry.map(Entry::value).orElse(IpamSettings.DEFAULT);
      IpamSettings now = change.apply(old);
      if (now.equals(old)) {
        return new Configuration.Done(old);
      }
      if (!now.strictAffinity() && !now.autoAllocateBlocks()) {
        return new Configuration.Refused(
            "Cannot disable 'StrictAffinity' and 'AutoAllocateBlocks' at the same time");
      }
      boolean otherWay =
          now.strictAffinity() != old.strictAffinity()
              || now.autoAllocateBlocks() != old.autoAllocateBlocks();
      if (otherWay && hasBlocks()) {
        return new Configuration.Refused("Cannot change IPAM config while allocations exist");
      }
      var write =
          entry.isEmpty()
              ? new Datastore.Write.Create<>(key, now)
              : new Datastore.Write.Update<>(key, now, entry.get().revision());
      if (datastore.commit(List.of(write)) instanceof Datastore.Commit.Done) {
        claims.putUnderSettings();
        return new Configuration.Done(now);
      }
    }
    throw new DatastoreException.UpdateConflict("IPAM settings: changed by others all the time");
  }

  private boolean hasBlocks() {
    return Arrays.stream(IpFamily.values())
        .anyMatch(family -> !datastore.list(new KeyRange.IpamBlocks(family)).isEmpty());
  }

  // ---- looking

  /// The block that an address is in: in most clusters all have the same size.
  public Optional<Entry<AllocationBlock>> find(IpAddress address) {
    return datastore.get(new Key.IpamBlock(usualBlock(address))).or(() -> findOfAnySize(address));
  }

  private static IpPrefix usualBlock(IpAddress address) {
    return new IpPrefix(address, address.family().bits() - IpPool.BLOCK_BITS).masked();
  }

  private Optional<Entry<AllocationBlock>> findOfAnySize(IpAddress address) {
    for (int length : Pools.read(datastore).blockLengths(address)) {
      var entry = datastore.get(new Key.IpamBlock(new IpPrefix(address, length).masked()));
      if (entry.isPresent()) {
        return entry;
      }
    }
    return Optional.empty();
  }

  /// Who has an address; empty if nobody has.
  public Optional<Attribute> owner(IpAddress address) {
    return find(address).map(entry -> entry.value().attribute(address));
  }

  /// The addresses of a handle, ascending.
  public List<IpAddress> addresses(String handle) {
    AssignRequest.checkHandle(handle);
    List<IpAddress> addresses = new ArrayList<>();
    datastore
        .get(new Key.IpamHandle(handle))
        .ifPresent(entry -> {
          for (IpPrefix cidr : entry.value().blocks().keySet()) {
            datastore
                .get(new Key.IpamBlock(cidr))
                .ifPresent(block ->
                    addresses.addAll(
                        block.value().addresses(owner -> handle.equals(owner.handle()))));
          }
        });
    return List.copyOf(addresses);
  }

  /// How addresses are given out.
  public IpamSettings settings() {
    return datastore.get(new Key.ForIpamSettings()).map(Entry::value).orElse(IpamSettings.DEFAULT);
  }

  // ---- blocks

  /// What became of claiming blocks.
  public sealed interface AffinityClaim {
    /// @param claimed blocks that are the node's now
    /// @param failed blocks that are another's, or nobody's but in use
    record Done(List<IpPrefix> claimed, List<IpPrefix> failed) implements AffinityClaim {
      public Done {
        claimed = List.copyOf(claimed);
        failed = List.copyOf(failed);
      }
    }

    record Refused(String reason) implements AffinityClaim {}
  }

  /// Makes all blocks of a network a node's.
  public AffinityClaim claimAffinity(IpPrefix network, String node) {
    IpPrefix cidr = network.masked();
    Optional<Pool> found = Pools.read(datastore).enabledAround(cidr.address());
    if (found.isEmpty() || !found.get().cidr().contains(cidr)) {
      return new AffinityClaim.Refused(
          "The requested CIDR (%s) is not in a configured pool.".formatted(cidr));
    }
    Pool pool = found.get();
    if (cidr.length() > pool.blockLength()) {
      return new AffinityClaim.Refused(
          "The requested CIDR (%s) is smaller than the minimum.".formatted(cidr));
    }
    if (pool.blockLength() - cidr.length() > MOST_BLOCKS_AT_ONCE_BITS) {
      return new AffinityClaim.Refused(
          "The requested CIDR (%s) has more than %d blocks. Claim a part of it"
              .formatted(cidr, 1 << MOST_BLOCKS_AT_ONCE_BITS));
    }
    List<IpPrefix> claimed = new ArrayList<>();
    List<IpPrefix> failed = new ArrayList<>();
    var part = new Pool(pool.key(), cidr, pool.blockLength(), true, pool.revision());
    var blocksInside = new BlockSearch(part, node, List.of(), List.of());
    for (var next = blocksInside.next(); next.isPresent(); next = blocksInside.next()) {
      IpPrefix block = next.get();
      (claims.claimEmpty(pool, block, node) ? claimed : failed).add(block);
    }
    return new AffinityClaim.Done(
        claimed.stream().sorted().toList(), failed.stream().sorted().toList());
  }

  /// Makes sure that a block which says that it is a node's is listed as such.
  ///
  /// @return whether it is the node's
  public boolean listBlock(IpPrefix block, String node) {
    return claims.adopt(node, block);
  }

  /// Makes a node's block nobody's: an empty one goes, another stays until its last address is
  /// given back. Where the block is not the node's, what the node lists goes.
  ///
  /// @return whether it was the node's
  public boolean releaseAffinity(IpPrefix block, String node) {
    return claims.release(node, block);
  }

  /// Gives up all blocks inside a pool, of whatever node.
  public void releasePoolAffinities(IpPrefix pool) {
    for (var entry : datastore.list(new KeyRange.BlockAffinities(null))) {
      if (entry.key() instanceof Key.BlockAffinity(String node, IpPrefix block)
          && pool.contains(block)) {
        claims.release(node, block);
      }
    }
    for (var entry : datastore.list(new KeyRange.IpamBlocks(pool.family()))) {
      AllocationBlock block = entry.value();
      String node = block.node();
      if (pool.contains(block.cidr()) && node != null) {
        claims.release(node, block.cidr());
      }
    }
  }

  /// Gives up all blocks of a node. Those with addresses in use stay until these are given back.
  ///
  /// @return the blocks
  public List<IpPrefix> releaseHostAffinities(String node) {
    Set<IpPrefix> cidrs = new HashSet<>();
    for (var entry : datastore.list(new KeyRange.BlockAffinities(node))) {
      if (entry.key() instanceof Key.BlockAffinity(String _, IpPrefix block)) {
        cidrs.add(block);
      }
    }
    for (IpFamily family : IpFamily.values()) {
      for (var entry : datastore.list(new KeyRange.IpamBlocks(family))) {
        if (node.equals(entry.value().node())) {
          cidrs.add(entry.value().cidr());
        }
      }
    }
    return cidrs.stream().sorted().filter(block -> claims.release(node, block)).toList();
  }
}
