package io.margay.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class DeltaTrackerTest {

  private final DeltaTracker<Integer, String, String> tracker = new DeltaTracker<>(String::equals);

  @Test
  void tellsWhatIsMissingDifferentAndUnwanted() {
    tracker.want(3, "missing");
    tracker.want(1, "wanted");
    tracker.want(2, "same");
    tracker.foundAll(Map.of(1, "different", 2, "same", 9, "unwanted"));

    assertThat(tracker.toWrite()).containsExactly(1, 3);
    assertThat(tracker.toDelete()).containsExactly(9);

    tracker.found(1, "wanted");
    tracker.found(3, "missing");
    tracker.gone(9);
    assertThat(tracker.inSync()).isTrue();

    tracker.unwant(2);
    assertThat(tracker.toDelete()).containsExactly(2);
  }

  @RepeatedTest(50)
  void agreesWithAComparisonOfBothSides(RepetitionInfo seed) {
    Random random = new Random(seed.getCurrentRepetition());
    Map<Integer, String> desired = new HashMap<>();
    Map<Integer, String> actual = new HashMap<>();
    for (int step = 0; step < 200; step++) {
      int key = random.nextInt(6);
      String value = Integer.toString(random.nextInt(3));
      switch (random.nextInt(9)) {
        case 0, 1 -> {
          desired.put(key, value);
          tracker.want(key, value);
        }
        case 2, 3 -> {
          desired.remove(key);
          tracker.unwant(key);
        }
        case 4, 5 -> {
          actual.put(key, value);
          tracker.found(key, value);
        }
        case 6, 7 -> {
          actual.remove(key);
          tracker.gone(key);
        }
        default -> {
          actual.clear();
          actual.put(key, value);
          tracker.foundAll(Map.of(key, value));
        }
      }
      assertThat(tracker.toWrite())
          .containsExactlyElementsOf(
              desired.keySet().stream()
                  .filter(k -> !Objects.equals(desired.get(k), actual.get(k)))
                  .sorted()
                  .toList());
      assertThat(tracker.toDelete())
          .containsExactlyElementsOf(
              actual.keySet().stream().filter(k -> !desired.containsKey(k)).sorted().toList());
    }
  }
}
