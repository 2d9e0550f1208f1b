package io.margay.bgp.rib;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.bgp.message.AsPath;
import io.margay.bgp.message.NextHop;
import io.margay.bgp.message.Origin;
import io.margay.bgp.message.PathAttributes;
import io.margay.net.AsNumber;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.Ipv4Address;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.IntPredicate;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DecisionTest {

  /// From peer 10.0.0.`peer`, which is its next hop and identifier too.
  private static Path route(
      int peer, boolean external, UnaryOperator<PathAttributes.Builder> attributes) {
    return path(peer, external, 0, attributes);
  }

  private static Path path(
      int peer, boolean external, long cost, UnaryOperator<PathAttributes.Builder> attributes) {
    Ipv4Address address = Ipv4Address.parse("10.0.0." + peer);
    return new Path(
        new RouteSource.Peer(address, new AsNumber(65001), address, external),
        IpFamily.IPV4,
        0,
        0,
        attributes
            .apply(
                PathAttributes.builder()
                    .nextHop(NextHop.of(address))
                    .asPath(AsPath.sequence(65001)))
            .build(),
        true,
        0,
        new Hop(cost));
  }

  private static Path external(int peer, UnaryOperator<PathAttributes.Builder> attributes) {
    return route(peer, true, attributes);
  }

  private static Path internal(int peer, UnaryOperator<PathAttributes.Builder> attributes) {
    return route(peer, false, attributes);
  }

  /// Each route is better than the one before by one step of the decision, and by no other.
  @Test
  void eachStepDecidesBeforeTheNext() {
    List<Path> ascending =
        List.of(
            internal(
                9,
                a ->
                    a.originatorId(Ipv4Address.parse("10.0.0.8"))
                        .asPath(AsPath.sequence(65001, 65002))
                        .origin(Origin.INCOMPLETE)
                        .localPref(90L)
                        .multiExitDisc(9L)),
            internal(
                8,
                a ->
                    a.asPath(AsPath.sequence(65001, 65002))
                        .origin(Origin.INCOMPLETE)
                        .multiExitDisc(9L)),
            internal(7, a -> a.origin(Origin.INCOMPLETE).multiExitDisc(9L)),
            internal(6, a -> a.multiExitDisc(9L)),
            internal(5, a -> a.clusterList(List.of(Ipv4Address.parse("1.0.0.1")))),
            path(4, true, 9, a -> a),
            external(3, a -> a),
            external(2, a -> a.originatorId(Ipv4Address.parse("10.0.0.1"))));
    for (int i = 1; i < ascending.size(); i++) {
      List<Path> pair = List.of(ascending.get(i - 1), ascending.get(i));
      assertThat(Decision.multipath(pair).getFirst()).isEqualTo(pair.get(1));
      assertThat(Decision.multipath(pair.reversed()).getFirst()).isEqualTo(pair.get(1));
    }
  }

  /// Of two routes that are as good in the steps before, the one that is better in this step and
  /// worse in all later ones wins.
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8})
  void aStepOutweighsAllLaterOnes(int step) {
    Path better = betterIn(each -> each <= step);
    Path worse = betterIn(each -> each != step);
    assertThat(Decision.multipath(List.of(better, worse)).getFirst()).isEqualTo(better);
    assertThat(Decision.multipath(List.of(worse, better)).getFirst()).isEqualTo(better);
  }

  private static Path betterIn(IntPredicate step) {
    return path(
        step.test(8) ? 1 : 9,
        step.test(4),
        step.test(5) ? 1 : 9,
        a ->
            a.localPref(step.test(0) ? 200L : 100L)
                .asPath(step.test(1) ? AsPath.sequence(65001) : AsPath.sequence(65001, 65002))
                .origin(step.test(2) ? Origin.IGP : Origin.INCOMPLETE)
                .multiExitDisc(step.test(3) ? 1L : 9L)
                .originatorId(Ipv4Address.parse(step.test(6) ? "10.1.0.1" : "10.1.0.9"))
                .clusterList(step.test(7) ? List.of() : List.of(Ipv4Address.parse("1.0.0.1"))));
  }

  @Test
  void withEqualOriginatorsTheShorterClusterListThenTheLowerPeerAddressWins() {
    Ipv4Address originator = Ipv4Address.parse("10.0.0.100");
    List<Ipv4Address> cluster = List.of(Ipv4Address.parse("1.0.0.1"));
    Path reflected = internal(1, a -> a.originatorId(originator).clusterList(cluster));
    Path direct3 = internal(3, a -> a.originatorId(originator));
    Path direct2 = internal(2, a -> a.originatorId(originator));
    assertThat(Decision.multipath(List.of(reflected, direct3, direct2)).getFirst())
        .isEqualTo(direct2);
  }

  /// The trap that RFC 4451 describes: compared one by one, the winner would hang on the order.
  @Test
  void multiExitDiscComparesWithinOneNeighbouringAsWhateverTheOrder() {
    List<Path> routes =
        new ArrayList<>(
            List.of(
                external(1, a -> a.multiExitDisc(10L)),
                external(2, a -> a.asPath(AsPath.sequence(65002)).multiExitDisc(20L)),
                external(3, a -> a.multiExitDisc(5L)),
                external(4, a -> a.asPath(AsPath.sequence(65002)))));
    Random random = new Random(1);
    for (int i = 0; i < 24; i++) {
      Collections.shuffle(routes, random);
      assertThat(Decision.multipath(routes))
          .extracting(path -> path.attributes().nextHop())
          .containsExactly(
              NextHop.of(IpAddress.parse("10.0.0.3")), NextHop.of(IpAddress.parse("10.0.0.4")));
    }
  }

  @Test
  void equalPathsOfDifferentAsesShareTheTrafficUpToSixteenNextHops() {
    List<Path> routes = new ArrayList<>();
    for (int peer = 1; peer <= 20; peer++) {
      int as = 65000 + peer;
      routes.add(external(peer, a -> a.asPath(AsPath.sequence(as))));
    }
    routes.add(external(21, a -> a.nextHop(NextHop.of(IpAddress.parse("10.0.0.1")))));
    assertThat(Decision.multipath(routes.reversed())).isEqualTo(routes.subList(0, 16));
  }

  @Test
  void aSetCountsAsOneAs() {
    AsPath withSet =
        new AsPath(
            List.of(
                new AsPath.Segment(
                    AsPath.SegmentType.SET,
                    List.of(new AsNumber(1), new AsNumber(2), new AsNumber(3)))));
    assertThat(withSet.length()).isEqualTo(1);
    assertThat(AsPath.sequence(1, 2).length()).isEqualTo(2);
  }
}
