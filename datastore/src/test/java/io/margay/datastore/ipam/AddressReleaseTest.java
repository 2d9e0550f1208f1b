package io.margay.datastore.ipam;

import static io.margay.datastore.Samples.keyOf;
import static io.margay.datastore.Samples.policyOnlyNode;
import static io.margay.datastore.Samples.workloadEndpoint;
import static org.assertj.core.api.Assertions.assertThat;

import io.margay.datastore.Datastore;
import io.margay.datastore.Entry;
import io.margay.datastore.Key;
import io.margay.datastore.cluster.ResourceWriter;
import io.margay.datastore.embedded.EmbeddedStore;
import io.margay.datastore.path.PathDatastore;
import io.margay.datastore.path.PathStore.Put;
import io.margay.datastore.path.PathStore.Transaction;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Blocks as Calico 2.1 left them, and addresses given back.
class AddressReleaseTest {

  private static final String BLOCK_PATH = "/calico/ipam/v2/assignment/ipv4/block/10.0.0.64-26";
  private static final String HANDLE_PATH = "/calico/ipam/v2/handle/k8s.web";
  private static final Key.IpamBlock BLOCK = new Key.IpamBlock(IpPrefix.parse("10.0.0.64/26"));
  private static final Key.IpamHandle HANDLE = new Key.IpamHandle("k8s.web");

  @TempDir Path directory;

  private EmbeddedStore store;
  private Datastore datastore;
  private AddressRelease addresses;

  @BeforeEach
  void open() {
    store = EmbeddedStore.open(directory.resolve("datastore.db"));
    datastore = new PathDatastore(store);
    addresses = new AddressRelease(datastore);
  }

  @AfterEach
  void close() {
    datastore.close();
  }

  /// Of 64 addresses, .64 and .65 belong to the handle `k8s.web`, .66 to nobody known.
  private static String block(String affinity) {
    return "{\"cidr\":\"10.0.0.64/26\",\"affinity\":%s,\"strictAffinity\":false,\"allocations\":[0,0,1%s],"
            .formatted(affinity, ",null".repeat(61))
        + "\"unallocated\":["
        + String.join(",", IntStream.range(3, 64).mapToObj(Integer::toString).toList())
        + "],\"attributes\":[{\"handle_id\":\"k8s.web\",\"secondary\":{\"node\":\"slave1\"}},"
        + "{\"handle_id\":null,\"secondary\":null}]}";
  }

  private void put(String path, String value) {
    assertThat(store.commit(new Transaction(List.of(), List.of(new Put(path, value)), List.of())))
        .isPresent();
  }

  private static IpAddress ip(String text) {
    return IpAddress.parse(text);
  }

  private AllocationBlock stored() {
    return datastore.get(BLOCK).map(Entry::value).orElseThrow();
  }

  @Test
  void readsABlockAndWritesItAsItWas() {
    put(BLOCK_PATH, block("\"host:slave1\""));
    AllocationBlock block = stored();
    assertThat(block.affinity()).isEqualTo("host:slave1");
    assertThat(block.attribute(ip("10.0.0.65")))
        .isEqualTo(
            new AllocationBlock.Attribute("k8s.web", new TreeMap<>(Map.of("node", "slave1"))));
    assertThat(block.attribute(ip("10.0.0.67"))).isNull();
    assertThat(block.attribute(ip("10.0.0.63"))).isNull();

    datastore.update(BLOCK, block, null);
    assertThat(store.read(List.of(BLOCK_PATH)).values())
        .singleElement()
        .satisfies(value -> assertThat(value.value()).isEqualTo(block("\"host:slave1\"")));
  }

  @Test
  void anAddressGivenBackRestsBehindAllFreeOnesAndItsHandleCountsOneLess() {
    put(BLOCK_PATH, block("\"host:slave1\""));
    put(HANDLE_PATH, "{\"block\":{\"10.0.0.64/26\":2}}");

    assertThat(addresses.release(ip("10.0.0.64"))).isTrue();

    assertThat(stored().allocations().subList(0, 4)).containsExactly(null, 0, 1, null);
    assertThat(stored().unallocated()).hasSize(62).endsWith(63, 0);
    assertThat(store.read(List.of(HANDLE_PATH)).values())
        .singleElement()
        .satisfies(
            value -> assertThat(value.value()).isEqualTo("{\"block\":{\"10.0.0.64/26\":1}}"));
  }

  @Test
  void theLastAddressOfAHandleTakesTheHandleAndItsAttributesAlong() {
    put(BLOCK_PATH, block("\"host:slave1\""));
    put(HANDLE_PATH, "{\"block\":{\"10.0.0.64/26\":2}}");

    addresses.release(ip("10.0.0.64"));
    addresses.release(ip("10.0.0.65"));

    assertThat(datastore.get(HANDLE)).isEmpty();
    assertThat(stored().attributes()).hasSize(1);
    assertThat(stored().allocations().subList(0, 4)).containsExactly(null, null, 0, null);
    assertThat(stored().attribute(ip("10.0.0.66"))).isNotNull();
  }

  @Test
  void aFreeAddressAndOneOfNoBlockAreNotInUse() {
    put(BLOCK_PATH, block("\"host:slave1\""));
    long before = datastore.snapshot().revision();

    assertThat(addresses.release(ip("10.0.0.70"))).isFalse();
    assertThat(addresses.release(ip("10.0.1.70"))).isFalse();
    assertThat(datastore.snapshot().revision()).isEqualTo(before);
  }

  @Test
  void anEmptyBlockStaysWithItsNodeAndGoesIfItIsNobodys() {
    List<IpAddress> all = List.of(ip("10.0.0.64"), ip("10.0.0.65"), ip("10.0.0.66"));
    put(BLOCK_PATH, block("\"host:slave1\""));
    all.forEach(addresses::release);
    assertThat(stored().isEmpty()).isTrue();

    put(BLOCK_PATH, block("null"));
    all.forEach(addresses::release);
    assertThat(datastore.get(BLOCK)).isEmpty();
  }

  @Test
  void aHandleThatWasCountedWronglyDoesNotMatter() {
    put(BLOCK_PATH, block("\"host:slave1\""));
    assertThat(addresses.release(ip("10.0.0.64"))).isTrue();
    put(HANDLE_PATH, "{\"block\":{\"10.0.0.128/26\":1}}");
    assertThat(addresses.release(ip("10.0.0.65"))).isTrue();
    assertThat(datastore.get(HANDLE).orElseThrow().value().blocks())
        .containsExactly(Map.entry(IpPrefix.parse("10.0.0.128/26"), 1));
  }

  @Test
  void manyAtOnceLoseNoRelease() throws Exception {
    AllocationBlock full = AllocationBlock.empty(BLOCK.block(), "host:slave1");
    datastore.create(
        BLOCK,
        new AllocationBlock(
            full.cidr(),
            full.affinity(),
            false,
            Collections.nCopies(64, 0),
            List.of(),
            List.of(new AllocationBlock.Attribute("k8s.web", new TreeMap<>())),
            null));
    datastore.create(HANDLE, new AllocationBlock.Handle(Map.of(BLOCK.block(), 64)));

    try (var pool = Executors.newFixedThreadPool(4)) {
      List<Callable<Boolean>> releases =
          IntStream.range(64, 96)
              .<Callable<Boolean>>mapToObj(i -> () -> addresses.release(ip("10.0.0." + i)))
              .toList();
      for (Future<Boolean> released : pool.invokeAll(releases)) {
        assertThat(released.get()).isTrue();
      }
    }
    assertThat(stored().unallocated()).hasSize(32);
    assertThat(datastore.get(HANDLE).orElseThrow().value().blocks())
        .containsExactly(Map.entry(BLOCK.block(), 32));
  }

  @Test
  void aNodeThatGoesGivesBackTheAddressesOfItsWorkloads() {
    ResourceWriter writer = new ResourceWriter(datastore);
    writer.create(policyOnlyNode("slave1"));
    var endpoint = workloadEndpoint("slave1", "web", "eth0", "10.0.7.9/32");
    datastore.create(keyOf(endpoint), endpoint);
    IpAddress address = endpoint.spec().ipNetworks().getFirst().address();
    Key.IpamBlock key = new Key.IpamBlock(AllocationBlock.around(address));
    AllocationBlock empty = AllocationBlock.empty(key.block(), "host:slave1");
    int ordinal = empty.ordinal(address).orElseThrow();
    List<Integer> allocations = new ArrayList<>(empty.allocations());
    allocations.set(ordinal, 0);
    datastore.create(
        key,
        new AllocationBlock(
            key.block(),
            null,
            false,
            allocations,
            List.of(),
            List.of(new AllocationBlock.Attribute(null, new TreeMap<>())),
            null));

    writer.delete(policyOnlyNode("slave1").key());

    assertThat(datastore.get(key)).isEmpty();
  }
}
