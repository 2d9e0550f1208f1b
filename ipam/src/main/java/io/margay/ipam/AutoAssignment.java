package io.margay.ipam;

import io.margay.datastore.Datastore;
import io.margay.datastore.Entry;
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
import java.util.List;
import java.util.Optional;

/// One request for addresses of one family:
///
/// 1. from the node's own blocks;
/// 2. from new blocks, which become the node's, unless nodes are given theirs by hand;
/// 3. from blocks of others, unless affinity is strict.
///
/// When a pool changes meanwhile, what is missing is looked for again in the pools as they are
/// then.
final class AutoAssignment {

  /// Of a node's own blocks, so that one call of the store reads them.
  private static final int BLOCKS_AT_ONCE = 8;

  /// Somebody may take blocks away as fast as we find them, but hardly so often.
  private static final int SURPRISES = 5;

  private final Datastore datastore;
  private final BlockWriter blocks;
  private final BlockClaims claims;
  private final IpFamily family;
  private final AssignRequest request;
  private final LastBlocks lastBlocks;
  private final List<IpAddress> gained = new ArrayList<>();
  private Sight sight;
  private IpamSettings settings;

  /// Whether a block was not what the listing said, so that looking again may find more.
  private boolean surprised;

  AutoAssignment(
      Datastore datastore,
      BlockWriter blocks,
      BlockClaims claims,
      IpFamily family,
      AssignRequest request,
      LastBlocks lastBlocks,
      Sight sight) {
    this.datastore = datastore;
    this.blocks = blocks;
    this.claims = claims;
    this.family = family;
    this.request = request;
    this.lastBlocks = lastBlocks;
    this.sight = sight;
    this.settings = sight.settings();
  }

  /// What a request needs to know: in most cases all of it.
  static Sight look(
      Datastore datastore, AssignRequest request, IpFamily family, LastBlocks lastBlocks) {
    return Sight.take(
        datastore,
        request.node(),
        request.owner(),
        lastBlocks.of(request.node(), family).stream().toList());
  }

  List<IpAddress> gained() {
    return List.copyOf(gained);
  }

  /// Takes what there is.
  void run(List<Pool> selected) {
    List<Pool> pools = selected;
    int surprises = 0;
    for (int attempt = 0; attempt < BlockWriter.ATTEMPTS; attempt++) {
      surprised = false;
      if (tryPools(pools) && (missing() == 0 || !surprised || ++surprises == SURPRISES)) {
        return;
      }
      sight = look(datastore, request, family, lastBlocks);
      settings = sight.settings();
      var selection = sight.pools().select(family, request.pools(family));
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

  /// @return false if a pool has changed, or the settings
  private boolean tryPools(List<Pool> pools) {
    List<IpPrefix> own = sight.listed(request.node());
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

  private boolean takeFromOwn(List<Pool> pools, List<IpPrefix> own) {
    List<IpPrefix> usable =
        own.stream()
            .filter(block -> poolOf(pools, block).isPresent())
            .sorted(
                Comparator.<IpPrefix, Boolean>comparing(block -> !sight.knows(block))
                    .thenComparing(Comparator.naturalOrder()))
            .toList();
    for (int i = 0; i < usable.size() && missing() > 0; i++) {
      IpPrefix block = usable.get(i);
      Optional<Pool> pool = poolOf(pools, block);
      if (pool.isEmpty()) {
        continue;
      }
      if (!sight.knows(block)) {
        var next = usable.subList(i, Math.min(usable.size(), i + BLOCKS_AT_ONCE));
        Sight now = Sight.take(datastore, request.node(), request.owner(), next);
        if (!now.has(pool.get()) || !now.hasSameSettings(sight)) {
          return false;
        }
        sight = now;
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
      List<Pool> pools, List<IpPrefix> own, List<AllocationBlock> existing) {
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

  /// @return false if the pool has changed, or the settings
  private boolean claim(Pool pool, IpPrefix block) {
    return switch (claims.claim(
        sight, pool, block, request.node(), this::choose, request.owner())) {
      case Claim.Claimed(var addresses) -> {
        lastBlocks.note(request.node(), block);
        yield gained.addAll(addresses);
      }
      case Claim.Outdated _ -> false;
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

  /// Whether what was seen of a block will do. Once something was taken, the handle counts more
  /// than was seen.
  private boolean holds(IpPrefix block) {
    return sight.knows(block)
        && sight
            .block(block)
            .filter(entry -> gained.isEmpty() || choose(entry.value()).isEmpty())
            .isPresent();
  }

  private Taking take(Pool pool, IpPrefix block, Whose whose) {
    var taking =
        blocks.take(
            pool,
            block,
            request.node(),
            whose,
            this::choose,
            request.owner(),
            holds(block) ? sight : null);
    switch (taking) {
      case Taking.Taken(var addresses) -> {
        gained.addAll(addresses);
        if (whose == Whose.OWN) {
          lastBlocks.note(request.node(), block);
        }
      }
      case Taking.NoBlock _, Taking.Foreign _ -> surprised = true;
      case Taking.NothingFree _, Taking.PoolChanged _ -> {}
    }
    return taking;
  }
}
