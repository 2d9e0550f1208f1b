package io.margay.ipam;

import static io.margay.ipam.World.handle;
import static io.margay.ipam.World.ip;
import static io.margay.ipam.World.net;
import static org.assertj.core.api.Assertions.assertThat;

import io.margay.datastore.Key;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// One certain address.
class ChosenAddressTest {

  private final World world = new World();

  @AfterEach
  void invariantsHold() {
    Invariants.assertHold(world.datastore);
  }

  private ChosenAssignment choose(String address, String node, String handle) {
    return world.ipam.assignAddress(ip(address), node, handle(handle));
  }

  private static ChosenAssignment assigned(String address) {
    return new ChosenAssignment.Assigned(ip(address));
  }

  @Test
  void theFirstOfItsBlockTakesTheBlockAlong() {
    world.pool("10.65.0.0/24").pool("fd80::/64");
    assertThat(choose("10.65.0.77", "slave1", "a")).isEqualTo(assigned("10.65.0.77"));
    assertThat(choose("fd80::5", "slave1", "a")).isEqualTo(assigned("fd80::5"));
    assertThat(world.hasAffinity("slave1", "10.65.0.64/26")).isTrue();
    assertThat(world.hasAffinity("slave1", "fd80::/122")).isTrue();
  }

  @Test
  void itMayBeInAnotherNodesBlock() {
    world.pool("10.65.0.0/24").blockWithFree("10.65.0.64/26", "slave2", 9);
    assertThat(choose("10.65.0.127", "slave1", "a")).isEqualTo(assigned("10.65.0.127"));
    assertThat(world.block("10.65.0.64/26").node()).isEqualTo("slave2");
  }

  @Test
  void whoHasItIsTold() {
    world.pool("10.65.0.0/24");
    choose("10.65.0.77", "slave1", "a");
    assertThat(choose("10.65.0.77", "slave2", "b"))
        .isEqualTo(new ChosenAssignment.InUse(ip("10.65.0.77"), handle("a")));
    assertThat(world.datastore.get(new Key.IpamHandle("b"))).isEmpty();
  }

  @Test
  void anotherNodesBlockIsClosedUnderStrictAffinity() {
    world.pool("10.65.0.0/24").settings(true, true).blockWithFree("10.65.0.64/26", "slave2", 9);
    assertThat(choose("10.65.0.127", "slave1", "a"))
        .isEqualTo(
            new ChosenAssignment.Refused(
                "Block host affinity does not match: 10.65.0.64/26 belongs to node slave2"));
  }

  @Test
  void itMustBeInAnEnabledPool() {
    world.pool("10.65.0.0/24", true, null);
    var refused =
        new ChosenAssignment.Refused("The provided IP address is not in a configured pool");
    assertThat(choose("10.65.0.1", "slave1", "a")).isEqualTo(refused);
    assertThat(choose("10.66.0.1", "slave1", "a")).isEqualTo(refused);
  }

  @Test
  void itsBlockMayHaveAnotherSizeThanThePoolSaysNow() {
    world.pool("10.65.0.0/24", false, 28).blockWithFree("10.65.0.64/26", "slave1", 9);
    assertThat(choose("10.65.0.127", "slave1", "a")).isEqualTo(assigned("10.65.0.127"));
    assertThat(world.ipam.owner(ip("10.65.0.127"))).contains(handle("a"));
    assertThat(world.block("10.65.0.64/26").cidr()).isEqualTo(net("10.65.0.64/26"));
  }
}
