package io.margay.bgp;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.bgp.Speakers.Host;
import io.margay.bgp.message.Community;
import io.margay.bgp.message.NextHop;
import io.margay.bgp.message.PathAttributes;
import io.margay.bgp.message.SessionCodec;
import io.margay.bgp.message.UpdateEncoder;
import io.margay.bgp.rib.BestRoute;
import io.margay.bgp.session.SessionState;
import io.margay.net.AsNumber;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import io.margay.net.Ipv4Address;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// RFC 4456, between speakers on a network in memory.
class ReflectionTest {

  private static final AsNumber OTHER_AS = new AsNumber(65001);
  private static final IpPrefix PREFIX = IpPrefix.parse("172.16.1.0/26");

  private final Speakers world = new Speakers(7);
  private final Host reflector = world.host(9);

  private Host speakerOf(String kind, int number) {
    Host host = world.host(number, kind.equals("external") ? OTHER_AS : Speakers.AS);
    switch (kind) {
      case "client" -> reflector.reflectsFor(host);
      case "internal", "external" -> reflector.peersWith(host);
      default -> throw new IllegalArgumentException(kind);
    }
    return host.peersWith(reflector);
  }

  @ParameterizedTest
  @CsvSource({
    "client,   client,   true",
    "client,   internal, true",
    "client,   external, true",
    "internal, client,   true",
    "internal, internal, false",
    "internal, external, true",
    "external, client,   true",
    "external, internal, true",
    "external, external, true",
  })
  void whoIsToldWhatWhomTold(String from, String to, boolean told) {
    Host one = speakerOf(from, 1).announces(PREFIX.toString());
    Host two = speakerOf(to, 2);
    List.of(reflector, one, two).forEach(Host::starts);
    world.settle();
    assertThat(reflector.kernel).containsKey(PREFIX);
    // Two peers of one other AS do not take paths through it: they reject what they are told.
    boolean looped = from.equals("external") && to.equals("external");
    assertThat(two.kernel.containsKey(PREFIX)).isEqualTo(told && !looped);
    assertThat(reflector.status(two).advertised()).isEqualTo(told ? 1 : 0);
    assertThat(reflector.status(one).advertised()).as("its own path does not come back").isZero();
  }

  @Test
  void aReflectedPathNamesItsOriginatorAndItsClusterAndIsOtherwiseUntouched() {
    Host one = speakerOf("client", 1);
    Host two = speakerOf("client", 2);
    Community blue = new Community(64512 << 16 | 7);
    one.speaker.announce(
        PREFIX,
        PathAttributes.local().toBuilder()
            .localPref(150L)
            .multiExitDisc(5L)
            .communities(List.of(blue))
            .build());
    List.of(reflector, one, two).forEach(Host::starts);
    world.settle();
    BestRoute best = two.best.get(PREFIX);
    assertThat(best).isNotNull();
    assertThat(best.best().attributes())
        .satisfies(attributes -> {
          assertThat(attributes.originatorId()).isEqualTo(one.address);
          assertThat(attributes.clusterList()).containsExactly((Ipv4Address) reflector.address);
          assertThat(attributes.nextHop()).isEqualTo(NextHop.of(one.address));
          assertThat(attributes.localPref()).isEqualTo(150L);
          assertThat(attributes.multiExitDisc()).isEqualTo(5L);
          assertThat(attributes.communities()).containsExactly(blue);
          assertThat(attributes.asPath().segments()).isEmpty();
        });
  }

  @Test
  void nextHopSelfIsForWhatExternalPeersToldAndNotForWhatIsReflected() {
    Host one = speakerOf("client", 1).announces("172.16.1.0/26");
    Host outside = speakerOf("external", 3).announces("172.16.3.0/26");
    Host two = speakerOf("client", 2);
    List.of(reflector, one, two, outside).forEach(Host::starts);
    world.settle();
    assertThat(two.routes())
        .containsExactly("172.16.1.0/26 via [10.0.0.1]", "172.16.3.0/26 via [10.0.0.9]");
  }

  @Test
  void anExternalPeerSeesNothingOfReflection() {
    Host one = speakerOf("client", 1).announces(PREFIX.toString());
    Host outside = speakerOf("external", 3);
    List.of(reflector, one, outside).forEach(Host::starts);
    world.settle();
    BestRoute best = outside.best.get(PREFIX);
    assertThat(best).isNotNull();
    assertThat(best.best().attributes().originatorId()).isNull();
    assertThat(best.best().attributes().clusterList()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"NO_ADVERTISE, false, false", "NO_EXPORT, true, false"})
  void wellKnownCommunitiesAreHonoured(String community, boolean inside, boolean outside) {
    Host one = speakerOf("client", 1).announces(PREFIX.toString());
    Host two = speakerOf("client", 2);
    Host three = speakerOf("external", 3);
    List.of(reflector, one, two, three).forEach(Host::starts);
    world.settle();
    assertThat(two.kernel).containsKey(PREFIX);
    Community said = community.equals("NO_EXPORT") ? Community.NO_EXPORT : Community.NO_ADVERTISE;
    reflector.speaker.announce(
        PREFIX, PathAttributes.local().toBuilder().communities(List.of(said)).build());
    world.settle();
    assertThat(two.kernel.containsKey(PREFIX)).isEqualTo(inside);
    assertThat(three.kernel.containsKey(PREFIX)).isEqualTo(outside);
  }

  /// Two reflectors, each peer of the other, every client with a session to both.
  private List<Host> twoReflectors(String clusterOfOne, String clusterOfTwo) {
    Host first = world.reflector(11, clusterOfOne);
    Host second = world.reflector(12, clusterOfTwo);
    first.peersWith(second);
    second.peersWith(first);
    List<Host> all = new ArrayList<>(List.of(first, second));
    for (int number = 1; number <= 3; number++) {
      Host client = world.host(number).announces("172.16." + number + ".0/26");
      for (Host each : List.of(first, second)) {
        each.reflectsFor(client);
        client.peersWith(each);
      }
      all.add(client);
    }
    all.forEach(Host::starts);
    world.settle();
    return all;
  }

  @ParameterizedTest
  @CsvSource({"1.1.1.1, 1.1.1.1", "1.1.1.1, 2.2.2.2"})
  void twoReflectorsServeTheirClientsWhicheverTheirClusterIds(String one, String two) {
    List<Host> all = twoReflectors(one, two);
    assertThat(all.get(2).routes())
        .containsExactly("172.16.2.0/26 via [10.0.0.2]", "172.16.3.0/26 via [10.0.0.3]");
    boolean same = one.equals(two);
    // Each tells the other all it has of its clients. With one id the other drops that at once.
    assertThat(all.get(0).status(all.get(1)).received()).isEqualTo(3);
    assertThat(all.get(0).status(all.get(1)).imported()).isEqualTo(same ? 0 : 3);
    all.get(2).speaker.withdraw(IpPrefix.parse("172.16.1.0/26"));
    world.settle();
    for (Host host : all) {
      assertThat(host.kernel).doesNotContainKey(IpPrefix.parse("172.16.1.0/26"));
    }
  }

  /// The reason for unique ids: client one has lost the second reflector, and client two the first.
  @ParameterizedTest
  @CsvSource({"1.1.1.1, 1.1.1.1, false", "1.1.1.1, 2.2.2.2, true"})
  void clientsThatHaveLostDifferentReflectorsStillMeetIfClusterIdsDiffer(
      String one, String two, boolean meet) {
    List<Host> all = twoReflectors(one, two);
    Host first = all.get(0);
    Host second = all.get(1);
    Host clientOne = all.get(2);
    Host clientTwo = all.get(3);
    second.speaker.removePeer(clientOne.address);
    first.speaker.removePeer(clientTwo.address);
    world.settle();
    assertThat(clientOne.kernel.containsKey(IpPrefix.parse("172.16.2.0/26"))).isEqualTo(meet);
    assertThat(clientTwo.kernel.containsKey(IpPrefix.parse("172.16.1.0/26"))).isEqualTo(meet);
  }

  @Test
  void aPathThatComesBackToItsOriginatorIsNotUsed() {
    // A ring of reflectors that are each other's clients.
    List<Host> ring =
        List.of(
            world.reflector(11, "1.1.1.1"),
            world.reflector(12, "2.2.2.2"),
            world.reflector(13, "3.3.3.3"));
    for (Host one : ring) {
      ring.stream().filter(other -> other != one).forEach(one::reflectsFor);
    }
    ring.getFirst().announces(PREFIX.toString());
    ring.forEach(Host::starts);
    world.settle();
    assertThat(ring.get(1).kernel).containsKey(PREFIX);
    assertThat(ring.get(2).kernel).containsKey(PREFIX);
    ring.getFirst().speaker.withdraw(PREFIX);
    world.settle();
    for (Host host : ring) {
      assertThat(host.kernel).as("no path keeps going round").isEmpty();
    }
  }

  @Test
  void aPathThatWeAreTheOriginatorOfIsNotUsedWhateverItsNextHop() {
    Host us = world.host(1);
    RawPeer peer =
        new RawPeer(world, us, Speakers.AS).isConfigured(settings -> settings).establishes();
    PathAttributes.Builder path =
        PathAttributes.builder().nextHop(NextHop.of(IpAddress.parse("10.0.0.7")));
    peer.sends(update(path.originatorId(Ipv4Address.parse("10.0.0.7")).build()));
    assertThat(us.kernel).containsOnlyKeys(PREFIX);
    peer.sends(update(path.originatorId((Ipv4Address) us.address).build()));
    assertThat(us.kernel).isEmpty();
  }

  private static ByteBuffer update(PathAttributes attributes) {
    List<ByteBuffer> frames = new ArrayList<>();
    new UpdateEncoder(new SessionCodec(true, false))
        .announce(attributes, List.of(PREFIX), frames::add);
    return frames.getFirst();
  }

  @Test
  void whenTheBestPathMovesToAnotherClientEachKnowsTheOthersAndNotItsOwn() {
    Host one = speakerOf("client", 1);
    Host two = speakerOf("client", 2);
    Host three = speakerOf("client", 3);
    List.of(reflector, one, two, three).forEach(Host::starts);
    two.announces(PREFIX.toString());
    world.settle();
    assertThat(one.routes()).containsExactly("172.16.1.0/26 via [10.0.0.2]");
    one.announces(PREFIX.toString());
    world.settle();
    // Lower identifier wins: one is best now. Two hears of it, one no longer hears of two.
    assertThat(three.routes()).containsExactly("172.16.1.0/26 via [10.0.0.1]");
    assertThat(reflector.status(one).advertised()).isZero();
    assertThat(reflector.status(two).advertised()).isEqualTo(1);
    assertThat(one.status(reflector).received()).isZero();
    one.speaker.withdraw(PREFIX);
    world.settle();
    assertThat(one.routes()).containsExactly("172.16.1.0/26 via [10.0.0.2]");
    assertThat(three.routes()).containsExactly("172.16.1.0/26 via [10.0.0.2]");
    assertThat(two.status(reflector).received()).isZero();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void whoeverConnectsFromTheRangeIsAClient(long seed) {
    Speakers world = new Speakers(seed);
    Host reflector = world.host(9);
    reflector.acceptsClientsFrom("10.0.0.0/29").starts();
    Host one = world.host(1).announces("172.16.1.0/26", "fd80::100/122").peersWith(reflector);
    Host two = world.host(2).announces("172.16.2.0/26", "fd80::200/122").peersWith(reflector);
    Host stranger = world.host(20).peersWith(reflector);
    List.of(one, two, stranger).forEach(Host::starts);
    world.settle();
    assertThat(one.routes())
        .containsExactly("172.16.2.0/26 via [10.0.0.2]", "fd80::200/122 via [fd00::2]");
    assertThat(two.routes())
        .containsExactly("172.16.1.0/26 via [10.0.0.1]", "fd80::100/122 via [fd00::1]");
    assertThat(stranger.state(reflector)).isNotEqualTo(SessionState.ESTABLISHED);
    assertThat(reflector.speaker.peers()).hasSize(2);
  }

  @Test
  void aClientThatIsGoneIsForgottenOnceItsRoutesAre() {
    reflector.acceptsClientsFrom("10.0.0.0/29").starts();
    Host one = world.host(1).announces(PREFIX.toString()).peersWith(reflector).starts();
    Host two = world.host(2).peersWith(reflector).starts();
    world.settle();
    one.dies();
    world.settle();
    assertThat(two.kernel).as("it may be restarting").containsKey(PREFIX);
    world.loop.advance(Duration.ofMinutes(5));
    assertThat(two.kernel).isEmpty();
    assertThat(reflector.speaker.peers())
        .extracting(peer -> peer.config().remoteAddress())
        .containsExactly(IpAddress.parse("10.0.0.2"));
    Host again = one.restarted().peersWith(reflector).announces(PREFIX.toString()).starts();
    world.settle();
    assertThat(again.state(reflector)).isEqualTo(SessionState.ESTABLISHED);
    assertThat(two.kernel).containsKey(PREFIX);
  }

  @Test
  void otherRangesEndTheSessionsOfThoseOutsideAndOfNobodyElse() {
    reflector.acceptsClientsFrom("10.0.0.0/29").starts();
    Host one = world.host(1).announces(PREFIX.toString()).peersWith(reflector).starts();
    Host two = world.host(2).peersWith(reflector).starts();
    Host five = world.host(5).announces("172.16.5.0/26").peersWith(reflector).starts();
    world.settle();
    assertThat(two.routes())
        .containsExactly(PREFIX + " via [10.0.0.1]", "172.16.5.0/26 via [10.0.0.5]");
    two.events.clear();
    reflector.acceptsClientsFrom("10.0.0.0/30");
    world.settle();
    assertThat(two.events).containsExactly("lost 172.16.5.0/26");
    assertThat(five.state(reflector)).isNotEqualTo(SessionState.ESTABLISHED);
    assertThat(five.status(reflector).lastError()).contains("peer de configured");
    reflector.acceptsClients(reflector.range("10.0.0.0/30", Duration.ofSeconds(30)));
    assertThat(two.state(reflector)).as("wanted otherwise").isNotNull();
    world.loop.advance(Duration.ofSeconds(20));
    assertThat(one.state(reflector)).isEqualTo(SessionState.ESTABLISHED);
    assertThat(two.routes()).containsExactly(PREFIX + " via [10.0.0.1]");
    assertThat(reflector.speaker.peers())
        .extracting(peer -> peer.config().holdTime())
        .containsOnly(Duration.ofSeconds(30));
  }

  @Test
  void aClientOfARangeCanBecomeAPeerOfItsOwn() {
    reflector.acceptsClientsFrom("10.0.0.0/29").starts();
    Host one = world.host(1).announces(PREFIX.toString()).peersWith(reflector).starts();
    world.settle();
    reflector.reflectsFor(one);
    world.loop.advance(Duration.ofSeconds(20));
    assertThat(one.state(reflector)).isEqualTo(SessionState.ESTABLISHED);
    assertThat(reflector.status(one).dynamic()).isFalse();
    assertThat(reflector.kernel).containsKey(PREFIX);
  }

  /// A reflector forwards nothing, so its end is nothing that packets notice; whoever comes back
  /// first must not take those for gone who come back later.
  @Test
  void aReflectorThatIsKilledAndComesBackMovesNoRoute() {
    Host one = world.host(1).announces("172.16.1.0/26");
    Host two = world.host(2).announces("172.16.2.0/26");
    Host first = world.lastingReflector(8).acceptsClientsFrom("10.0.0.0/24").starts();
    one.peersWith(first).starts();
    two.peersWith(first).starts();
    world.loop.advance(Duration.ofSeconds(40));
    List<String> known = List.of("172.16.1.0/26 via [10.0.0.1]");
    assertThat(two.routes()).isEqualTo(known);
    one.events.clear();
    two.events.clear();

    first.dies();
    world.settle();
    Host again = world.lastingReflector(8).acceptsClientsFrom("10.0.0.2/32").starts();
    world.loop.advance(Duration.ofSeconds(20));
    assertThat(two.state(first)).isEqualTo(SessionState.ESTABLISHED);
    assertThat(one.state(first)).isNotEqualTo(SessionState.ESTABLISHED);
    assertThat(two.routes()).isEqualTo(known);
    again.acceptsClients(again.range("10.0.0.0/24", Duration.ofSeconds(90)));
    world.loop.advance(Duration.ofSeconds(60));

    assertThat(one.state(first)).isEqualTo(SessionState.ESTABLISHED);
    assertThat(two.status(first).stale()).isZero();
    assertThat(one.events).isEmpty();
    assertThat(two.events).isEmpty();
  }

  /// Those who do not come back in time are gone.
  @Test
  void whoeverDoesNotComeBackToAReflectorIsForgotten() {
    Host one = world.host(1).announces("172.16.1.0/26");
    Host two = world.host(2).announces("172.16.2.0/26");
    Host first = world.lastingReflector(8).acceptsClientsFrom("10.0.0.0/24").starts();
    one.peersWith(first).starts();
    two.peersWith(first).starts();
    world.loop.advance(Duration.ofSeconds(40));
    first.dies();
    one.dies();
    world.settle();
    world.lastingReflector(8).acceptsClientsFrom("10.0.0.0/24").starts();
    world.loop.advance(Duration.ofSeconds(29));
    assertThat(two.routes()).hasSize(1);

    world.loop.advance(Duration.ofSeconds(3));

    assertThat(two.routes()).isEmpty();
  }
}
