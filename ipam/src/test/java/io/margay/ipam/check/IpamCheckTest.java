package io.margay.ipam.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.datastore.Datastore;
import io.margay.datastore.Entry;
import io.margay.datastore.Key;
import io.margay.datastore.MemoryStore;
import io.margay.datastore.Samples;
import io.margay.datastore.ipam.AllocationBlock;
import io.margay.datastore.ipam.AllocationBlock.Attribute;
import io.margay.datastore.path.PathDatastore;
import io.margay.datastore.path.PathStore.Put;
import io.margay.datastore.path.PathStore.Transaction;
import io.margay.ipam.Ipam;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is found, what is repaired, and how that is taken back.
class IpamCheckTest {

  private static final IpPrefix BLOCK = IpPrefix.parse("10.0.0.0/26");

  @TempDir Path directory;

  private final MemoryStore store = new MemoryStore();
  private final Datastore datastore = new PathDatastore(store);
  private final Ipam ipam = new Ipam(datastore);
  private Path undoFile;

  @BeforeEach
  void aClusterInOrder() {
    undoFile = directory.resolve("undo");
    var pool = Samples.pool("10.0.0.0/24", false);
    datastore.create(Samples.keyOf(pool), pool);
    var node = Samples.policyOnlyNode("slave1");
    datastore.create(Samples.keyOf(node), node);
    use("web", "10.0.0.1");
    assertThat(IpamCheck.check(datastore)).isEqualTo(new IpamCheck.Report(List.of(), 1, 1));
  }

  private void use(String workload, String address) {
    var endpoint = Samples.workloadEndpoint("slave1", workload, "eth0", address);
    datastore.create(Samples.keyOf(endpoint), endpoint);
    ipam.assignAddress(ip(address), "slave1", owner(workload));
  }

  private static IpAddress ip(String text) {
    return IpAddress.parse(text);
  }

  private static Attribute owner(String handle) {
    return new Attribute(handle, new TreeMap<>());
  }

  private List<String> told() {
    return IpamCheck.check(datastore).findings().stream().map(Finding::told).toList();
  }

  private Map<Key<?>, Object> everything() {
    Map<Key<?>, Object> everything = new HashMap<>();
    datastore.snapshot().entries().forEach(entry -> everything.put(entry.key(), entry.value()));
    return everything;
  }

  /// Repairs, and takes the repair back: then all is as it was.
  private IpamRepair.Outcome repaired() throws Exception {
    var before = everything();
    IpamRepair.Outcome outcome;
    try (var undo = UndoFile.create(undoFile)) {
      outcome = new IpamRepair(datastore, undo).repair(IpamCheck.check(datastore).findings());
    }
    var after = everything();
    assertThat(UndoFile.undo(undoFile, datastore).leftAlone()).isEmpty();
    assertThat(everything()).isEqualTo(before);
    Files.delete(undoFile);
    try (var undo = UndoFile.create(undoFile)) {
      new IpamRepair(datastore, undo).repair(IpamCheck.check(datastore).findings());
    }
    assertThat(everything()).isEqualTo(after);
    return outcome;
  }

  @Test
  void aLeakIsFoundAndGivenBack() throws Exception {
    ipam.assignAddress(ip("10.0.0.2"), "slave1", owner("gone"));
    ipam.assignAddress(ip("10.0.0.3"), "slave1", new Attribute(null, new TreeMap<>()));
    assertThat(told())
        .containsExactly(
            "leak: 10.0.0.2 is taken by handle gone, and no endpoint or tunnel has it",
            "leak: 10.0.0.3 is taken by nobody known, and no endpoint or tunnel has it");
    assertThat(repaired().left()).isEmpty();
    assertThat(told()).isEmpty();
    assertThat(ipam.owner(ip("10.0.0.1"))).contains(owner("web"));
  }

  @Test
  void aTunnelsAddressIsNoLeak() {
    ipam.assignAddress(ip("10.0.0.2"), "slave1", owner("t"));
    datastore.create(new Key.FelixSetting("slave1", "IpInIpTunnelAddr"), "10.0.0.2");
    assertThat(told()).isEmpty();
  }

  @Test
  void addressesThatAreNotHeldOrUsedTwiceAreToldAndLeft() throws Exception {
    var endpoint = Samples.workloadEndpoint("slave1", "db", "eth0", "10.0.0.1");
    datastore.create(Samples.keyOf(endpoint), endpoint);
    var loose = Samples.workloadEndpoint("slave1", "loose", "eth0", "10.0.0.9");
    datastore.create(Samples.keyOf(loose), loose);
    var outside = Samples.workloadEndpoint("slave1", "outside", "eth0", "192.168.7.7");
    datastore.create(Samples.keyOf(outside), outside);
    assertThat(told())
        .containsExactly(
            "double use: 10.0.0.1 is used by WorkloadEndpoint(node=slave1, orchestrator=k8s,"
                + " workload=db, name=eth0) and WorkloadEndpoint(node=slave1, orchestrator=k8s,"
                + " workload=web, name=eth0)",
            "note: 10.0.0.9, used by WorkloadEndpoint(node=slave1, orchestrator=k8s,"
                + " workload=loose, name=eth0), was not given out by IPAM, which may give it to"
                + " another");
    assertThat(IpamCheck.check(datastore).findings())
        .extracting(Finding::isNote)
        .containsExactly(false, true);
    assertThat(repaired().left()).hasSize(2);
    assertThat(told()).hasSize(2);
  }

  @Test
  void affinitiesThatMeanNothingAreMissingOrBelongToNoNodeAreMended() throws Exception {
    datastore.create(
        new Key.BlockAffinity("slave1", IpPrefix.parse("10.0.0.64/26")), Key.Empty.EMPTY);
    datastore.create(new Key.BlockAffinity("slave2", BLOCK), Key.Empty.EMPTY);
    datastore.delete(new Key.BlockAffinity("slave1", BLOCK), null);
    ipam.assignAddress(ip("10.0.0.130"), "slave9", owner("web9"));
    var endpoint = Samples.workloadEndpoint("slave1", "web9", "eth0", "10.0.0.130");
    datastore.create(Samples.keyOf(endpoint), endpoint);
    assertThat(told())
        .containsExactly(
            "stale affinity: node slave1 lists block 10.0.0.64/26, which is not its own",
            "stale affinity: node slave2 lists block 10.0.0.0/26, which is not its own",
            "missing affinity: block 10.0.0.0/26 is node slave1's, which does not list it",
            "affinity of no node: block 10.0.0.128/26 is node slave9's, which does not exist");
    assertThat(repaired().left()).isEmpty();
    assertThat(told()).isEmpty();
    assertThat(ipam.owner(ip("10.0.0.130"))).contains(owner("web9"));
  }

  @Test
  void handlesThatCountWronglyAreCountedAnew() throws Exception {
    var web = new Key.IpamHandle("web");
    datastore.update(web, new AllocationBlock.Handle(Map.of(BLOCK, 5)), null);
    datastore.create(new Key.IpamHandle("ghost"), new AllocationBlock.Handle(Map.of(BLOCK, 1)));
    datastore.create(new Key.IpamHandle("void"), new AllocationBlock.Handle(Map.of()));
    use("db", "10.0.0.2");
    datastore.delete(new Key.IpamHandle("db"), null);
    assertThat(told())
        .containsExactly(
            "wrong count: handle db counts 0 addresses in block 10.0.0.0/26 and has 1",
            "wrong count: handle ghost counts 1 addresses in block 10.0.0.0/26 and has 0",
            "empty handle: void has no addresses",
            "wrong count: handle web counts 5 addresses in block 10.0.0.0/26 and has 1");
    assertThat(repaired().left()).isEmpty();
    assertThat(told()).isEmpty();
    assertThat(datastore.get(web).map(Entry::value))
        .contains(new AllocationBlock.Handle(Map.of(BLOCK, 1)));
  }

  @Test
  void damagedAndForgottenBlocksAreMended() throws Exception {
    var key = new Key.IpamBlock(BLOCK);
    AllocationBlock good = datastore.get(key).orElseThrow().value();
    var all = IntStream.range(0, 64).boxed().toList();
    datastore.update(key, with(good, all, good.attributes()), null);
    assertThat(told())
        .containsExactly(
            "damaged block: 10.0.0.0/26 lists addresses as free that are in use, or more than once");
    datastore.update(key, with(good, List.of(7), good.attributes()), null);
    assertThat(told())
        .containsExactly(
            "damaged block: 10.0.0.0/26 has addresses that are neither free nor in use");
    datastore.update(
        key, with(good, good.unallocated(), List.of(owner("web"), owner("nobody"))), null);
    var forgotten = IpPrefix.parse("10.0.0.192/26");
    datastore.create(new Key.IpamBlock(forgotten), AllocationBlock.empty(forgotten, null));
    assertThat(told())
        .containsExactly(
            "damaged block: 10.0.0.0/26 has attributes that nobody uses, or one twice",
            "forgotten block: 10.0.0.192/26 is nobody's and empty");
    assertThat(repaired().left()).isEmpty();
    assertThat(told()).isEmpty();
    Set<Integer> free = new HashSet<>(datastore.get(key).orElseThrow().value().unallocated());
    assertThat(free).hasSize(63).doesNotContain(1);
  }

  private static AllocationBlock with(
      AllocationBlock block, List<Integer> unallocated, List<Attribute> attributes) {
    return new AllocationBlock(
        block.cidr(),
        block.affinity(),
        block.strictAffinity(),
        block.allocations(),
        unallocated,
        attributes,
        null);
  }

  @Test
  void whatCannotBeRepairedIsToldAllTheSame() throws Exception {
    store.commit(
        new Transaction(
            List.of(), List.of(new Put("/calico/ipam/v2/handle/bad", "{\"block\":")), List.of()));
    var outside = AllocationBlock.of(IpPrefix.parse("10.9.0.0/26"), "slave1", false);
    datastore.create(new Key.IpamBlock(outside.cidr()), outside);
    datastore.create(new Key.BlockAffinity("slave1", outside.cidr()), Key.Empty.EMPTY);
    var within = AllocationBlock.of(IpPrefix.parse("10.0.0.16/28"), "slave1", false);
    datastore.create(new Key.IpamBlock(within.cidr()), within);
    datastore.create(new Key.BlockAffinity("slave1", within.cidr()), Key.Empty.EMPTY);
    assertThat(told())
        .hasSize(3)
        .contains(
            "overlap: blocks 10.0.0.0/26 and 10.0.0.16/28 have addresses in common",
            "outside all pools: block 10.9.0.0/26, of which 0 addresses are taken")
        .anyMatch(line -> line.startsWith("unreadable: /calico/ipam/v2/handle/bad: "));
    assertThat(repaired().left()).hasSize(3);
  }

  @Test
  void whatHasChangedSinceIsNeitherRepairedNorTakenBack() throws Exception {
    ipam.assignAddress(ip("10.0.0.2"), "slave1", owner("gone"));
    var found = IpamCheck.check(datastore).findings();
    ipam.releaseByHandle("gone");
    use("fresh", "10.0.0.2");
    try (var undo = UndoFile.create(undoFile)) {
      assertThat(new IpamRepair(datastore, undo).repair(found).repaired()).isEmpty();
    }
    assertThat(ipam.owner(ip("10.0.0.2"))).contains(owner("fresh"));

    ipam.assignAddress(ip("10.0.0.3"), "slave1", owner("gone"));
    Files.delete(undoFile);
    try (var undo = UndoFile.create(undoFile)) {
      new IpamRepair(datastore, undo).repair(IpamCheck.check(datastore).findings());
    }
    ipam.assignAddress(ip("10.0.0.3"), "slave1", owner("next"));
    assertThat(UndoFile.undo(undoFile, datastore).leftAlone())
        .contains("/calico/ipam/v2/assignment/ipv4/block/10.0.0.0-26");
    assertThat(ipam.owner(ip("10.0.0.3"))).contains(owner("next"));
  }

  @Test
  void anotherFileIsNoUndoFile() throws Exception {
    Files.writeString(undoFile, "hello\n");
    assertThatThrownBy(() -> UndoFile.undo(undoFile, datastore))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no undo file");
    assertThatThrownBy(() -> UndoFile.create(undoFile))
        .isInstanceOf(FileAlreadyExistsException.class);
  }
}
