package io.margay.bgp;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.bgp.Speakers.Host;
import io.margay.bgp.session.SessionState;
import io.margay.net.AsNumber;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// RFC 4724, both sides.
class GracefulRestartTest {

  private final Speakers world = new Speakers(1);
  private final Host one = world.host(1).announces("172.16.1.0/26");
  private final Host two = world.host(2).announces("172.16.2.0/26", "172.16.2.64/26");

  @BeforeEach
  void bothAreUp() {
    one.peersWith(two).starts();
    two.peersWith(one).starts();
    world.settle();
    assertThat(one.routes()).hasSize(2);
    one.events.clear();
  }

  @Test
  void routesOfAKilledPeerStayForItsRestartTime() {
    two.dies();
    world.loop.advance(Duration.ofSeconds(119));
    assertThat(one.routes()).hasSize(2);
    assertThat(one.status(two).stale()).isEqualTo(2);
    assertThat(one.state(two)).isNotEqualTo(SessionState.ESTABLISHED);
    world.loop.advance(Duration.ofSeconds(2));
    assertThat(one.routes()).isEmpty();
  }

  @Test
  void aRestartFlushesOnlyWhatIsGone() {
    two.dies();
    world.settle();
    Host again =
        two.restarted().peersWith(one).announces("172.16.2.64/26", "172.16.2.128/26").starts();
    world.settle();
    assertThat(one.events)
        .containsExactlyInAnyOrder("172.16.2.128/26 via [10.0.0.2]", "lost 172.16.2.0/26");
    assertThat(one.status(two).stale()).isZero();
    assertThat(again.routes()).containsExactly("172.16.1.0/26 via [10.0.0.1]");
    assertThat(again.initialFeeds).isEqualTo(1);
  }

  @Test
  void theRestartedSpeakerReportsItsFeedOnlyOnceEveryPeerHasTold() {
    Host three = world.host(3).announces("172.16.3.0/26");
    three.peersWith(two);
    two.dies();
    world.settle();
    Host again = two.restarted().peersWith(one).peersWith(three).starts();
    world.loop.advance(Duration.ofSeconds(30));
    assertThat(again.initialFeeds).as("three is not up yet").isZero();
    assertThat(one.status(two).stale()).as("no End-of-RIB until then").isEqualTo(2);
    three.starts();
    world.loop.advance(Duration.ofSeconds(6));
    assertThat(again.initialFeeds).isEqualTo(1);
    assertThat(one.status(two).stale()).isZero();
    assertThat(again.routes()).hasSize(2);
  }

  @Test
  void aDeadPeerDelaysTheFeedUntilTheLimit() {
    two.dies();
    world.settle();
    Host again =
        two.restarted().peersWith(one).peersWith(world.host(3)).announces("172.16.2.0/26").starts();
    world.loop.advance(Duration.ofSeconds(238));
    assertThat(again.initialFeeds).isZero();
    assertThat(one.routes()).as("stale or told again").hasSize(2);
    world.loop.advance(Duration.ofSeconds(3));
    assertThat(again.initialFeeds).isEqualTo(1);
    assertThat(one.routes()).containsExactly("172.16.2.0/26 via [10.0.0.2]");
  }

  @Test
  void learnedRoutesArePassedOnOnlyAfterTheFeed() {
    Host outside = world.host(9, new AsNumber(65009)).announces("192.0.2.0/24");
    two.dies();
    Host again =
        two.restarted()
            .peersWith(one)
            .peersWith(outside)
            .peersWith(world.host(3))
            .announces("172.16.2.0/26")
            .starts();
    outside.peersWith(two).starts();
    world.loop.advance(Duration.ofSeconds(20));
    assertThat(again.routes()).contains("192.0.2.0/24 via [10.0.0.9]");
    assertThat(one.status(two).received()).as("stale ones, and no more").isEqualTo(2);
    again.speaker.removePeer(world.host(3).address);
    world.settle();
    assertThat(one.routes())
        .containsExactly("172.16.2.0/26 via [10.0.0.2]", "192.0.2.0/24 via [10.0.0.2]");
  }

  @Test
  void twoThatRestartTogetherDoNotWaitForEachOther() {
    one.dies();
    two.dies();
    world.settle();
    Host oneAgain = one.restarted().peersWith(two).announces("172.16.1.0/26").starts();
    Host twoAgain = two.restarted().peersWith(one).announces("172.16.2.0/26").starts();
    world.settle();
    assertThat(oneAgain.initialFeeds).isZero();
    assertThat(oneAgain.events).containsExactly("172.16.2.0/26 via [10.0.0.2]");
    world.loop.advance(Duration.ofSeconds(6));
    assertThat(oneAgain.initialFeeds).isEqualTo(1);
    assertThat(twoAgain.initialFeeds).isEqualTo(1);
    assertThat(twoAgain.routes()).containsExactly("172.16.1.0/26 via [10.0.0.1]");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void aHostThatCameBackUnnoticedReplacesItsOldSession(long seed) {
    Speakers other = new Speakers(seed);
    Host a = other.host(1).announces("172.16.1.0/26");
    Host b = other.host(2).announces("172.16.2.0/26");
    a.peersWith(b).starts();
    b.peersWith(a).starts();
    other.settle();
    a.events.clear();
    other.network.silence(a.address, b.address);
    b.dies();
    other.network.restore(a.address, b.address);
    assertThat(a.state(b)).isEqualTo(SessionState.ESTABLISHED);
    b.restarted().peersWith(a).announces("172.16.2.0/26").starts();
    other.settle();
    assertThat(a.state(b)).isEqualTo(SessionState.ESTABLISHED);
    assertThat(a.status(b).lastError()).isEqualTo("the peer has opened a new connection");
    assertThat(a.events).as("no route was touched").isEmpty();
    other.loop.advance(Duration.ofMinutes(5));
    assertThat(a.routes()).hasSize(1);
  }

  @Test
  void aRebootedHostHasKeptNothing() {
    two.dies();
    world.settle();
    // Not flagged as restarting: its kernel is empty, and the F bit says so.
    world.host(2).peersWith(one).starts();
    world.loop.advanceUntil(
        () -> one.state(two) == SessionState.ESTABLISHED, Duration.ofSeconds(5));
    assertThat(one.routes()).isEmpty();
  }

  @Test
  void aSecondDeathEndsThePatience() {
    two.dies();
    world.settle();
    Host again = two.restarted().peersWith(one).peersWith(world.host(3));
    again.announces("172.16.2.0/26").starts();
    world.settle();
    assertThat(one.status(two).stale()).isEqualTo(1);
    again.dies();
    world.settle();
    assertThat(one.routes())
        .as("what was stale before is gone, what was told since is stale")
        .containsExactly("172.16.2.0/26 via [10.0.0.2]");
  }

  /// As an agent does that is killed between its KEEPALIVE and its first UPDATE.
  @Test
  void aSessionOnWhichNothingWasToldIsNoSecondRestart() {
    two.dies();
    world.loop.advance(Duration.ofSeconds(60));
    Host silent = two.restarted().peersWith(one).starts();
    world.loop.advanceUntil(
        () -> one.state(two) == SessionState.ESTABLISHED, Duration.ofSeconds(5));
    silent.dies();
    world.loop.advance(Duration.ofSeconds(30));
    assertThat(one.state(two)).isNotEqualTo(SessionState.ESTABLISHED);
    assertThat(one.routes()).hasSize(2);
    assertThat(one.events).as("no route was touched").isEmpty();

    world.loop.advance(Duration.ofSeconds(31));
    assertThat(one.routes()).as("the restart time counts from the first death").isEmpty();
  }

  @Test
  void withoutGracefulRestartALostConnectionTakesItsRoutesAlong() {
    Host three = world.host(3).announces("172.16.3.0/26");
    one.peersWith(three, peer -> peer.restartTime(Duration.ZERO));
    three.peersWith(one).starts();
    world.loop.advance(Duration.ofSeconds(6));
    assertThat(one.routes()).hasSize(3);
    three.dies();
    world.settle();
    assertThat(one.routes()).hasSize(2);
  }
}
