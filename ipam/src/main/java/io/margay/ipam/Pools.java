package io.margay.ipam;

import io.margay.datastore.Datastore;
import io.margay.datastore.Entry;
import io.margay.datastore.Key;
import io.margay.datastore.KeyRange;
import io.margay.model.IpPool;
import io.margay.model.Kind;
import io.margay.model.Resource;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// All pools as they were at one time.
record Pools(List<Pool> all) {

  /// Which pools addresses may come from.
  sealed interface Selection {
    record Selected(List<Pool> pools) implements Selection {}

    record Refused(String reason) implements Selection {}
  }

  static Pools read(Datastore datastore) {
    return of(datastore.list(new KeyRange.Resources(Kind.IP_POOL)));
  }

  static Pools of(List<Entry<Resource>> entries) {
    List<Pool> pools = new ArrayList<>();
    for (var entry : entries) {
      if (entry.value() instanceof IpPool pool) {
        IpPrefix cidr = pool.key().cidr().masked();
        pools.add(
            new Pool(
                new Key.ForResource(pool.key()),
                cidr,
                Math.max(pool.blockLength(), cidr.length()),
                !pool.spec().disabled(),
                entry.revision()));
      }
    }
    return new Pools(List.copyOf(pools));
  }

  /// @param given which ones; empty for all that are enabled
  Selection select(IpFamily family, List<IpPrefix> given) {
    List<Pool> selected = new ArrayList<>();
    for (IpPrefix cidr : given) {
      if (cidr.family() != family) {
        return new Selection.Refused(
            "The given pool (%s) does not match IP version %d".formatted(cidr, family.version()));
      }
      Optional<Pool> pool = usable().filter(each -> each.cidr().equals(cidr)).findFirst();
      if (pool.isEmpty()) {
        return new Selection.Refused("The given pool (%s) does not exist".formatted(cidr));
      }
      selected.add(pool.get());
    }
    if (given.isEmpty()) {
      usable().filter(pool -> pool.family() == family).forEach(selected::add);
    }
    if (selected.isEmpty()) {
      return new Selection.Refused("No configured Calico pools");
    }
    for (Pool pool : selected) {
      Optional<Pool> other = all.stream().filter(pool::contradicts).findFirst();
      if (other.isPresent()) {
        return new Selection.Refused(
            ("The pools %s and %s overlap and have different block sizes (/%d and /%d), so that an"
                    + " address could be given out twice. Delete one of them")
                .formatted(
                    pool.cidr(),
                    other.get().cidr(),
                    pool.blockLength(),
                    other.get().blockLength()));
      }
    }
    return new Selection.Selected(List.copyOf(selected));
  }

  private java.util.stream.Stream<Pool> usable() {
    return all.stream().filter(Pool::enabled);
  }

  /// The enabled pool that an address is in.
  Optional<Pool> enabledAround(IpAddress address) {
    return usable().filter(pool -> pool.cidr().contains(address)).findFirst();
  }

  /// The lengths of the blocks in which an address may lie, likely ones first.
  List<Integer> blockLengths(IpAddress address) {
    List<Integer> lengths = new ArrayList<>();
    all.stream()
        .filter(pool -> pool.cidr().contains(address))
        .forEach(pool -> lengths.add(pool.blockLength()));
    int bits = address.family().bits();
    lengths.add(bits - IpPool.BLOCK_BITS);
    for (int length = bits; length >= bits - IpPool.MOST_BLOCK_BITS; length--) {
      lengths.add(length);
    }
    return lengths.stream().distinct().toList();
  }
}
