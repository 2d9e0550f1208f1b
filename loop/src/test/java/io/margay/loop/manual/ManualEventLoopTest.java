package io.margay.loop.manual;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.loop.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ManualEventLoopTest {

  private final ManualEventLoop loop = new ManualEventLoop();
  private final List<String> ran = new ArrayList<>();

  @Test
  void runsTasksBeforeTimersAndTimersInOrder() {
    loop.schedule(Duration.ofSeconds(2), () -> ran.add("two"));
    loop.schedule(
        Duration.ofSeconds(1),
        () -> {
          ran.add("one at " + loop.nanoTime());
          loop.execute(() -> ran.add("after one"));
        });
    loop.schedule(Duration.ofSeconds(1), () -> ran.add("one again"));
    loop.execute(() -> ran.add("now"));

    loop.runReady();
    assertThat(ran).containsExactly("now");
    loop.advance(Duration.ofSeconds(2));
    assertThat(ran).containsExactly("now", "one at 1000000000", "after one", "one again", "two");
  }

  @Test
  void aCancelledTimerDoesNotRun() {
    EventLoop.Timer timer = loop.schedule(Duration.ofSeconds(1), () -> ran.add("never"));
    timer.cancel();
    loop.advance(Duration.ofSeconds(2));
    assertThat(ran).isEmpty();
    assertThat(loop.nanoTime()).isEqualTo(2_000_000_000L);
  }

  @Test
  void advancesOnlyUntilTheConditionHolds() {
    loop.schedule(Duration.ofSeconds(1), () -> ran.add("one"));
    loop.schedule(Duration.ofSeconds(3), () -> ran.add("three"));
    assertThat(loop.advanceUntil(() -> !ran.isEmpty(), Duration.ofMinutes(1))).isTrue();
    assertThat(loop.nanoTime()).isEqualTo(1_000_000_000L);
    assertThat(loop.advanceUntil(() -> ran.size() > 1, Duration.ofSeconds(1))).isFalse();
    assertThat(loop.nanoTime()).isEqualTo(2_000_000_000L);
  }
}
