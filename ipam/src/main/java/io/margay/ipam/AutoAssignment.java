package io.margay.ipam;

import io.margay.datastore.Datastore;
import io.margay.datastore.Entry;
import io.margay.datastore.Key;
import io.margay.datastore.KeyRange;
import io.margay.datastore.ipam.AllocationBlock;
import io.margay.datastore.ipam.IpamSettings;
import io.margay.ipam.BlockClaims.Claim;
import io.margay.ipam.BlockWriter.Taking;
import io.margay.ipam.BlockWriter.Whose;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// One request for addresses of one family:
///
/// 1. from the node's own blocks;
/// 2. from new blocks, which become the node's, unless nodes are given theirs by hand;
/// 3. from blocks of others, unless affinity is strict.
///
/// When a pool changes meanwhile, what is missing is looked for again in the pools as they are
/// then.
final class AutoAssignment {

  /// Somebody may take blocks away as fast as we find them, but hardly so often.
  private static final int SURPRISES = 5;

  private final Datastore datastore;
  private final BlockWriter blocks;
  private final BlockClaims claims;
  private final IpFamily family;
  private final AssignRequest request;
  private final List<IpAddress> gained = new ArrayList<>();
  private IpamSettings settings = IpamSettings.DEFAULT;

  /// Whether a block was not what the listing said, so that looking again may find more.
  private boolean surprised;

  AutoAssignment(
      Datastore datastore,
      BlockWriter blocks,
      BlockClaims claims,
      IpFamily family,
      AssignRequest request) {
    this.datastore = datastore;
    this.blocks = blocks;
    this.claims = claims;
    this.family = family;
    this.request = request;
  }

  List<IpAddress> gained() {
    return List.copyOf(gained);
  }

  /// Takes what there is.
  void run(List<Pool> selected) {
    List<Pool> pools = selected;
    int surprises = 0;
    for (int attempt = 0; attempt < BlockWriter.ATTEMPTS; attempt++) {
      settings =
          datastore.get(new Key.ForIpamSettings()).map(Entry::value).orElse(IpamSettings.DEFAULT);
      surprised = false;
      if (tryPools(pools)) {
        if (missing() == 0 || !surprised || ++surprises == SURPRISES) {
          return;
        }
        continue;
      }
      var selection = Pools.read(datastore).select(family, request.pools(family));
      if (!(selection instanceof Pools.Selection.Selected(var now))) {
        return;
      }
      pools = now;
    }
  }

  private int missing() {
    return request.wanted(family) - gained.size();
  }

  private List<Integer> choose(AllocationBlock block) {
    return block.free().stream()
        .filter(each -> !isReserved(block.address(each)))
        .limit(missing())
        .toList();
  }

  private boolean isReserved(IpAddress address) {
    return settings.reservedCidrs().stream().anyMatch(cidr -> cidr.contains(address));
  }

  /// @return false if a pool has changed
  private boolean tryPools(List<Pool> pools) {
    Set<IpPrefix> own = new HashSet<>();
    for (var entry : datastore.list(new KeyRange.BlockAffinities(request.node()))) {
      if (entry.key() instanceof Key.BlockAffinity(String _, IpPrefix block)) {
        own.add(block);
      }
    }
    if (!takeFromOwn(pools, own)) {
      return false;
    }
    if (missing() == 0) {
      return true;
    }
    List<AllocationBlock> existing =
        datastore.list(new KeyRange.IpamBlocks(family)).stream().map(Entry::value).toList();
    return adoptForgotten(pools, own, existing)
        && (!settings.autoAllocateBlocks() || takeNewBlocks(pools, existing))
        && (settings.strictAffinity() || borrow(pools, existing));
  }

  private static Optional<Pool> poolOf(List<Pool> pools, IpPrefix block) {
    return pools.stream().filter(pool -> pool.cidr().contains(block)).findFirst();
  }

  private boolean takeFromOwn(List<Pool> pools, Set<IpPrefix> own) {
    for (IpPrefix block : own.stream().sorted().toList()) {
      Optional<Pool> pool = poolOf(pools, block);
      if (missing() == 0 || pool.isEmpty()) {
        continue;
      }
      switch (take(pool.get(), block, Whose.OWN)) {
        case Taking.Taken _, Taking.NothingFree _ -> {}
        case Taking.Foreign _ -> claims.dropStale(request.node(), block);
        case Taking.PoolChanged _ -> {
          return false;
        }
        case Taking.NoBlock _ -> {
          // An agent of old died between the key and the block.
          if (block.length() == pool.get().blockLength() && !claim(pool.get(), block)) {
            return false;
          }
        }
      }
    }
    return true;
  }

  /// Blocks that say they are the node's but are not listed as such: whoever claimed them died.
  private boolean adoptForgotten(
      List<Pool> pools, Set<IpPrefix> own, List<AllocationBlock> existing) {
    for (AllocationBlock block : existing) {
      Optional<Pool> pool = poolOf(pools, block.cidr());
      if (missing() > 0
          && pool.isPresent()
          && request.node().equals(block.node())
          && !own.contains(block.cidr())) {
        claims.adopt(request.node(), block.cidr());
        if (take(pool.get(), block.cidr(), Whose.OWN) instanceof Taking.PoolChanged) {
          return false;
        }
      }
    }
    return true;
  }

  private boolean takeNewBlocks(List<Pool> pools, List<AllocationBlock> existing) {
    List<IpPrefix> taken = existing.stream().map(AllocationBlock::cidr).toList();
    for (Pool pool : pools) {
      var search = new BlockSearch(pool, request.node(), taken, settings.reservedCidrs());
      while (missing() > 0) {
        Optional<IpPrefix> block = search.next();
        if (block.isEmpty()) {
          break;
        }
        boolean usable = !choose(AllocationBlock.of(block.get(), request.node(), false)).isEmpty();
        if (usable && !claim(pool, block.get())) {
          return false;
        }
      }
    }
    return true;
  }

  /// @return false if the pool has changed
  private boolean claim(Pool pool, IpPrefix block) {
    return switch (claims.claim(
        pool, block, request.node(), settings.strictAffinity(), this::choose, request.owner())) {
      case Claim.Claimed(var addresses) -> gained.addAll(addresses);
      case Claim.PoolChanged _ -> false;
      case Claim.Exists _ -> !(take(pool, block, Whose.OWN) instanceof Taking.PoolChanged);
    };
  }

  private boolean borrow(List<Pool> pools, List<AllocationBlock> existing) {
    for (Pool pool : pools) {
      for (IpPrefix block : fromNodesPlace(pool, existing)) {
        if (missing() > 0 && take(pool, block, Whose.ANY) instanceof Taking.PoolChanged) {
          return false;
        }
      }
    }
    return true;
  }

  /// The blocks of a pool, beginning at the node's place in it, so that not all borrow from the
  /// same one.
  private List<IpPrefix> fromNodesPlace(Pool pool, List<AllocationBlock> existing) {
    IpPrefix place =
        new BlockSearch(pool, request.node(), List.of(), List.of()).next().orElse(pool.cidr());
    return existing.stream()
        .filter(block -> poolOf(List.of(pool), block.cidr()).isPresent())
        .filter(block -> !choose(block).isEmpty())
        .map(AllocationBlock::cidr)
        .sorted(
            Comparator.<IpPrefix, Boolean>comparing(block -> block.compareTo(place) < 0)
                .thenComparing(Comparator.naturalOrder()))
        .toList();
  }

  private Taking take(Pool pool, IpPrefix block, Whose whose) {
    var taking = blocks.take(pool, block, request.node(), whose, this::choose, request.owner());
    switch (taking) {
      case Taking.Taken(var addresses) -> gained.addAll(addresses);
      case Taking.NoBlock _, Taking.Foreign _ -> surprised = true;
      case Taking.NothingFree _, Taking.PoolChanged _ -> {}
    }
    return taking;
  }
}
