package io.margay.ipam;

import io.margay.datastore.Datastore;
import io.margay.datastore.Datastore.Write;
import io.margay.datastore.Entry;
import io.margay.datastore.Key;
import io.margay.datastore.KeyRange;
import io.margay.datastore.View;
import io.margay.datastore.ipam.AllocationBlock;
import io.margay.datastore.ipam.AllocationBlock.Attribute;
import io.margay.datastore.ipam.IpamSettings;
import io.margay.model.Kind;
import io.margay.net.IpPrefix;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// What is read, in one call, before something is written: pools, settings, what a node lists as
/// its blocks, some blocks, and the handle that counts what is taken from them.
///
/// Every write is made only while all that it rests on is as it was here, so an old one costs an
/// attempt and does no harm.
record Sight(View view) {

  private static final KeyRange.Resources POOLS = new KeyRange.Resources(Kind.IP_POOL);
  private static final Key.ForIpamSettings SETTINGS = new Key.ForIpamSettings();

  /// @param blocks those that are likely to be needed
  static Sight take(
      Datastore datastore, String node, Attribute owner, Collection<IpPrefix> blocks) {
    List<Key<?>> keys = new ArrayList<>();
    keys.add(SETTINGS);
    if (owner.handle() != null) {
      keys.add(new Key.IpamHandle(owner.handle()));
    }
    blocks.forEach(block -> keys.add(new Key.IpamBlock(block)));
    return new Sight(datastore.view(keys, List.of(POOLS, new KeyRange.BlockAffinities(node))));
  }

  Pools pools() {
    return Pools.of(view.list(POOLS));
  }

  IpamSettings settings() {
    return view.get(SETTINGS).map(Entry::value).orElse(IpamSettings.DEFAULT);
  }

  /// That the settings are still the same.
  Write settingsUnchanged() {
    return view.get(SETTINGS)
        .<Write>map(entry -> new Write.Unchanged(SETTINGS, entry.revision()))
        .orElse(new Write.Absent(SETTINGS));
  }

  boolean hasSameSettings(Sight other) {
    return view.get(SETTINGS)
        .map(Entry::revision)
        .equals(other.view.get(SETTINGS).map(Entry::revision));
  }

  /// The blocks that a node lists as its own, ascending.
  List<IpPrefix> listed(String node) {
    List<IpPrefix> listed = new ArrayList<>();
    for (var entry : view.list(new KeyRange.BlockAffinities(node))) {
      if (entry.key() instanceof Key.BlockAffinity(String _, IpPrefix block)) {
        listed.add(block);
      }
    }
    return listed.stream().sorted().toList();
  }

  /// That a node lists a block as its own; empty if it does not.
  Optional<Entry<Key.Empty>> affinity(String node, IpPrefix block) {
    var key = new Key.BlockAffinity(node, block);
    return view.list(new KeyRange.BlockAffinities(node)).stream()
        .filter(entry -> entry.key().equals(key))
        .findFirst();
  }

  boolean knows(IpPrefix block) {
    return view.knows(new Key.IpamBlock(block));
  }

  Optional<Entry<AllocationBlock>> block(IpPrefix block) {
    return view.get(new Key.IpamBlock(block));
  }

  /// Whether a pool is still what it was.
  boolean has(Pool pool) {
    return view.list(POOLS).stream()
        .anyMatch(entry -> entry.key().equals(pool.key()) && entry.revision() == pool.revision());
  }
}
