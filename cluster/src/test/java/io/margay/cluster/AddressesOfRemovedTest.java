package io.margay.cluster;

import static io.margay.datastore.Samples.keyOf;
import static io.margay.datastore.Samples.policyOnlyNode;
import static io.margay.datastore.Samples.pool;
import static io.margay.datastore.Samples.workloadEndpoint;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreException;
import io.margay.datastore.Entry;
import io.margay.datastore.Key;
import io.margay.datastore.KeyRange;
import io.margay.datastore.MemoryStore;
import io.margay.datastore.ipam.AllocationBlock.Attribute;
import io.margay.datastore.path.PathDatastore;
import io.margay.ipam.Ipam;
import io.margay.ipam.TunnelAddresses;
import io.margay.model.IpPool;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What becomes of addresses and blocks when a node or a pool is removed.
class AddressesOfRemovedTest {

  private final Datastore datastore = new PathDatastore(new MemoryStore());
  private final ResourceWriter writer = new ResourceWriter(datastore);
  private final Ipam ipam = new Ipam(datastore);

  @BeforeEach
  void twoNodesAndAPool() {
    writer.create(policyOnlyNode("slave1"));
    writer.create(policyOnlyNode("slave2"));
    writer.create(pool("10.0.0.0/24", true));
  }

  private static IpAddress ip(String text) {
    return IpAddress.parse(text);
  }

  private void take(String address, String node, Attribute owner) {
    ipam.assignAddress(ip(address), node, owner);
  }

  private static Attribute owner(String handle) {
    return new Attribute(handle, new TreeMap<>());
  }

  private static Attribute ownerOn(String handle, String node) {
    return new Attribute(handle, new TreeMap<>(Map.of("node", node)));
  }

  private void endpoint(String node, String workload, String address) {
    var endpoint = workloadEndpoint(node, workload, "eth0", address);
    writer.create(endpoint);
  }

  @Test
  void aNodeGivesBackAllThatIsItsOwnAndNothingOfOthers() {
    take("10.0.0.1", "slave1", owner("endpoints"));
    endpoint("slave1", "w1", "10.0.0.1");
    take("10.0.0.2", "slave1", owner("without-endpoint"));
    take("10.0.0.3", "slave2", owner("borrowed-by-slave2"));
    endpoint("slave2", "w2", "10.0.0.3");
    take("10.0.0.4", "slave2", ownerOn("noted-for-slave2", "slave2"));
    take("10.0.0.65", "slave2", owner("slave2s"));
    take("10.0.0.66", "slave1", ownerOn("borrowed-by-slave1", "slave1"));
    new TunnelAddresses(datastore).ensureAll("slave1");

    writer.delete(policyOnlyNode("slave1").key());

    assertThat(ipam.find(ip("10.0.0.1")).orElseThrow().value().addresses(_ -> true))
        .containsExactly(ip("10.0.0.3"), ip("10.0.0.4"));
    assertThat(ipam.find(ip("10.0.0.1")).orElseThrow().value().isNobodys()).isTrue();
    assertThat(ipam.find(ip("10.0.0.65")).orElseThrow().value().addresses(_ -> true))
        .containsExactly(ip("10.0.0.65"));
    assertThat(datastore.list(new KeyRange.BlockAffinities("slave1"))).isEmpty();
    assertThat(datastore.list(new KeyRange.IpamHandles()))
        .extracting(entry -> ((Key.IpamHandle) entry.key()).id())
        .containsExactlyInAnyOrder("borrowed-by-slave2", "noted-for-slave2", "slave2s");
  }

  @Test
  void aPoolsEmptyBlocksGoWithItAndOthersWhenTheirLastAddressIsGivenBack() {
    take("10.0.0.1", "slave1", owner("a"));
    take("10.0.0.65", "slave2", owner("b"));
    ipam.releaseByHandle("b");

    writer.delete(pool("10.0.0.0/24", true).key());

    assertThat(datastore.list(new KeyRange.BlockAffinities(null))).isEmpty();
    assertThat(datastore.list(new KeyRange.IpamBlocks(IpFamily.IPV4)))
        .extracting(Entry::key)
        .containsExactly(new Key.IpamBlock(IpPrefix.parse("10.0.0.0/26")));
    ipam.releaseByHandle("a");
    assertThat(datastore.list(new KeyRange.IpamBlocks(IpFamily.IPV4))).isEmpty();
  }

  @Test
  void aPoolKeepsItsBlockSizeAndOnesThatOverlapHaveTheSame() {
    assertThatThrownBy(() -> writer.apply(sized("10.0.0.0/24", 28)))
        .isInstanceOf(DatastoreException.Refused.class)
        .hasMessageContaining("block size of pool 10.0.0.0/24 is 26 and cannot become 28");
    assertThatThrownBy(() -> writer.create(sized("10.0.0.0/16", 24)))
        .isInstanceOf(DatastoreException.Refused.class)
        .hasMessageContaining("overlaps pool 10.0.0.0/24 with blockSize 26");
    writer.create(sized("10.1.0.0/16", 24));
    assertThat(datastore.get(keyOf(sized("10.1.0.0/16", 24)))).isPresent();
  }

  private static IpPool sized(String cidr, int blockSize) {
    return new IpPool(
        new IpPool.Metadata(IpPrefix.parse(cidr)),
        new IpPool.Spec(null, false, false, blockSize, null));
  }
}
