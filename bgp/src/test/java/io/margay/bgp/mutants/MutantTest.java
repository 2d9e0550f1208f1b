package io.margay.bgp.mutants;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/// Tests are worth what they notice: each mistake of `mutants.txt` is made in a copy of the code,
/// and every test that is said to notice it has to fail.
class MutantTest {

  private static final String PACKAGE = "io.margay.bgp.";
  private static final String SEEDS = "margay.simulation.seeds";

  /// Enough for every mistake that simulations can notice at all; the first one ends them.
  private static final int MANY_SEEDS = 400;

  private static final int FEW_SEEDS = 20;

  static Stream<Mutant> eachTestNoticesTheMistake() {
    return Mutant.all().stream();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void eachTestNoticesTheMistake(Mutant mutant, @TempDir Path directory)
      throws IOException, ClassNotFoundException {
    try (MutantLoader loader = MutantLoader.of(mutant, directory)) {
      for (String test : mutant.tests()) {
        assertThat(run(test, MANY_SEEDS, loader).getTotalFailureCount())
            .as("failures of %s, where %s", test, mutant)
            .isPositive();
      }
    }
  }

  /// If tests failed for being run in this way, all mistakes would seem to be noticed.
  @Test
  void withoutAMistakeAllOfThemPass() throws IOException, ClassNotFoundException {
    TreeSet<String> tests = new TreeSet<>();
    Mutant.all().forEach(mutant -> tests.addAll(mutant.tests()));
    try (MutantLoader loader = MutantLoader.unchanged()) {
      for (String test : tests) {
        TestExecutionSummary summary = run(test, FEW_SEEDS, loader);
        assertThat(summary.getFailures()).as(test).isEmpty();
        assertThat(summary.getTestsSucceededCount()).as(test).isPositive();
      }
    }
  }

  private static TestExecutionSummary run(String test, int seeds, MutantLoader loader)
      throws ClassNotFoundException {
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request().selectors(selector(test, loader)).build();
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    String before = System.setProperty(SEEDS, String.valueOf(seeds));
    try {
      LauncherFactory.create().execute(request, listener);
    } finally {
      if (before == null) {
        System.clearProperty(SEEDS);
      } else {
        System.setProperty(SEEDS, before);
      }
    }
    return listener.getSummary();
  }

  /// A class of tests, or one of its methods.
  private static DiscoverySelector selector(String test, MutantLoader loader)
      throws ClassNotFoundException {
    int last = test.lastIndexOf('.') + 1;
    if (Character.isUpperCase(test.charAt(last))) {
      return selectClass(Class.forName(PACKAGE + test, false, loader));
    }
    Class<?> tests = Class.forName(PACKAGE + test.substring(0, last - 1), false, loader);
    String name = test.substring(last);
    Method method =
        Stream.of(tests.getDeclaredMethods())
            .filter(each -> each.getName().equals(name) && !Modifier.isStatic(each.getModifiers()))
            .findFirst()
            .orElseThrow();
    return selectMethod(tests, method);
  }
}
