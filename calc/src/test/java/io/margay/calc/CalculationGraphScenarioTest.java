package io.margay.calc;

import io.margay.calc.Scenario.Delivery;
import io.margay.calc.Scenario.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Every scenario, on every path through its worlds, told in every way.
class CalculationGraphScenarioTest {

  @ParameterizedTest(name = "{0}, {1}, {2}")
  @MethodSource("everyWay")
  void holdsWhatTheWorldAsksForWhateverCameBefore(Scenario scenario, Path path, Delivery delivery) {
    scenario.run(path, delivery);
  }

  static Stream<Arguments> everyWay() {
    return Stream.of(SeedTenant.all(), PolicyScenarios.all(), EndpointScenarios.all())
        .flatMap(scenarios -> scenarios)
        .flatMap(scenario ->
            Stream.of(Path.values())
                .flatMap(path ->
                    Stream.of(Delivery.values())
                        .map(delivery -> Arguments.of(scenario, path, delivery))));
  }
}
