package io.margay.bench.reflection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class ResultTableTest {

  private static Measurement measurement(double first, double rest) {
    return new Measurement(first, rest, rest, rest, rest, rest, rest, rest, rest);
  }

  @Test
  void theBestOfACaseIsBoldAndWhatIsMissingIsADash() {
    ResultTable table = new ResultTable();
    BenchCase some = BenchCase.parse("100x250");
    table.add(some, Daemon.MARGAY, measurement(0.0712, 12.34));
    table.add(some, Daemon.BIRD2, measurement(Double.NaN, 123.4));
    assertThat(table.toString().lines().skip(2))
        .containsExactly(
            "| 100 x 250 | Margay | **0.071** |" + " **12.3** |".repeat(8),
            "|  | BIRD 2 | - |" + " 123 |".repeat(8));
  }

  @Test
  void medianTakesTheMiddleOfEachFigure() {
    assertThat(
            Measurement.median(List.of(measurement(3, 10), measurement(1, 30), measurement(2, 20))))
        .isEqualTo(measurement(2, 20));
  }

  @Test
  void casesAreClientsAndPrefixes() {
    assertThat(BenchCase.parse("200x250")).isEqualTo(new BenchCase(200, 250));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BenchCase.parse("200"))
        .withMessageContaining("expected clients and prefixes of each as in 200x250");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BenchCase.parse("1x10"))
        .withMessageContaining("expected 2-5000 clients");
  }
}
