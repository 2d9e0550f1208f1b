package io.margay.model.selector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What holds for selectors nobody thought of. A failure names its seed.
class SelectorPropertyTest {

  private static final List<String> LABELS =
      List.of("a", "b-c", "x/y", "in_x", "not-in", "has", "all", "p.q/r_s.t");
  private static final List<String> VALUES =
      List.of("", "x", "it's", "a \"word\"", "&& || !", "\uFF5E", "\uD83D\uDE00", "line\nbreak");

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void canonicalTextReadsBackAsTheSameSelector(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 2000; i++) {
      Expression expression = expression(random, 4);
      Selector selector = Selector.of(expression);
      Selector again = Selector.parse(selector.canonical());
      assertThat(again.root()).as("seed %d: %s", seed, selector).isEqualTo(expression);
      assertThat(again.uniqueId()).isEqualTo(selector.uniqueId());
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13})
  void deMorganHoldsWhateverTheLabels(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 2000; i++) {
      Expression left = expression(random, 2);
      Expression right = expression(random, 2);
      Selector notBoth = Selector.parse("!(" + left + " && " + right + ")");
      Selector eitherNot = Selector.parse("!(" + left + ") || !(" + right + ")");
      Map<String, String> labels = labels(random);
      assertThat(notBoth.matches(labels))
          .as("seed %d: %s with %s", seed, notBoth, labels)
          .isEqualTo(eitherNot.matches(labels));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {21, 22, 23})
  void garbledTextIsEitherASelectorOrASyntaxError(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 5000; i++) {
      StringBuilder text = new StringBuilder(expression(random, 3).toString());
      for (int changes = random.nextInt(1, 4); changes > 0; changes--) {
        int at = random.nextInt(text.length());
        switch (random.nextInt(3)) {
          case 0 -> text.deleteCharAt(at).append(' ');
          case 1 -> text.insert(at, "(){}!&|='\"\n inhas".charAt(random.nextInt(17)));
          default -> text.setLength(at + 1);
        }
      }
      assertThatNoException()
          .as("seed %d: %s", seed, text)
          .isThrownBy(() -> parsesOrSaysWhere(text.toString()));
    }
  }

  private static void parsesOrSaysWhere(String text) {
    try {
      Selector.parse(text);
    } catch (SelectorSyntaxException e) {
      assertThat(e.position()).isBetween(0, text.length());
      assertThat(e.text()).isEqualTo(text);
    }
  }

  /// A tree as the parser can make it: `!` never directly below `!`.
  private static Expression expression(Random random, int depth) {
    int choice = random.nextInt(depth == 0 ? 6 : 9);
    String label = pick(random, LABELS);
    return switch (choice) {
      case 0 -> new Expression.HasLabel(label);
      case 1 -> new Expression.LabelEquals(label, value(random));
      case 2 -> new Expression.LabelNotEquals(label, value(random));
      case 3 -> new Expression.LabelIn(label, values(random));
      case 4 -> new Expression.LabelNotIn(label, values(random));
      case 5 -> new Expression.All();
      case 6 -> {
        Expression operand = expression(random, depth - 1);
        yield operand instanceof Expression.Not ? operand : new Expression.Not(operand);
      }
      case 7 -> new Expression.And(several(random, () -> expression(random, depth - 1)));
      default -> new Expression.Or(several(random, () -> expression(random, depth - 1)));
    };
  }

  private static <T> List<T> several(Random random, Supplier<T> source) {
    return Stream.generate(source).limit(random.nextInt(2, 5)).toList();
  }

  private static Set<String> values(Random random) {
    Set<String> values = new LinkedHashSet<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      values.add(value(random));
    }
    return values;
  }

  private static Map<String, String> labels(Random random) {
    Map<String, String> labels = new LinkedHashMap<>();
    for (int i = random.nextInt(5); i > 0; i--) {
      labels.put(pick(random, LABELS), value(random));
    }
    return labels;
  }

  private static String value(Random random) {
    return pick(random, VALUES);
  }

  private static String pick(Random random, List<String> from) {
    return from.get(random.nextInt(from.size()));
  }
}
