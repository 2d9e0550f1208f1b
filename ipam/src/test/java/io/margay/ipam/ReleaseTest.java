package io.margay.ipam;

import static io.margay.ipam.World.handle;
import static io.margay.ipam.World.ip;
import static io.margay.ipam.World.net;
import static org.assertj.core.api.Assertions.assertThat;

import io.margay.datastore.Entry;
import io.margay.datastore.Key;
import io.margay.datastore.KeyRange;
import io.margay.datastore.ipam.AllocationBlock;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Addresses given back: one by one, by handle, with a node.
class ReleaseTest {

  private final World world = new World().pool("10.65.0.0/24").pool("fd80::/64");

  @Test
  void anAddressGivenBackRestsUntilAllOthersHaveHadTheirTurn() {
    var first = world.assign("slave1", 1, 0, "a").addresses();
    assertThat(world.ipam.releaseAddresses(first)).isEqualTo(new AddressRelease(first, List.of()));
    var next = world.assign("slave1", 64, 0, "b").addresses();
    assertThat(next).hasSize(64).endsWith(first.getFirst());
    Invariants.assertHold(world.datastore);
  }

  @Test
  void whatWasFreeIsToldApart() {
    var got = world.assign("slave1", 2, 0, "a").addresses();
    List<IpAddress> asked = new ArrayList<>(got);
    asked.add(ip("10.65.0.200"));
    asked.add(ip("192.168.0.1"));
    asked.add(got.getFirst());
    var release = world.ipam.releaseAddresses(asked);
    assertThat(release.released()).containsExactlyInAnyOrderElementsOf(got);
    assertThat(release.notAssigned())
        .containsExactlyInAnyOrder(ip("10.65.0.200"), ip("192.168.0.1"));
    assertThat(world.datastore.get(new Key.IpamHandle("a"))).isEmpty();
    Invariants.assertHold(world.datastore);
  }

  @Test
  void aHandleCountsEachOfSeveralGivenBackAtOnce() {
    var got = world.assign("slave1", 5, 0, "a").addresses();
    world.ipam.releaseAddresses(got.subList(0, 3));
    assertThat(world.datastore.get(new Key.IpamHandle("a")).orElseThrow().value().blocks().values())
        .containsExactly(2);
    Invariants.assertHold(world.datastore);
  }

  @Test
  void ablockFullOfHandlesIsGivenBackWhole() {
    List<IpAddress> all = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      all.addAll(world.assign("slave1", 1, 0, "h" + i).addresses());
    }
    assertThat(world.ipam.releaseAddresses(all).released()).hasSize(64);
    assertThat(world.datastore.list(new KeyRange.IpamHandles())).isEmpty();
    Invariants.assertHold(world.datastore);
  }

  @Test
  void allAddressesOfAHandleAreGivenBackAndNoOthers() {
    world.assign("slave1", 70, 2, "a");
    world.assign("slave2", 3, 0, "a");
    var kept = world.assign("slave1", 2, 1, "b").addresses();
    assertThat(world.ipam.addresses("a")).hasSize(75);

    assertThat(world.ipam.releaseByHandle("a"))
        .isInstanceOfSatisfying(
            HandleRelease.Released.class, released -> assertThat(released.addresses()).hasSize(75));
    assertThat(Invariants.inUse(world.datastore).keySet())
        .containsExactlyInAnyOrderElementsOf(kept);
    assertThat(world.ipam.releaseByHandle("a")).isEqualTo(new HandleRelease.UnknownHandle());
    Invariants.assertHold(world.datastore);
  }

  @Test
  void aHandleThatCountsTooMuchIsGoneOnceItsAddressesAre() {
    world.assign("slave1", 2, 0, "a");
    var key = new Key.IpamHandle("a");
    Map<IpPrefix, Integer> wrong =
        new HashMap<>(world.datastore.get(key).orElseThrow().value().blocks());
    wrong.replaceAll((_, count) -> count + 3);
    wrong.put(net("10.99.0.0/26"), 1);
    world.datastore.update(key, new AllocationBlock.Handle(wrong), null);
    assertThat(world.ipam.releaseByHandle("a"))
        .isInstanceOfSatisfying(
            HandleRelease.Released.class, released -> assertThat(released.addresses()).hasSize(2));
    assertThat(world.datastore.get(key)).isEmpty();
  }

  @Test
  void aMissingOrTooLowHandleDoesNotKeepAnAddress() {
    var got = world.assign("slave1", 2, 0, "a").addresses();
    world.datastore.delete(new Key.IpamHandle("a"), null);
    assertThat(world.ipam.releaseAddresses(got).released()).hasSize(2);
    Invariants.assertHold(world.datastore);
  }

  @Test
  void anAddressIsGivenBackOnlyByTheOwnerThatWasMeant() {
    IpAddress address = world.assign("slave1", 1, 0, "new").addresses().getFirst();
    assertThat(world.ipam.releaseAddress(address, handle("old"))).isFalse();
    assertThat(world.ipam.releaseAddress(address, handle("new"))).isTrue();
    assertThat(world.ipam.releaseAddress(address, handle("new"))).isFalse();
  }

  @Test
  void anEmptyBlockStaysWithItsNodeAndOneThatIsNobodysGoes() {
    var got = world.assign("slave1", 3, 0, "a").addresses();
    var block = world.ipam.find(got.getFirst()).orElseThrow().value().cidr();
    world.ipam.releaseAddresses(got.subList(0, 1));
    assertThat(world.ipam.releaseHostAffinities("slave1")).containsExactly(block);
    assertThat(world.block(block.toString()).isNobodys()).isTrue();
    assertThat(world.hasAffinity("slave1", block.toString())).isFalse();
    Invariants.assertHold(world.datastore);

    world.ipam.releaseAddresses(got.subList(0, 2));
    assertThat(world.ipam.owner(got.getLast())).as("nobody's, but in use").isPresent();
    world.ipam.releaseAddresses(got);
    assertThat(world.datastore.list(new KeyRange.IpamBlocks(IpFamily.IPV4))).isEmpty();
  }

  @Test
  void aNodesEmptyBlocksGoWithItAndThoseOfOthersStay() {
    world.assign("slave1", 1, 1, "a");
    world.assign("slave2", 1, 1, "b");
    world.ipam.releaseByHandle("a");
    assertThat(world.ipam.releaseHostAffinities("slave1")).hasSize(2);
    assertThat(world.datastore.list(new KeyRange.BlockAffinities(null)))
        .extracting(Entry::key)
        .allSatisfy(key -> assertThat(((Key.BlockAffinity) key).node()).isEqualTo("slave2"))
        .hasSize(2);
    assertThat(world.ipam.releaseHostAffinities("slave1")).isEmpty();
    Invariants.assertHold(world.datastore);
  }
}
