package io.margay.calc.label;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.model.selector.Selector;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AnchorTest {

  private static final Anchor A_X = new Anchor("a", "x");
  private static final Anchor A_Y = new Anchor("a", "y");
  private static final Anchor B_X = new Anchor("b", "x");
  private static final Anchor HAS_A = new Anchor("a", null);
  private static final Anchor HAS_B = new Anchor("b", null);

  private static void assertAnchors(String selector, Anchor... anchors) {
    assertThat(Anchor.allOf(Selector.parse(selector).root()))
        .as(selector)
        .contains(Set.of(anchors));
  }

  private static void assertNoAnchors(String selector) {
    assertThat(Anchor.allOf(Selector.parse(selector).root())).as(selector).isEmpty();
  }

  @Test
  void aComparisonIsAnchoredAtItsValues() {
    assertAnchors("a == 'x'", A_X);
    assertAnchors("a in {'x', 'y'}", A_X, A_Y);
    assertAnchors("has(a)", HAS_A);
  }

  @Test
  void whatMatchesWithoutTheLabelHasNoAnchor() {
    assertNoAnchors("a != 'x'");
    assertNoAnchors("a not in {'x'}");
    assertNoAnchors("!has(a)");
    assertNoAnchors("all()");
    assertNoAnchors("");
  }

  @Test
  void aConjunctionIsAnchoredAtItsNarrowestOperand() {
    assertAnchors("has(b) && a == 'x'", A_X);
    assertAnchors("b != 'x' && has(a)", HAS_A);
    assertAnchors("a in {'x', 'y'} && b == 'x'", B_X);
    assertAnchors("a in {'x', 'y'} && has(b)", A_X, A_Y);
    assertNoAnchors("a != 'x' && b != 'x'");
  }

  @Test
  void aDisjunctionIsAnchoredAtAllItsOperandsOrNotAtAll() {
    assertAnchors("a == 'x' || has(b)", A_X, HAS_B);
    assertNoAnchors("a == 'x' || !has(b)");
  }

  @Test
  void aNegationIsCarriedInwards() {
    assertAnchors("!(a != 'x')", A_X);
    assertAnchors("!(a not in {'x', 'y'})", A_X, A_Y);
    assertAnchors("!(!has(a) || b == 'x')", HAS_A);
    assertAnchors("!(a != 'x' && b != 'x')", A_X, B_X);
    assertNoAnchors("!(a == 'x')");
    assertNoAnchors("!(a != 'x' && b == 'x')");
  }

  @Test
  void whatNeverMatchesIsAnchoredNowhere() {
    assertAnchors("a in {}");
    assertAnchors("!all()");
    assertAnchors("a in {} && b == 'x'");
    assertAnchors("a in {} || b == 'x'", B_X);
  }
}
