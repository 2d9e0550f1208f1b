package io.margay.calc.label;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.model.selector.Selector;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class LabelIndexTest {

  private static final Map<String, String> X = Map.of("a", "x");
  private static final Map<String, String> Y = Map.of("a", "y");
  private static final Map<String, String> NONE = Map.of();

  /// Pairs as `criterion item`; a pair must stop before it can start again.
  private final Set<String> matches = new TreeSet<>();

  private int events;

  private final LabelIndex<String, String> index =
      new LabelIndex<>(
          new LabelIndex.Listener<>() {
            @Override
            public void matchStarted(String criterion, String item) {
              events++;
              assertThat(matches.add(criterion + " " + item)).isTrue();
            }

            @Override
            public void matchStopped(String criterion, String item) {
              events++;
              assertThat(matches.remove(criterion + " " + item)).isTrue();
            }
          });

  private void select(String id, String selector) {
    index.setCriterion(id, new Criterion.BySelector(Selector.parse(selector)));
  }

  @Test
  void aNewCriterionFindsTheItemsThatAreThere() {
    index.setItem("ix", X, List.of());
    index.setItem("iy", Y, List.of());
    index.setItem("i", NONE, List.of());
    select("is-x", "a == 'x'");
    select("has", "has(a)");
    select("not-x", "a != 'x'");
    select("never", "a in {}");
    assertThat(matches).containsExactly("has ix", "has iy", "is-x ix", "not-x i", "not-x iy");
  }

  @Test
  void aNewItemFindsTheCriteriaThatAreThere() {
    select("is-x", "a == 'x'");
    select("has", "has(a)");
    select("not-x", "a != 'x'");
    index.setItem("ix", X, List.of());
    index.setItem("i", NONE, List.of());
    assertThat(matches).containsExactly("has ix", "is-x ix", "not-x i");
    assertThat(index.criteriaMatchedBy("ix")).containsExactlyInAnyOrder("has", "is-x");
  }

  @Test
  void itemsAreFoundThroughTheirParents() {
    index.setItem("child", NONE, List.of("p"));
    select("is-x", "a == 'x'");
    assertThat(matches).isEmpty();
    index.setParent("p", X, List.of());
    assertThat(matches).containsExactly("is-x child");
    select("has", "has(a)");
    assertThat(matches).containsExactly("has child", "is-x child");
    index.removeParent("p");
    assertThat(matches).isEmpty();
  }

  @Test
  void aTagIsAnEmptyLabelWhereNoLabelIs() {
    index.setParent("p", NONE, List.of("a"));
    index.setItem("plain", NONE, List.of("p"));
    index.setItem("own", X, List.of("p"));
    select("empty", "a == ''");
    select("is-x", "a == 'x'");
    assertThat(matches).containsExactly("empty plain", "is-x own");
  }

  @Test
  void aTagIsHadThroughAParentOnly() {
    index.setParent("p", NONE, List.of("a"));
    index.setItem("child", X, List.of("p"));
    index.setItem("labelled", Map.of("a", ""), List.of());
    index.setCriterion("tagged", new Criterion.ByTag("a"));
    assertThat(matches).containsExactly("tagged child");
    index.setItem("labelled", Map.of("a", ""), List.of("p"));
    index.setItem("child", X, List.of());
    assertThat(matches).containsExactly("tagged labelled");
  }

  @Test
  void aChangedCriterionKeepsTheMatchesThatItStillHas() {
    index.setItem("ix", X, List.of());
    index.setItem("iy", Y, List.of());
    select("c", "a == 'x'");
    events = 0;
    select("c", "has(a)");
    assertThat(matches).containsExactly("c ix", "c iy");
    assertThat(events).isEqualTo(1);
  }

  @Test
  void whatIsRemovedStopsToMatch() {
    index.setItem("i1", X, List.of("p"));
    index.setItem("i2", X, List.of("p"));
    select("c1", "a == 'x'");
    select("c2", "all()");
    index.removeItem("i1");
    assertThat(matches).containsExactly("c1 i2", "c2 i2");
    index.removeCriterion("c1");
    assertThat(matches).containsExactly("c2 i2");
    assertThat(index.isMatched("c2")).isTrue();
    index.removeItem("i2");
    assertThat(matches).isEmpty();
    assertThat(index.isMatched("c2")).isFalse();
    assertThat(index.itemCount()).isZero();
    assertThat(index.criterionCount()).isEqualTo(1);
  }

  @Test
  void whatIsSaidAgainOrConcernsNobodyIsNotAnEvent() {
    index.setParent("p", X, List.of());
    index.setItem("i", NONE, List.of("p"));
    select("c", "a == 'x'");
    events = 0;
    index.setItem("i", NONE, List.of("p"));
    index.setParent("p", X, List.of());
    index.setParent("stranger", Y, List.of());
    select("c", "a == \"x\"");
    index.removeItem("nobody");
    index.removeCriterion("nothing");
    index.removeParent("nowhere");
    assertThat(events).isZero();
    assertThat(matches).containsExactly("c i");
  }

  @Test
  void aParentIsForgottenOnceNobodyNamesItAndNothingIsKnownOfIt() {
    index.setItem("i", NONE, List.of("named", "both"));
    index.setParent("known", X, List.of());
    index.setParent("both", X, List.of());
    assertThat(index.parentCount()).isEqualTo(3);
    index.removeParent("known");
    index.removeParent("both");
    assertThat(index.parentCount()).isEqualTo(2);
    index.setItem("i", NONE, List.of("both"));
    assertThat(index.parentCount()).isEqualTo(1);
    index.removeItem("i");
    assertThat(index.parentCount()).isZero();
  }
}
