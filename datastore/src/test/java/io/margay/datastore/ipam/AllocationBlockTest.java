package io.margay.datastore.ipam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.datastore.Datastore;
import io.margay.datastore.Entry;
import io.margay.datastore.Key;
import io.margay.datastore.MemoryStore;
import io.margay.datastore.ipam.AllocationBlock.Attribute;
import io.margay.datastore.path.PathDatastore;
import io.margay.datastore.path.PathStore.Put;
import io.margay.datastore.path.PathStore.Transaction;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Blocks as Calico 2.1 left them.
class AllocationBlockTest {

  private static final String PATH = "/calico/ipam/v2/assignment/ipv4/block/10.0.0.64-26";
  private static final Key.IpamBlock KEY = new Key.IpamBlock(IpPrefix.parse("10.0.0.64/26"));

  /// Of 64 addresses, .64 and .65 belong to the handle `k8s.web`, .66 to nobody known.
  private static final String STORED =
      "{\"cidr\":\"10.0.0.64/26\",\"affinity\":\"host:slave1\",\"strictAffinity\":false,\"allocations\":[0,0,1%s],"
              .formatted(",null".repeat(61))
          + "\"unallocated\":["
          + String.join(",", IntStream.range(3, 64).mapToObj(Integer::toString).toList())
          + "],\"attributes\":[{\"handle_id\":\"k8s.web\",\"secondary\":{\"node\":\"slave1\"}},"
          + "{\"handle_id\":null,\"secondary\":null}]}";

  private final MemoryStore store = new MemoryStore();
  private final Datastore datastore = new PathDatastore(store);

  private AllocationBlock stored(String text) {
    store.commit(new Transaction(List.of(), List.of(new Put(PATH, text)), List.of()));
    return datastore.get(KEY).map(Entry::value).orElseThrow();
  }

  private static IpAddress ip(String text) {
    return IpAddress.parse(text);
  }

  @Test
  void isReadAndWrittenAsItWas() {
    AllocationBlock block = stored(STORED);
    assertThat(block.node()).isEqualTo("slave1");
    assertThat(block.attribute(ip("10.0.0.65")))
        .isEqualTo(new Attribute("k8s.web", new TreeMap<>(Map.of("node", "slave1"))));
    assertThat(block.attribute(ip("10.0.0.67"))).isNull();
    assertThat(block.attribute(ip("10.0.0.63"))).isNull();
    assertThat(block.addresses(owner -> owner.handle() == null)).containsExactly(ip("10.0.0.66"));

    datastore.update(KEY, block, null);
    assertThat(store.read(List.of(PATH)).values())
        .singleElement()
        .satisfies(value -> assertThat(value.value()).isEqualTo(STORED));
  }

  @Test
  void theNodeOfAnOldBlockIsInAnotherField() {
    String old = STORED.replace("\"affinity\":\"host:slave1\"", "\"affinity\":null");
    assertThat(stored(old).isNobodys()).isTrue();
    AllocationBlock block =
        stored(old.substring(0, old.length() - 1) + ",\"hostAffinity\":\"slave3\"}");
    assertThat(block.node()).isEqualTo("slave3");
    assertThat(block.isNobodys()).isFalse();
  }

  @Test
  void anAddressGivenBackRestsBehindAllFreeOnesAndItsAttributeGoesWithTheLast() {
    AllocationBlock block = stored(STORED);
    AllocationBlock one = block.without(ip("10.0.0.64"));
    assertThat(one.allocations().subList(0, 4)).containsExactly(null, 0, 1, null);
    assertThat(one.unallocated()).hasSize(62).endsWith(63, 0);
    AllocationBlock two = one.without(ip("10.0.0.65"));
    assertThat(two.attributes()).hasSize(1);
    assertThat(two.allocations().subList(0, 4)).containsExactly(null, null, 0, null);
    assertThat(two.attribute(ip("10.0.0.66"))).isNotNull();
    assertThatThrownBy(() -> two.without(ip("10.0.0.65")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("10.0.0.65");
  }

  @Test
  void addressesOfOneOwnerShareAnAttribute() {
    var owner = new Attribute("a", new TreeMap<>());
    var other = new Attribute("b", new TreeMap<>());
    AllocationBlock block =
        AllocationBlock.of(IpPrefix.parse("fd00::/122"), "n", false)
            .with(List.of(0, 5), owner)
            .with(List.of(63), other)
            .with(List.of(1), owner);
    assertThat(block.attributes()).containsExactly(owner, other);
    assertThat(block.addresses(owner::equals))
        .containsExactly(ip("fd00::"), ip("fd00::1"), ip("fd00::5"));
    assertThat(block.address(63)).isEqualTo(ip("fd00::3f"));
    assertThat(block.free()).hasSize(60).doesNotContain(0, 1, 5, 63);
    assertThatThrownBy(() -> block.with(List.of(5), other))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aBlockOfManyAddressesNumbersThemAll() {
    AllocationBlock block = AllocationBlock.of(IpPrefix.parse("10.0.16.0/20"), "n", false);
    assertThat(block.address(4095)).isEqualTo(ip("10.0.31.255"));
    assertThat(block.ordinal(ip("10.0.17.1"))).hasValue(257);
    assertThat(block.ordinal(ip("10.0.32.0"))).isEmpty();
  }
}
