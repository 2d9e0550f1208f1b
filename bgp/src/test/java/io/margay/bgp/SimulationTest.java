package io.margay.bgp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/// After whatever has happened, once it is quiet, every speaker has what [TableOracle] says.
///
/// `-Dmargay.simulation.seeds=N` runs N simulations, `-Dmargay.simulation.seed=S` the one of a
/// failure; both with `-Dtest=SimulationTest`.
class SimulationTest {

  private static final long FIRST_SEED = 1;

  @Test
  void afterQuietEveryTableIsWhatItShouldBe() {
    Long single = Long.getLong("margay.simulation.seed");
    long count = Long.getLong("margay.simulation.seeds", 2000);
    LongStream seeds =
        single == null ? LongStream.range(FIRST_SEED, FIRST_SEED + count) : LongStream.of(single);
    seeds.forEach(SimulationTest::simulate);
  }

  private static void simulate(long seed) {
    String again = "seed %d; again with -Dmargay.simulation.seed=%d".formatted(seed, seed);
    Simulation simulation = new Simulation(seed);
    try {
      simulation.run();
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError(again + "\n" + simulation, e);
    }
    assertThat(simulation.tables())
        .as("%s%n%s", again, simulation)
        .isEqualTo(simulation.expected());
  }

  /// Empty tables would always be equal, and a kind that no seed chooses would never be wrong.
  @Test
  void theSeedsHaveRoutesToCompareInNetworksOfEachKind() {
    Set<String> kinds = new TreeSet<>();
    for (long seed = FIRST_SEED; seed < FIRST_SEED + 30; seed++) {
      Simulation simulation = new Simulation(seed);
      simulation.run();
      if (simulation.expected().values().stream().anyMatch(table -> table.size() > 1)) {
        kinds.add(simulation.kind().name());
      }
    }
    assertThat(kinds).containsExactly("FABRIC", "MESH", "REFLECTED");
  }

  @Test
  void theSameSeedIsTheSameStory() {
    Simulation one = new Simulation(5);
    Simulation other = new Simulation(5);
    one.run();
    other.run();
    assertThat(one).hasToString(other.toString());
    assertThat(one.tables()).isEqualTo(other.tables());
  }
}
