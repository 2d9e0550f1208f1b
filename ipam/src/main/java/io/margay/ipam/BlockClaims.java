package io.margay.ipam;

import io.margay.datastore.Datastore;
import io.margay.datastore.Datastore.Commit;
import io.margay.datastore.Datastore.Write;
import io.margay.datastore.Entry;
import io.margay.datastore.Key;
import io.margay.datastore.KeyRange;
import io.margay.datastore.ipam.AllocationBlock;
import io.margay.datastore.ipam.AllocationBlock.Attribute;
import io.margay.datastore.ipam.IpamSettings;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/// Makes blocks a node's, and nobody's again. Who owns a block is written in the block; the
/// affinity key only repeats it, for those who list a node's blocks and for routing. So the block
/// is made before its key, and a key that its block does not confirm means nothing.
final class BlockClaims {

  /// A block that cannot be made although it does not seem to exist: its value is unreadable.
  private static final int ATTEMPTS_AT_A_NEW_BLOCK = 5;

  private static final Attribute NOBODY = new Attribute(null, new TreeMap<>());

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

    /// The pool or the settings are not what they were; see what they are now.
    record Outdated() implements Claim {}
  }

  /// Makes a new block, and takes addresses out of it in the same step. It says whether affinity is
  /// strict, so it is made only while the settings are what they were.
  ///
  /// @param sight where the pool and the settings were seen
  /// @param choice their numbers; may be none
  Claim claim(
      Sight sight,
      Pool pool,
      IpPrefix cidr,
      String node,
      Function<AllocationBlock, List<Integer>> choice,
      Attribute owner) {
    var key = new Key.IpamBlock(cidr);
    AllocationBlock fresh = AllocationBlock.of(cidr, node, sight.settings().strictAffinity());
    List<Integer> ordinals = choice.apply(fresh);
    AllocationBlock block = ordinals.isEmpty() ? fresh : fresh.with(ordinals, owner);
    for (int attempt = 0; attempt < ATTEMPTS_AT_A_NEW_BLOCK; attempt++) {
      backoff.pause(attempt);
      Sight now = Sight.take(datastore, node, owner, List.of(cidr));
      if (!now.has(pool) || !now.hasSameSettings(sight)) {
        return new Claim.Outdated();
      }
      if (now.block(cidr).isPresent()) {
        return new Claim.Exists();
      }
      var conditions = List.of(now.settingsUnchanged());
      List<Write> writes = new ArrayList<>();
      writes.add(new Write.Create<>(key, block));
      writes.add(affinity(now.affinity(node, cidr), node, cidr));
      if (blocks.commitCounted(now, pool, cidr, owner, ordinals.size(), conditions, writes)) {
        putUnderSettings(key);
        return new Claim.Claimed(ordinals.stream().map(block::address).toList());
      }
    }
    return new Claim.Exists();
  }

  /// Makes a new block of which nothing is taken.
  ///
  /// @return whether it is the node's now
  boolean claimEmpty(Pool pool, IpPrefix cidr, String node) {
    for (int attempt = 0; attempt < ATTEMPTS_AT_A_NEW_BLOCK; attempt++) {
      Sight sight = Sight.take(datastore, node, NOBODY, List.of());
      switch (claim(sight, pool, cidr, node, _ -> List.of(), NOBODY)) {
        case Claim.Claimed _ -> {
          return true;
        }
        case Claim.Exists _ -> {
          return adopt(node, cidr);
        }
        case Claim.Outdated _ -> {
          if (!sight.has(pool)) {
            return false;
          }
        }
      }
    }
    return false;
  }

  /// Has all blocks say of strict affinity what the settings say. They do, but for those that were
  /// claimed after it was found that there is no block, and before the settings were written.
  void putUnderSettings() {
    for (IpFamily family : IpFamily.values()) {
      for (var entry : datastore.list(new KeyRange.IpamBlocks(family))) {
        putUnderSettings(new Key.IpamBlock(entry.value().cidr()));
      }
    }
  }

  /// The same for one block. On a store without transactions its maker too must look again: the
  /// settings may have changed between its look and its write, and their writer have looked before
  /// it.
  private void putUnderSettings(Key.IpamBlock key) {
    for (int attempt = 0; attempt < BlockWriter.ATTEMPTS; attempt++) {
      backoff.pause(attempt);
      var settingsKey = new Key.ForIpamSettings();
      var view = datastore.view(List.of(key, settingsKey), List.of());
      boolean strict =
          view.get(settingsKey).map(Entry::value).orElse(IpamSettings.DEFAULT).strictAffinity();
      Optional<Entry<AllocationBlock>> entry = view.get(key);
      if (entry.isEmpty() || entry.get().value().strictAffinity() == strict) {
        return;
      }
      var right = entry.get().value().withStrictAffinity(strict);
      if (datastore.commit(List.of(new Write.Update<>(key, right, entry.get().revision())))
          instanceof Commit.Done) {
        return;
      }
    }
  }

  /// The affinity key is there afterwards; an old agent may have left one without a block.
  private static Write affinity(Optional<Entry<Key.Empty>> existing, String node, IpPrefix block) {
    var key = new Key.BlockAffinity(node, block);
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
      var affinityKey = new Key.BlockAffinity(node, cidr);
      var view = datastore.view(List.of(key, affinityKey), List.of());
      var entry = view.get(key);
      if (entry.isEmpty() || !node.equals(entry.get().value().node())) {
        return false;
      }
      var writes =
          List.of(
              new Write.Unchanged(key, entry.get().revision()),
              affinity(view.get(affinityKey), node, cidr));
      if (datastore.commit(writes) instanceof Commit.Done) {
        return true;
      }
    }
    throw BlockWriter.changedAllTheTime(cidr);
  }

  /// Removes an affinity key whose block is another's, or nobody's.
  void dropStale(String node, IpPrefix cidr) {
    var key = new Key.IpamBlock(cidr);
    var affinityKey = new Key.BlockAffinity(node, cidr);
    var view = datastore.view(List.of(affinityKey, key), List.of());
    var affinity = view.get(affinityKey);
    var entry = view.get(key);
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
      var view = datastore.view(List.of(affinityKey, key), List.of());
      var affinity = view.get(affinityKey);
      var entry = view.get(key);
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
