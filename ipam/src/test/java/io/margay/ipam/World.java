package io.margay.ipam;

import io.margay.datastore.Datastore;
import io.margay.datastore.Entry;
import io.margay.datastore.Key;
import io.margay.datastore.MemoryStore;
import io.margay.datastore.ipam.AllocationBlock;
import io.margay.datastore.ipam.AllocationBlock.Attribute;
import io.margay.datastore.ipam.IpamSettings;
import io.margay.datastore.path.PathDatastore;
import io.margay.model.IpPool;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.IntStream;

/// A datastore in memory, and words for what is in it.
final class World {

  final MemoryStore store = new MemoryStore();
  final Datastore datastore = new PathDatastore(store);
  final Ipam ipam = new Ipam(datastore);

  static IpAddress ip(String text) {
    return IpAddress.parse(text);
  }

  static IpPrefix net(String text) {
    return IpPrefix.parse(text);
  }

  static Attribute handle(String handle) {
    return new Attribute(handle, new TreeMap<>());
  }

  World pool(String cidr) {
    return pool(cidr, false, null);
  }

  World pool(String cidr, boolean disabled, Integer blockSize) {
    var pool =
        new IpPool(
            new IpPool.Metadata(net(cidr)),
            new IpPool.Spec(null, false, disabled, blockSize, null));
    datastore.apply(new Key.ForResource(pool.key()), pool);
    return this;
  }

  World settings(boolean strict, boolean auto, String... reserved) {
    datastore.apply(
        new Key.ForIpamSettings(),
        new IpamSettings(strict, auto, List.of(reserved).stream().map(IpPrefix::parse).toList()));
    return this;
  }

  /// A block of a node with all addresses in use but the last few.
  World blockWithFree(String cidr, String node, int free) {
    AllocationBlock empty = AllocationBlock.of(net(cidr), node, false);
    int used = empty.allocations().size() - free;
    var block =
        used == 0 ? empty : empty.with(IntStream.range(0, used).boxed().toList(), handle("filler"));
    datastore.create(new Key.IpamBlock(net(cidr)), block);
    datastore.create(new Key.BlockAffinity(node, net(cidr)), Key.Empty.EMPTY);
    if (used > 0) {
      var key = new Key.IpamHandle("filler");
      var old =
          datastore.get(key).map(Entry::value).orElse(new AllocationBlock.Handle(new TreeMap<>()));
      datastore.apply(key, old.plus(net(cidr), used));
    }
    return this;
  }

  AllocationBlock block(String cidr) {
    return datastore.get(new Key.IpamBlock(net(cidr))).map(Entry::value).orElseThrow();
  }

  boolean hasBlock(String cidr) {
    return datastore.get(new Key.IpamBlock(net(cidr))).isPresent();
  }

  boolean hasAffinity(String node, String cidr) {
    return datastore.get(new Key.BlockAffinity(node, net(cidr))).isPresent();
  }

  Assignment assign(String node, int ipv4, int ipv6, String handle) {
    return ipam.assign(new AssignRequest(node, ipv4, ipv6, handle(handle)));
  }
}
