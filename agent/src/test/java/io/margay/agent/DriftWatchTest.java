package io.margay.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DriftWatchTest {

  private static final Duration TEN = Duration.ofSeconds(10);
  private static final List<String> SOMETHING = List.of("chain cali-FORWARD of filter: 1 rule");

  private final DriftWatch watch = new DriftWatch();

  @Test
  void aRepairNowAndThenChangesNothing() {
    watch.onLook(SOMETHING, TEN);
    watch.onLook(SOMETHING, TEN);
    watch.onLook(List.of(), TEN);
    watch.onLook(SOMETHING, TEN);
    assertThat(watch.next(TEN)).isEqualTo(TEN);
  }

  @Test
  void whoNeverStopsIsFoughtLessAndLessButNeverLeftAlone() {
    List<Long> seconds =
        IntStream.range(0, 8)
            .mapToObj(_ -> {
              watch.onLook(SOMETHING, TEN);
              return watch.next(TEN).toSeconds();
            })
            .toList();
    assertThat(seconds).containsExactly(10L, 10L, 20L, 40L, 80L, 80L, 80L, 80L);
    watch.onLook(List.of(), TEN);
    assertThat(watch.next(TEN)).isEqualTo(TEN);
  }

  @Test
  void whoAnswersEachRepairAtOnceIsLeftToTheNextLook() {
    for (int i = 0; i < 19; i++) {
      watch.onRepairs(SOMETHING);
      watch.onRepairs(List.of());
    }
    assertThat(watch.followsNews()).isTrue();

    watch.onRepairs(SOMETHING);
    assertThat(watch.followsNews()).isFalse();

    watch.onLook(List.of(), TEN);
    assertThat(watch.followsNews()).isTrue();
  }
}
