package io.margay.ipam;

import static io.margay.ipam.World.handle;
import static io.margay.ipam.World.ip;
import static io.margay.ipam.World.net;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.datastore.Datastore;
import io.margay.datastore.Key;
import io.margay.datastore.KeyRange;
import io.margay.datastore.ipam.IpamSettings;
import io.margay.ipam.check.Finding;
import io.margay.ipam.check.IpamCheck;
import io.margay.ipam.check.IpamRepair;
import io.margay.ipam.check.UndoFile;
import io.margay.model.IpPool;
import io.margay.model.Node;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A few steps of a few actors in every order and with a death at every place: no address is given
/// out twice, and what is left over can be put right.
class ExplorerTest {

  @TempDir Path directory;

  private int files;

  /// @param prepare what is there before
  /// @param actors who acts
  /// @param check what must hold at every end
  private record Story(
      Consumer<Datastore> prepare, List<Function<Datastore, Object>> actors, End check)
      implements Explorer.Scenario {
    @Override
    public void prepare(Datastore datastore) {
      prepare.accept(datastore);
    }

    @Override
    public void check(Datastore datastore, List<@Nullable Object> results) {
      check.check(datastore, results);
    }
  }

  private interface End {
    void check(Datastore datastore, List<@Nullable Object> results);
  }

  private void explore(
      boolean transactions,
      Consumer<Datastore> prepare,
      List<Function<Datastore, Object>> actors,
      End end) {
    Set<Map<Key<?>, Object>> ends = new HashSet<>(); // many orders lead to the same one
    var explorer =
        new Explorer(
            new Story(
                prepare,
                actors,
                (datastore, results) -> {
                  Invariants.assertBlocksHold(datastore);
                  end.check(datastore, results);
                  if (ends.add(values(datastore))) {
                    assertRepairable(datastore);
                  }
                }),
            transactions,
            1);
    assertThat(explorer.explore()).as("runs").isGreaterThan(10);
    assertThat(explorer.states()).as("states").isGreaterThan(25);
  }

  private static Map<Key<?>, Object> values(Datastore datastore) {
    Map<Key<?>, Object> values = new HashMap<>();
    datastore.snapshot().entries().forEach(entry -> values.put(entry.key(), entry.value()));
    return values;
  }

  /// After a repair everything holds, and nothing is taken: there are no endpoints here.
  private void assertRepairable(Datastore datastore) {
    Path file = directory.resolve("undo" + files++);
    try (var undo = UndoFile.create(file)) {
      var report = IpamCheck.check(datastore);
      var outcome = new IpamRepair(datastore, undo).repair(report.findings());
      assertThat(outcome.left()).isEmpty();
      List<Finding> rest = IpamCheck.check(datastore).findings();
      new IpamRepair(datastore, undo).repair(rest);
      assertThat(IpamCheck.check(datastore).findings()).isEmpty();
      Invariants.assertHold(datastore);
      assertThat(Invariants.inUse(datastore)).isEmpty();
      Files.delete(file);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Consumer<Datastore> pool(String cidr, int blockSize) {
    return datastore -> {
      var pool =
          new IpPool(
              new IpPool.Metadata(net(cidr)), new IpPool.Spec(null, false, false, blockSize, null));
      datastore.create(new Key.ForResource(pool.key()), pool);
      for (String name : List.of("slave1", "slave2")) {
        var node = new Node(new Node.Metadata(name), new Node.Spec(null));
        datastore.create(new Key.ForResource(node.key()), node);
      }
    };
  }

  private static Function<Datastore, Object> assign(String node, int count, String handle) {
    return datastore -> ipam(datastore).assign(new AssignRequest(node, count, 0, handle(handle)));
  }

  private static void disable(Datastore datastore, IpPrefix cidr) {
    var pool =
        new IpPool(
            new IpPool.Metadata(cidr), new IpPool.Spec(null, false, true, cidr.length(), null));
    datastore.update(new Key.ForResource(pool.key()), pool, null);
  }

  /// Without pauses: the explorer decides who comes when.
  private static Ipam ipam(Datastore datastore) {
    return new Ipam(datastore, _ -> {});
  }

  /// All addresses that actors were given are theirs, and nobody else's.
  private static void assertDistinct(Datastore datastore, List<@Nullable Object> results) {
    List<IpAddress> given = new ArrayList<>();
    for (Object result : results) {
      if (result instanceof Assignment assignment) {
        given.addAll(assignment.addresses());
      }
      if (result instanceof ChosenAssignment.Assigned(var address)) {
        given.add(address);
      }
    }
    assertThat(given).doesNotHaveDuplicates();
    assertThat(Invariants.inUse(datastore).keySet()).containsAll(given);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void twoNodesWantTheLastAddress(boolean transactions) {
    explore(
        transactions,
        pool("10.0.0.0/32", 32),
        List.of(assign("slave1", 1, "a"), assign("slave2", 1, "b")),
        (datastore, results) -> {
          assertDistinct(datastore, results);
          if (!results.contains(null)) {
            assertThat(results.stream().map(r -> ((Assignment) r).addresses().size()).toList())
                .containsExactlyInAnyOrder(0, 1);
            Invariants.assertHold(datastore);
          }
        });
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void oneNodeAsksTwiceAtOnce(boolean transactions) {
    explore(
        transactions,
        pool("10.0.0.0/30", 31),
        List.of(assign("slave1", 1, "a"), assign("slave1", 1, "b")),
        (datastore, results) -> {
          assertDistinct(datastore, results);
          if (!results.contains(null)) {
            assertThat(Invariants.inUse(datastore)).hasSize(2);
            Invariants.assertHold(datastore);
          }
        });
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void twoTakeFromABlockOfOneOfThemUnderOneHandle(boolean transactions) {
    explore(
        transactions,
        pool("10.0.0.0/31", 31)
            .andThen(datastore ->
                new Ipam(datastore).assignAddress(ip("10.0.0.0"), "slave1", handle("x"))),
        List.of(assign("slave2", 1, "a"), datastore -> ipam(datastore).releaseByHandle("x")),
        (datastore, results) -> {
          assertDistinct(datastore, results);
          if (!results.contains(null)) {
            assertThat(Invariants.inUse(datastore).values()).containsExactly("a");
            Invariants.assertHold(datastore);
          }
        });
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void oneAddressIsGivenBackTwice(boolean transactions) {
    Set<Integer> sums = new HashSet<>();
    explore(
        transactions,
        pool("10.0.0.0/31", 31)
            .andThen(datastore -> {
              var ipam = new Ipam(datastore);
              ipam.assignAddress(ip("10.0.0.0"), "slave1", handle("x"));
              ipam.assignAddress(ip("10.0.0.1"), "slave1", handle("x"));
            }),
        List.of(
            datastore -> ipam(datastore).releaseAddresses(List.of(ip("10.0.0.0"))),
            datastore -> ipam(datastore).releaseAddresses(List.of(ip("10.0.0.0")))),
        (datastore, results) -> {
          if (!results.contains(null)) {
            int released =
                results.stream().mapToInt(r -> ((AddressRelease) r).released().size()).sum();
            sums.add(released);
            assertThat(Invariants.inUse(datastore).keySet()).containsExactly(ip("10.0.0.1"));
            Invariants.assertHold(datastore);
          }
        });
    assertThat(sums).containsExactly(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anAddressThatHasChangedHandsIsNotGivenBackForItsOldOwner(boolean transactions) {
    explore(
        transactions,
        pool("10.0.0.0/32", 32)
            .andThen(datastore ->
                new Ipam(datastore).assignAddress(ip("10.0.0.0"), "slave1", handle("old"))),
        List.of(
            datastore -> ipam(datastore).releaseAddress(ip("10.0.0.0"), handle("old")),
            datastore -> {
              ipam(datastore).releaseByHandle("old");
              return ipam(datastore).assignAddress(ip("10.0.0.0"), "slave1", handle("new"));
            }),
        (datastore, results) -> {
          if (results.get(1) instanceof ChosenAssignment.Assigned) {
            assertThat(Invariants.inUse(datastore)).containsValue("new");
          }
        });
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aNodesBlocksAreGivenUpWhileItTakesAnAddress(boolean transactions) {
    explore(
        transactions,
        pool("10.0.0.0/31", 31)
            .andThen(datastore -> new Ipam(datastore).claimAffinity(net("10.0.0.0/31"), "slave1")),
        List.of(
            assign("slave1", 1, "a"), datastore -> ipam(datastore).releaseHostAffinities("slave1")),
        (datastore, results) -> {
          assertDistinct(datastore, results);
          if (results.getFirst() instanceof Assignment assignment) {
            assertThat(assignment.addresses()).hasSize(1);
          }
        });
  }

  @Test
  void anAddressIsTakenOnlyWhileItsPoolIsEnabled() {
    explore(
        true,
        pool("10.0.0.0/31", 31),
        List.of(
            assign("slave1", 1, "a"),
            datastore -> {
              disable(datastore, net("10.0.0.0/31"));
              return ipam(datastore).addresses("a").size();
            }),
        (datastore, results) -> {
          if (results.get(1) instanceof Integer atTheTime && !results.contains(null)) {
            assertThat(Invariants.inUse(datastore)).hasSize(atTheTime);
          }
        });
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void affinityIsMadeStrictWhileTheFirstBlockIsClaimed(boolean transactions) {
    Set<Object> outcomes = new HashSet<>();
    explore(
        transactions,
        pool("10.0.0.0/31", 31),
        List.of(
            assign("slave1", 1, "a"),
            datastore ->
                ipam(datastore)
                    .configure(old -> new IpamSettings(true, true, List.of()))
                    .getClass()
                    .getSimpleName()),
        (datastore, results) -> {
          assertDistinct(datastore, results);
          if (!results.contains(null)) {
            outcomes.add(results.get(1));
            boolean strict = results.get(1).equals("Done");
            assertThat(datastore.get(new Key.ForIpamSettings()).isPresent()).isEqualTo(strict);
            assertThat(datastore.list(new KeyRange.IpamBlocks(IpFamily.IPV4)))
                .extracting(entry -> entry.value().strictAffinity())
                .containsExactly(strict);
          }
        });
    assertThat(outcomes).containsExactlyInAnyOrder("Done", "Refused");
  }

  /// That the explorer finds what is there to find: two who look before they leap.
  @Test
  void aLostUpdateIsFound() {
    Function<Datastore, Object> careless =
        datastore -> {
          Ipam ipam = ipam(datastore);
          if (ipam.owner(ip("10.0.0.0")).isEmpty()) {
            ipam.releaseAddresses(List.of(ip("10.0.0.0")));
            return ipam.assignAddress(ip("10.0.0.0"), "slave1", handle("x"));
          }
          return "taken";
        };
    assertThatThrownBy(() ->
            explore(
                true,
                pool("10.0.0.0/31", 31),
                List.of(careless, careless),
                ExplorerTest::assertDistinct))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("in the order");
  }
}
