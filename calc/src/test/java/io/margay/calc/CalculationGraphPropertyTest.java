package io.margay.calc;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.datastore.Key;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Histories that nobody thought of. A failure names its seed.
class CalculationGraphPropertyTest {

  private static final String NODE = "n1";

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void holdsWhatAPlainCalculationArrivesAtAfterAnyHistory(long seed) {
    Random random = new Random(seed);
    RandomCluster cluster = new RandomCluster(random);
    CalculationGraph graph = new CalculationGraph(NODE);
    StrictReader reader = new StrictReader();
    for (int flush = 0; flush < 300; flush++) {
      for (int updates = random.nextInt(12); updates >= 0; updates--) {
        cluster.change(graph);
      }
      reader.read(graph);
      assertThat(reader.state())
          .as("seed %d, flush %d", seed, flush)
          .isEqualTo(PlainCalculation.of(NODE, cluster.values()));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13, 14})
  void countsWhatAGraphCountsThatOnlySawTheEnd(long seed) {
    RandomCluster cluster = new RandomCluster(new Random(seed));
    CalculationGraph graph = new CalculationGraph(NODE);
    for (int updates = 0; updates < 2000; updates++) {
      cluster.change(graph);
    }
    graph.flush(_ -> {});

    CalculationGraph fresh = new CalculationGraph(NODE);
    cluster.values().forEach((Key<?> key, Object value) -> fresh.onUpdate(key, value));
    fresh.flush(_ -> {});
    assertThat(graph.counts()).as("seed %d", seed).isEqualTo(fresh.counts());
  }
}
