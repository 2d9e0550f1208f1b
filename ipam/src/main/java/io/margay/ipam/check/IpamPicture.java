package io.margay.ipam.check;

import io.margay.datastore.Datastore;
import io.margay.datastore.Key;
import io.margay.datastore.ipam.AllocationBlock;
import io.margay.model.IpPool;
import io.margay.model.ResourceKey;
import io.margay.net.IpPrefix;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// Everything that concerns addresses, as of one revision.
///
/// @param counted what handles count, by handle and block
record IpamPicture(
    NavigableMap<IpPrefix, AllocationBlock> blocks,
    SortedMap<String, Map<IpPrefix, Integer>> counted,
    Set<Key.BlockAffinity> affinities,
    Set<String> nodes,
    List<IpPrefix> pools,
    AddressUse use,
    List<Datastore.Unreadable> unreadable) {

  static IpamPicture take(Datastore datastore) {
    var snapshot = datastore.snapshot();
    NavigableMap<IpPrefix, AllocationBlock> blocks = new TreeMap<>();
    SortedMap<String, Map<IpPrefix, Integer>> counted = new TreeMap<>();
    Set<Key.BlockAffinity> affinities = new HashSet<>();
    Set<String> nodes = new HashSet<>();
    List<IpPrefix> pools = new ArrayList<>();
    for (var entry : snapshot.entries()) {
      switch (entry.key()) {
        case Key.IpamBlock(var cidr) when entry.value() instanceof AllocationBlock block ->
            blocks.put(cidr, block);
        case Key.IpamHandle(var id) when entry.value() instanceof AllocationBlock.Handle handle ->
            counted.put(id, handle.blocks());
        case Key.BlockAffinity affinity -> affinities.add(affinity);
        case Key.ForResource(ResourceKey.NodeKey(var name)) -> nodes.add(name);
        case Key.ForResource(ResourceKey.IpPoolKey _) when entry.value() instanceof IpPool pool ->
            pools.add(pool.key().cidr().masked());
        case Key<?> _ -> {} // of no concern
      }
    }
    List<Datastore.Unreadable> unreadable =
        snapshot.unreadable().stream()
            .filter(each -> each.path().startsWith("/calico/ipam/"))
            .toList();
    return new IpamPicture(
        blocks, counted, affinities, nodes, pools, AddressUse.of(snapshot.entries()), unreadable);
  }
}
