package io.margay.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/// Signals are tested with the programs that follow them.
class StopRequestTest {

  private final StopRequest stop = new StopRequest();

  @Test
  void nobodyHasAskedYet() throws InterruptedException {
    assertThat(stop.await(Duration.ofMillis(1))).isFalse();
    assertThat(stop.exitCode()).isZero();
  }

  @Test
  void aFailureAsksForTheEndAndShowsInTheExitCode() throws InterruptedException {
    stop.fail();
    stop.await();
    assertThat(stop.await(Duration.ZERO)).isTrue();
    assertThat(stop.exitCode()).isEqualTo(1);
  }
}
