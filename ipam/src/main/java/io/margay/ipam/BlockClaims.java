package io.margay.ipam;

import io.margay.datastore.Datastore;
import io.margay.datastore.Datastore.Commit;
import io.margay.datastore.Datastore.Write;
import io.margay.datastore.Entry;
import io.margay.datastore.Key;
import io.margay.datastore.ipam.AllocationBlock;
import io.margay.datastore.ipam.AllocationBlock.Attribute;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// Makes blocks a node's, and nobody's again. Who owns a block is written in the block; the
/// affinity key only repeats it, for those who list a node's blocks and for routing. So the block
/// is made before its key, and a key that its block does not confirm means nothing.
final class BlockClaims {

  /// A block that cannot be made although it does not seem to exist: its value is unreadable.
  private static final int ATTEMPTS_AT_A_NEW_BLOCK = 5;

  private final Datastore datastore;
  private final BlockWriter blocks;
  private final Backoff backoff;

  BlockClaims(Datastore datastore, BlockWriter blocks, Backoff backoff) {
    this.datastore = datastore;
    this.blocks = blocks;
    this.backoff = backoff;
  }

  /// What became of a claim.
  sealed interface Claim {
    /// @param taken addresses of the new block
    record Claimed(List<IpAddress> taken) implements Claim {}

    /// The block exists; see whose it is.
    record Exists() implements Claim {}

    record PoolChanged() implements Claim {}
  }

  /// Makes a new block, and takes addresses out of it in the same step.
  ///
  /// @param choice their numbers; may be none
  Claim claim(
      Pool pool,
      IpPrefix cidr,
      String node,
      boolean strict,
      Function<AllocationBlock, List<Integer>> choice,
      Attribute owner) {
    var key = new Key.IpamBlock(cidr);
    AllocationBlock fresh = AllocationBlock.of(cidr, node, strict);
    List<Integer> ordinals = choice.apply(fresh);
    AllocationBlock block = ordinals.isEmpty() ? fresh : fresh.with(ordinals, owner);
    for (int attempt = 0; attempt < ATTEMPTS_AT_A_NEW_BLOCK; attempt++) {
      backoff.pause(attempt);
      if (datastore.get(key).isPresent()) {
        return new Claim.Exists();
      }
      List<Write> writes = new ArrayList<>();
      writes.add(new Write.Create<>(key, block));
      writes.add(affinity(node, cidr));
      switch (blocks.commitCounted(pool, cidr, owner, ordinals.size(), writes)) {
        case DONE -> {
          return new Claim.Claimed(ordinals.stream().map(block::address).toList());
        }
        case POOL_CHANGED -> {
          return new Claim.PoolChanged();
        }
        case CONFLICT -> {}
      }
    }
    return new Claim.Exists();
  }

  /// The affinity key is there afterwards; an old agent may have left one without a block.
  private Write affinity(String node, IpPrefix block) {
    var key = new Key.BlockAffinity(node, block);
    Optional<Entry<Key.Empty>> existing = datastore.get(key);
    return existing.isEmpty()
        ? new Write.Create<>(key, Key.Empty.EMPTY)
        : new Write.Unchanged(key, existing.get().revision());
  }

  /// Makes the missing affinity key of a block that says it is the node's.
  ///
  /// @return whether it is
  boolean adopt(String node, IpPrefix cidr) {
    var key = new Key.IpamBlock(cidr);
    for (int attempt = 0; attempt < BlockWriter.ATTEMPTS; attempt++) {
      backoff.pause(attempt);
      var entry = datastore.get(key);
      if (entry.isEmpty() || !node.equals(entry.get().value().node())) {
        return false;
      }
      var writes = List.of(new Write.Unchanged(key, entry.get().revision()), affinity(node, cidr));
      if (datastore.commit(writes) instanceof Commit.Done) {
        return true;
      }
    }
    throw BlockWriter.changedAllTheTime(cidr);
  }

  /// Removes an affinity key whose block is another's, or nobody's.
  void dropStale(String node, IpPrefix cidr) {
    var key = new Key.IpamBlock(cidr);
    var affinity = datastore.get(new Key.BlockAffinity(node, cidr));
    var entry = datastore.get(key);
    if (affinity.isPresent() && entry.isPresent() && !node.equals(entry.get().value().node())) {
      var _ =
          datastore.commit(
              List.of(
                  new Write.Unchanged(key, entry.get().revision()),
                  new Write.Delete(affinity.get().key(), affinity.get().revision())));
      // Refused means that something has changed, and then it may not be stale any more.
    }
  }

  /// Makes a block nobody's: an empty one goes, another stays until its last address is given back.
  ///
  /// @return false if it is not the node's
  boolean release(String node, IpPrefix cidr) {
    var key = new Key.IpamBlock(cidr);
    var affinityKey = new Key.BlockAffinity(node, cidr);
    for (int attempt = 0; attempt < BlockWriter.ATTEMPTS; attempt++) {
      backoff.pause(attempt);
      var affinity = datastore.get(affinityKey);
      var entry = datastore.get(key);
      boolean own = entry.isPresent() && node.equals(entry.get().value().node());
      List<Write> writes = new ArrayList<>();
      if (affinity.isPresent()) {
        writes.add(new Write.Delete(affinityKey, affinity.get().revision()));
      }
      if (own) {
        var block = entry.get().value();
        writes.add(
            block.isEmpty()
                ? new Write.Delete(key, entry.get().revision())
                : new Write.Update<>(key, block.withoutAffinity(), entry.get().revision()));
      } else if (entry.isPresent()) {
        writes.add(new Write.Unchanged(key, entry.get().revision()));
      }
      if (writes.isEmpty() || datastore.commit(writes) instanceof Commit.Done) {
        return own;
      }
    }
    throw BlockWriter.changedAllTheTime(cidr);
  }
}
