package io.margay.bgp;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.bgp.rib.InteriorCost;
import io.margay.net.AsNumber;
import io.margay.net.IpAddress;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// RFC 4271 §9.1.2.1 and §9.1.2.2 e: paths count only if their next hop can be reached, and nearer
/// next hops win.
class NextHopTrackingTest {

  private static final String PREFIX = "172.16.0.0/26";

  private final Speakers net = new Speakers(1);

  /// How far next hops are from the node; what is not here is equally far.
  private final Map<IpAddress, Long> costs = new HashMap<>();

  private final Speakers.Host node = net.host(9, address -> costs.getOrDefault(address, 10L));
  private final Speakers.Host one = net.host(1);
  private final Speakers.Host two = net.host(2);
  private final Speakers.Host outside = net.host(7, new AsNumber(65007));

  @BeforeEach
  void sessions() {
    for (Speakers.Host each : new Speakers.Host[] {one, two, outside}) {
      each.peersWith(node).starts();
      node.peersWith(each);
    }
    node.starts();
    one.announces(PREFIX);
    net.settle();
  }

  private void cost(Speakers.Host nextHop, long cost) {
    costs.put(nextHop.address, cost);
    node.speaker.interiorCostsChanged();
    net.settle();
  }

  @Test
  void aPathWhoseNextHopIsOutOfReachIsNotUsedAndComesBackWithIt() {
    assertThat(node.routes()).containsExactly(PREFIX + " via [10.0.0.1]");
    assertThat(outside.routes()).containsExactly(PREFIX + " via [10.0.0.9]");
    cost(one, InteriorCost.UNREACHABLE);
    assertThat(node.routes()).isEmpty();
    assertThat(outside.routes()).as("what we cannot reach we do not offer").isEmpty();
    assertThat(node.status(one).received()).as("it is kept").isEqualTo(1);
    cost(one, 10);
    assertThat(node.routes()).containsExactly(PREFIX + " via [10.0.0.1]");
    assertThat(outside.routes()).containsExactly(PREFIX + " via [10.0.0.9]");
  }

  @Test
  void aPathThatComesWhileItsNextHopIsOutOfReachWaitsForIt() {
    cost(two, InteriorCost.UNREACHABLE);
    two.announces("172.16.2.0/26");
    net.settle();
    assertThat(node.routes()).containsExactly(PREFIX + " via [10.0.0.1]");
    cost(two, 0);
    assertThat(node.routes())
        .containsExactly(PREFIX + " via [10.0.0.1]", "172.16.2.0/26 via [10.0.0.2]");
  }

  @Test
  void theNearestNextHopWinsAndEquallyFarOnesShare() {
    two.announces(PREFIX);
    net.settle();
    assertThat(node.routes()).containsExactly(PREFIX + " via [10.0.0.1, 10.0.0.2]");
    cost(one, 20);
    assertThat(node.routes()).containsExactly(PREFIX + " via [10.0.0.2]");
    cost(two, InteriorCost.UNREACHABLE);
    assertThat(node.routes()).containsExactly(PREFIX + " via [10.0.0.1]");
    cost(two, 20);
    assertThat(node.routes()).containsExactly(PREFIX + " via [10.0.0.1, 10.0.0.2]");
  }

  @Test
  void newsThatChangeNothingAreNotPassedOn() {
    node.events.clear();
    cost(one, 11);
    cost(two, InteriorCost.UNREACHABLE);
    assertThat(node.events).isEmpty();
  }

  @Test
  void ourOwnRoutesNeedNoWay() {
    costs.put(node.address, InteriorCost.UNREACHABLE);
    node.announces("172.16.9.0/26");
    net.settle();
    assertThat(one.routes()).containsExactly("172.16.9.0/26 via [10.0.0.9]");
  }
}
