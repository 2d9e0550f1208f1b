package io.margay.ipam;

import static io.margay.ipam.World.handle;
import static io.margay.ipam.World.ip;
import static io.margay.ipam.World.net;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.datastore.Entry;
import io.margay.datastore.Key;
import io.margay.datastore.KeyRange;
import io.margay.datastore.ipam.AllocationBlock;
import io.margay.datastore.path.PathStore.Put;
import io.margay.datastore.path.PathStore.Transaction;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Any free addresses, from where they come.
class AssignTest {

  private final World world = new World();

  @AfterEach
  void invariantsHold() {
    Invariants.assertHold(world.datastore);
  }

  private List<IpAddress> assigned(String node, int ipv4, int ipv6, String handle) {
    var outcome = world.assign(node, ipv4, ipv6, handle);
    assertThat(outcome).isInstanceOf(Assignment.Assigned.class);
    return outcome.addresses();
  }

  @Test
  void theFirstAddressTakesABlockForTheNodeAndTheNextComesFromIt() {
    world.pool("10.65.0.0/24");
    IpAddress first = assigned("slave1", 1, 0, "a").getFirst();
    IpAddress second = assigned("slave1", 1, 0, "b").getFirst();

    IpPrefix block = new IpPrefix(first, 26).masked();
    assertThat(net("10.65.0.0/24").contains(block)).isTrue();
    assertThat(first).isEqualTo(block.address());
    assertThat(second.toBytes()[3]).isEqualTo((byte) (first.toBytes()[3] + 1));
    assertThat(world.hasAffinity("slave1", block.toString())).isTrue();
    assertThat(world.block(block.toString()).affinity()).isEqualTo("host:slave1");
    assertThat(world.datastore.get(new Key.IpamHandle("a")).map(Entry::value))
        .contains(new AllocationBlock.Handle(Map.of(block, 1)));
  }

  @Test
  void bothFamiliesComeInOneAnswerIpv4First() {
    world.pool("10.65.0.0/24").pool("fd80::/64");
    var addresses = assigned("slave1", 2, 3, "a");
    assertThat(addresses)
        .extracting(IpAddress::family)
        .containsExactly(IpFamily.IPV4, IpFamily.IPV4, IpFamily.IPV6, IpFamily.IPV6, IpFamily.IPV6);
    assertThat(world.ipam.addresses("a")).containsExactlyElementsOf(addresses);
    assertThat(world.datastore.list(new KeyRange.BlockAffinities("slave1"))).hasSize(2);
  }

  @Test
  void aRequestIsMetFromSeveralPartFilledBlocksWithNoAddressLeftOver() {
    world
        .pool("10.65.0.0/24")
        .blockWithFree("10.65.0.0/26", "slave1", 2)
        .blockWithFree("10.65.0.64/26", "slave1", 3);
    assertThat(assigned("slave1", 4, 0, "a"))
        .containsExactly(ip("10.65.0.62"), ip("10.65.0.63"), ip("10.65.0.125"), ip("10.65.0.126"));
    assertThat(Invariants.inUse(world.datastore).values()).filteredOn("a"::equals).hasSize(4);
  }

  @Test
  void aRequestLargerThanABlockTakesAsManyAsItNeeds() {
    world.pool("10.65.0.0/23");
    assertThat(new HashSet<>(assigned("slave1", 200, 0, "a"))).hasSize(200);
    assertThat(world.datastore.get(new Key.IpamHandle("a")).orElseThrow().value().blocks().values())
        .containsExactlyInAnyOrder(64, 64, 64, 8);
  }

  @Test
  void nodesSpreadOverThePool() {
    world.pool("10.65.0.0/16");
    Set<IpPrefix> blocks = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      blocks.add(new IpPrefix(assigned("node" + i, 1, 0, "h" + i).getFirst(), 26).masked());
    }
    assertThat(blocks).hasSize(100);
    assertThat(blocks.stream().mapToInt(b -> b.address().toBytes()[2] & 0xf0).distinct().count())
        .isGreaterThan(10);
  }

  @Test
  void everyAddressOfAPoolIsGivenOutAndThenNoMore() {
    world.pool("10.65.0.0/25");
    assertThat(new HashSet<>(assigned("slave1", 100, 0, "a"))).hasSize(100);
    var rest = world.assign("slave2", 30, 0, "b");
    assertThat(rest).isInstanceOf(Assignment.Incomplete.class);
    assertThat(rest.addresses()).hasSize(28);
    assertThat(((Assignment.Incomplete) rest).reason())
        .contains("28 of 30 IPv4 addresses")
        .contains("slave2")
        .contains("10.65.0.0/25");
    assertThat(world.assign("slave3", 1, 0, "c"))
        .satisfies(none -> assertThat(none.addresses()).isEmpty())
        .isInstanceOf(Assignment.Incomplete.class);
    assertThat(world.datastore.get(new Key.IpamHandle("c"))).isEmpty();
  }

  @Test
  void anotherNodesAddressesAreBorrowedWhenThereIsNoFreeBlockAndRefusedOnesArePassedBy() {
    world
        .pool("10.65.0.0/24")
        .blockWithFree("10.65.0.0/26", "slave1", 0)
        .blockWithFree("10.65.0.64/26", "slave2", 0)
        .blockWithFree("10.65.0.128/26", "slave3", 1)
        .blockWithFree("10.65.0.192/26", "slave4", 1);
    assertThat(new HashSet<>(assigned("slave1", 2, 0, "a")))
        .containsExactlyInAnyOrder(ip("10.65.0.191"), ip("10.65.0.255"));
    assertThat(world.block("10.65.0.128/26").node()).isEqualTo("slave3");
  }

  @Test
  void borrowingKeepsToItsFamily() {
    world
        .pool("10.65.0.0/26")
        .pool("fd80::/122")
        .blockWithFree("10.65.0.0/26", "slave2", 0)
        .blockWithFree("fd80::/122", "slave2", 9);
    assertThat(world.assign("slave1", 1, 0, "a").addresses()).isEmpty();
  }

  @Test
  void withStrictAffinityNothingIsBorrowed() {
    world.pool("10.65.0.0/26").settings(true, true).blockWithFree("10.65.0.0/26", "slave2", 9);
    assertThat(world.assign("slave1", 1, 0, "a")).isInstanceOf(Assignment.Incomplete.class);
  }

  @Test
  void aBlockMadeUnderStrictAffinityStaysStrict() {
    world.pool("10.65.0.0/26").settings(true, true);
    assertThat(assigned("slave1", 1, 0, "a")).hasSize(1);
    world.settings(false, true);
    assertThat(world.assign("slave2", 1, 0, "b").addresses()).isEmpty();
    assertThat(world.ipam.assignAddress(ip("10.65.0.9"), "slave2", handle("b")))
        .isEqualTo(
            new ChosenAssignment.Refused(
                "Block host affinity does not match: 10.65.0.0/26 belongs to node slave1"));
  }

  @Test
  void withoutAutomaticBlocksANodeHasOnlyThoseItWasGiven() {
    world.pool("10.65.0.0/24").settings(true, false).blockWithFree("10.65.0.64/26", "slave1", 2);
    assertThat(world.assign("slave1", 3, 0, "a").addresses()).hasSize(2);
    assertThat(world.assign("slave2", 1, 0, "b").addresses()).isEmpty();
  }

  @Test
  void reservedAddressesAreNotGivenOutUnlessAskedFor() {
    world.pool("10.65.0.0/25").settings(false, true, "10.65.0.0/26", "10.65.0.64/29");
    assertThat(world.assign("slave1", 64, 0, "a").addresses())
        .hasSize(56)
        .noneMatch(net("10.65.0.0/26")::contains)
        .noneMatch(net("10.65.0.64/29")::contains);
    assertThat(world.hasBlock("10.65.0.0/26")).isFalse();
    assertThat(world.ipam.assignAddress(ip("10.65.0.1"), "slave1", handle("b")))
        .isEqualTo(new ChosenAssignment.Assigned(ip("10.65.0.1")));
  }

  @Test
  void aHugePoolThatIsMostlyReservedIsSearchedInNoTime() {
    world.pool("fd80::/32").settings(false, true, "fd80::/33", "fd80:0:8000::/34");
    assertThat(assigned("slave1", 0, 1, "a")).allMatch(net("fd80:0:c000::/34")::contains);
  }

  @Test
  void blocksHaveTheSizeThatThePoolSays() {
    world.pool("10.65.0.0/24", false, 30).pool("fd80::/120", false, 128);
    var addresses = assigned("slave1", 5, 2, "a");
    assertThat(new HashSet<>(addresses)).hasSize(7);
    assertThat(world.datastore.get(new Key.IpamHandle("a")).orElseThrow().value().blocks())
        .allSatisfy((block, count) ->
            assertThat(block.length()).isEqualTo(block.family() == IpFamily.IPV4 ? 30 : 128))
        .hasSize(4);
    assertThat(world.ipam.releaseAddresses(addresses).released()).hasSize(7);
  }

  @Test
  void aPoolWithOtherBlocksThanBeforeKeepsClearOfTheOldOnes() {
    world.pool("10.65.0.0/24").blockWithFree("10.65.0.0/26", "slave1", 0);
    world.pool("10.65.0.0/24", false, 25);
    var got = world.assign("slave2", 200, 0, "a").addresses();
    assertThat(got).hasSize(128).allMatch(net("10.65.0.128/25")::contains);
  }

  @Test
  void poolsThatWouldCutAnAddressIntoTwoBlocksAreRefused() {
    world.pool("10.65.0.0/16").pool("10.65.3.0/24", false, 28);
    assertThat(world.assign("slave1", 1, 0, "a"))
        .isEqualTo(
            new Assignment.Refused(
                "The pools 10.65.0.0/16 and 10.65.3.0/24 overlap and have different block sizes"
                    + " (/26 and /28), so that an address could be given out twice. Delete one of"
                    + " them"));
  }

  @Test
  void onlyTheGivenPoolsAreUsed() {
    world
        .pool("10.65.0.0/24")
        .pool("10.66.0.0/24")
        .pool("10.67.0.0/24", true, null)
        .pool("fd80::/64");
    assertThat(world.ipam.assign(from("10.66.0.0/24")).addresses())
        .allMatch(net("10.66.0.0/24")::contains)
        .hasSize(1);
    assertThat(world.ipam.assign(from("10.68.0.0/24")))
        .isEqualTo(new Assignment.Refused("The given pool (10.68.0.0/24) does not exist"));
    assertThat(world.ipam.assign(from("10.67.0.0/24")))
        .isEqualTo(new Assignment.Refused("The given pool (10.67.0.0/24) does not exist"));
    assertThat(world.ipam.assign(from("fd80::/64")))
        .isEqualTo(
            new Assignment.Refused("The given pool (fd80::/64) does not match IP version 4"));
  }

  private static AssignRequest from(String pool) {
    return new AssignRequest("slave1", 1, 0, List.of(net(pool)), List.of(), handle("a"));
  }

  @Test
  void withoutAPoolNothingIsAssignedInEitherFamily() {
    assertThat(world.assign("slave1", 1, 0, "a"))
        .isEqualTo(new Assignment.Refused("No configured Calico pools"));
    world.pool("10.65.0.0/24");
    assertThat(world.assign("slave1", 1, 1, "a")).isInstanceOf(Assignment.Refused.class);
    assertThat(Invariants.inUse(world.datastore)).isEmpty();
  }

  @Test
  void aDisabledPoolIsNotUsedEvenWhereTheNodeHasABlockInIt() {
    world.pool("10.65.0.0/24").blockWithFree("10.65.0.0/26", "slave1", 9);
    world.pool("10.65.0.0/24", true, null).pool("10.66.0.0/24");
    assertThat(assigned("slave1", 1, 0, "a")).allMatch(net("10.66.0.0/24")::contains);
  }

  @Test
  void anAffinityThatItsBlockDoesNotConfirmMeansNothingAndGoes() {
    world.pool("10.65.0.0/25").blockWithFree("10.65.0.0/26", "slave2", 9);
    world.datastore.create(new Key.BlockAffinity("slave1", net("10.65.0.0/26")), Key.Empty.EMPTY);
    assertThat(assigned("slave1", 1, 0, "a")).allMatch(net("10.65.0.64/26")::contains);
    assertThat(world.hasAffinity("slave1", "10.65.0.0/26")).isFalse();
  }

  @Test
  void anAffinityWithoutABlockIsMadeGood() {
    world.pool("10.65.0.0/24");
    world.datastore.create(new Key.BlockAffinity("slave1", net("10.65.0.64/26")), Key.Empty.EMPTY);
    assertThat(assigned("slave1", 1, 0, "a")).containsExactly(ip("10.65.0.64"));
  }

  @Test
  void aBlockThatLostItsAffinityKeyIsFoundAgainBeforeANewOneIsTaken() {
    world.pool("10.65.0.0/24").blockWithFree("10.65.0.64/26", "slave1", 9);
    world.datastore.delete(new Key.BlockAffinity("slave1", net("10.65.0.64/26")), null);
    assertThat(assigned("slave1", 1, 0, "a")).allMatch(net("10.65.0.64/26")::contains);
  }

  @Test
  void aBlockThatCannotBeReadIsPassedBy() {
    world.pool("10.65.0.0/25");
    for (String block : List.of("10.65.0.0-26", "10.65.0.64-26")) {
      world.store.commit(
          new Transaction(
              List.of(),
              List.of(new Put("/calico/ipam/v2/assignment/ipv4/block/" + block, "{\"cidr\":")),
              List.of()));
    }
    assertThat(world.assign("slave1", 1, 0, "a").addresses()).isEmpty();
    world.store.commit(
        new Transaction(
            List.of(),
            List.of(),
            List.of(
                "/calico/ipam/v2/assignment/ipv4/block/10.65.0.64-26",
                "/calico/ipam/v2/assignment/ipv4/block/10.65.0.0-26")));
    assertThat(assigned("slave1", 1, 0, "a")).hasSize(1);
  }

  @Test
  void whatOldToolsListAsFreeAlthoughItIsUsedIsNotGivenOut() {
    world.pool("10.65.0.0/26");
    AllocationBlock good =
        AllocationBlock.of(net("10.65.0.0/26"), "slave1", false).with(List.of(0, 1), handle("old"));
    world.datastore.create(
        new Key.IpamBlock(good.cidr()),
        new AllocationBlock(
            good.cidr(),
            good.affinity(),
            false,
            good.allocations(),
            IntStream.range(0, 64).boxed().toList(),
            good.attributes(),
            null));
    world.datastore.create(new Key.BlockAffinity("slave1", good.cidr()), Key.Empty.EMPTY);
    world.datastore.create(
        new Key.IpamHandle("old"), new AllocationBlock.Handle(Map.of(good.cidr(), 2)));
    assertThat(assigned("slave1", 1, 0, "a")).containsExactly(ip("10.65.0.2"));
  }

  @Test
  void ofNothingNothingIsAssigned() {
    assertThat(assigned("slave1", 0, 0, "a")).isEmpty();
  }

  @Test
  void badRequestsAreRefusedWithWhatWasExpected() {
    assertThatThrownBy(() -> world.assign("slave1", -1, 0, "a"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("-1 IPv4");
    assertThatThrownBy(() -> world.assign("slave1", 1, 0, "a/b"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no slash");
  }
}
