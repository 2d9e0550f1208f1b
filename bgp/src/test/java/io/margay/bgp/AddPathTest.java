package io.margay.bgp;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.bgp.Speakers.Host;
import io.margay.bgp.message.NotificationError.Cease;
import io.margay.bgp.message.PathAttributes;
import io.margay.bgp.session.PeerConfig;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A reflector 10.0.0.9 that tells several paths to a prefix (RFC 7911) to clients that take them.
class AddPathTest {

  private static final IpPrefix PREFIX = IpPrefix.parse("172.16.1.0/26");
  private static final IpPrefix PREFIX6 = IpPrefix.parse("fd80:1::/64");
  private static final Duration INTERVAL = Duration.ofSeconds(30);

  private final Speakers world = new Speakers(7);
  private final Host reflector = world.host(9);

  /// A client that takes one path, or several.
  private Host client(int number, boolean takesSeveral) {
    return client(number, takesSeveral, settings -> settings);
  }

  private Host client(
      int number, boolean takesSeveral, UnaryOperator<PeerConfig.Builder> reflectorsSide) {
    Host host = world.host(number);
    reflector.speaker.addPeer(
        reflector.peerConfig(host, peer -> reflectorsSide.apply(peer.addPathSend(true))),
        PeerPolicy.CLIENT);
    return host.peersWith(reflector, peer -> peer.addPathReceive(takesSeveral));
  }

  private void start(Host... hosts) {
    reflector.starts();
    List.of(hosts).forEach(Host::starts);
    world.settle();
  }

  private static String via(int... numbers) {
    return PREFIX
        + " via "
        + IntStream.of(numbers).mapToObj(n -> "10.0.0." + n).toList().toString();
  }

  @Test
  void allPathsGoToWhomTakesThemAndTheBestOneToOthers() {
    Host several = client(4, true);
    Host one = client(5, false);
    start(
        client(1, false).announces(PREFIX.toString()),
        client(2, true).announces(PREFIX.toString()),
        client(3, false).announces(PREFIX.toString()),
        several,
        one);
    assertThat(several.routes()).containsExactly(via(1, 2, 3));
    assertThat(several.status(reflector).received()).isEqualTo(3);
    assertThat(reflector.status(several).advertised()).isEqualTo(3);
    assertThat(one.routes()).containsExactly(via(1));
    assertThat(one.status(reflector).received()).isEqualTo(1);
  }

  @Test
  void ipv6PathsGoInTheSameWay() {
    Host several = client(4, true);
    start(
        client(1, false).announces(PREFIX6.toString()),
        client(2, false).announces(PREFIX6.toString()),
        several);
    assertThat(several.routes()).containsExactly(PREFIX6 + " via [fd00::1, fd00::2]");
  }

  @Test
  void aPathThatGoesOrChangesLeavesTheOthersAlone() {
    Host one = client(1, false).announces(PREFIX.toString());
    Host two = client(2, false).announces(PREFIX.toString());
    Host several = client(4, true);
    start(one, two, several);
    several.events.clear();
    // A worse path is known, but not used.
    one.speaker.announce(PREFIX, PathAttributes.local().toBuilder().localPref(50L).build());
    world.settle();
    assertThat(several.routes()).containsExactly(via(2));
    assertThat(several.status(reflector).received()).isEqualTo(2);
    two.speaker.withdraw(PREFIX);
    world.settle();
    assertThat(several.routes()).containsExactly(via(1));
    assertThat(several.status(reflector).received()).isEqualTo(1);
    assertThat(several.events)
        .as("the prefix was there all the time")
        .noneMatch(e -> e.startsWith("lost"));
    one.speaker.stop(Cease.ADMINISTRATIVE_SHUTDOWN, "");
    world.settle();
    assertThat(several.routes()).isEmpty();
    assertThat(several.status(reflector).received()).isZero();
  }

  @Test
  void aPathDoesNotGoBackToItsSource() {
    Host one = client(1, true).announces(PREFIX.toString());
    Host two = client(2, true).announces(PREFIX.toString());
    start(one, two);
    assertThat(one.status(reflector).received()).isEqualTo(1);
    assertThat(two.status(reflector).received()).isEqualTo(1);
    two.speaker.withdraw(PREFIX);
    world.settle();
    assertThat(one.status(reflector).received()).isZero();
  }

  @Test
  void whoeverJoinsLaterOrAsksOnceMoreIsToldAllPaths() {
    Host one = client(1, false).announces(PREFIX.toString());
    Host two = client(2, false).announces(PREFIX.toString());
    Host several = client(4, true);
    start(one, two);
    several.starts();
    world.settle();
    assertThat(several.routes()).containsExactly(via(1, 2));
    several.speaker.refresh(reflector.address, IpFamily.IPV4);
    world.settle();
    assertThat(several.status(reflector).received()).isEqualTo(2);
  }

  /// The client is told in rounds, and changes go on between them: it has to end up with the paths
  /// that there are, although it never heard of some that came and went, and knows others that have
  /// gone.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void aClientThatIsToldSeldomEndsUpWithThePathsThereAre(long seed) {
    Random random = new Random(seed);
    Host several = client(4, true, peer -> peer.advertisementInterval(INTERVAL));
    List<Host> sources = List.of(client(1, false), client(2, true), client(3, false));
    start(several, sources.get(0), sources.get(1), sources.get(2));
    Map<IpPrefix, Map<Host, Boolean>> announced = new TreeMap<>();
    for (int round = 0; round < 10; round++) {
      for (int i = 0; i < 20; i++) {
        IpPrefix prefix = IpPrefix.parse("172.16.%d.0/26".formatted(random.nextInt(4)));
        Host source = sources.get(random.nextInt(3));
        boolean announce = random.nextInt(3) > 0;
        if (announce) {
          long med = random.nextInt(3);
          source.speaker.announce(
              prefix, PathAttributes.local().toBuilder().multiExitDisc(med).build());
        } else {
          source.speaker.withdraw(prefix);
        }
        announced.computeIfAbsent(prefix, _ -> new HashMap<>()).put(source, announce);
        world.loop.advance(Duration.ofSeconds(random.nextInt(8)));
      }
      world.loop.advance(INTERVAL.multipliedBy(2));
      Map<IpPrefix, Long> expected =
          announced.entrySet().stream()
              .collect(
                  Collectors.toMap(
                      Map.Entry::getKey,
                      e -> e.getValue().values().stream().filter(each -> each).count()));
      expected.values().removeIf(count -> count == 0);
      assertThat(several.kernel.keySet()).isEqualTo(expected.keySet());
      assertThat(several.status(reflector).received())
          .as("paths in round %d", round)
          .isEqualTo((int) expected.values().stream().mapToLong(Long::longValue).sum());
      assertThat(reflector.status(several).advertised())
          .isEqualTo(several.status(reflector).received());
    }
  }
}
