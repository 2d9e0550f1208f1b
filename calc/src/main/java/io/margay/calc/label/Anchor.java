package io.margay.calc.label;

import io.margay.model.selector.Expression;
import io.margay.model.selector.Expression.All;
import io.margay.model.selector.Expression.And;
import io.margay.model.selector.Expression.HasLabel;
import io.margay.model.selector.Expression.LabelEquals;
import io.margay.model.selector.Expression.LabelIn;
import io.margay.model.selector.Expression.LabelNotEquals;
import io.margay.model.selector.Expression.LabelNotIn;
import io.margay.model.selector.Expression.Not;
import io.margay.model.selector.Expression.Or;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A label, perhaps with its value, that an item must have to match at all.
///
/// | Selector | Anchors |
/// |---|---|
/// | `a == "x"` | a=x |
/// | `a in {"x", "y"} && has(b)` | a=x or a=y |
/// | `has(a) && b != "x"` | a, whatever its value |
/// | `a == "x" \|\| b == "y"` | a=x or b=y |
/// | `a in {}` | none: nothing matches |
/// | `a != "x"`, `!has(a)`, `all()` | not known: anything may match |
///
/// Anchors are necessary, not sufficient: what they find must still be tried.
///
/// @param value null for any value
public record Anchor(String label, @Nullable String value) {

  /// Exact values find fewer items than presence does, and few anchors fewer than many.
  private static final Comparator<Set<Anchor>> NARROWEST_FIRST =
      Comparator.<Set<Anchor>>comparingLong(
              anchors -> anchors.stream().filter(anchor -> anchor.value == null).count())
          .thenComparingInt(Set::size);

  static Anchor present(String label) {
    return new Anchor(label, null);
  }

  /// The anchors of which every item that the selector matches has one; nothing if unknown.
  static Optional<Set<Anchor>> allOf(Expression selector) {
    return allOf(selector, false);
  }

  /// A negation is carried inwards (De Morgan), to where it turns `!=` into `==`.
  private static Optional<Set<Anchor>> allOf(Expression expression, boolean negated) {
    return switch (expression) {
      case HasLabel(String label) ->
          negated ? Optional.empty() : Optional.of(Set.of(present(label)));
      case LabelEquals(String label, String value) ->
          negated ? Optional.empty() : Optional.of(Set.of(new Anchor(label, value)));
      case LabelNotEquals(String label, String value) ->
          negated ? Optional.of(Set.of(new Anchor(label, value))) : Optional.empty();
      case LabelIn(String label, Set<String> values) ->
          negated ? Optional.empty() : Optional.of(oneOf(label, values));
      case LabelNotIn(String label, Set<String> values) ->
          negated ? Optional.of(oneOf(label, values)) : Optional.empty();
      case All() -> negated ? Optional.of(Set.of()) : Optional.empty();
      case Not(Expression operand) -> allOf(operand, !negated);
      case And(List<Expression> operands) ->
          negated ? ofAnyOperand(operands, true) : ofNarrowestOperand(operands, false);
      case Or(List<Expression> operands) ->
          negated ? ofNarrowestOperand(operands, true) : ofAnyOperand(operands, false);
    };
  }

  private static Set<Anchor> oneOf(String label, Collection<String> values) {
    return values.stream()
        .map(value -> new Anchor(label, value))
        .collect(Collectors.toUnmodifiableSet());
  }

  /// All operands must hold, so the anchors of one will do.
  private static Optional<Set<Anchor>> ofNarrowestOperand(
      List<Expression> operands, boolean negated) {
    return operands.stream()
        .flatMap(operand -> allOf(operand, negated).stream())
        .min(NARROWEST_FIRST);
  }

  /// Any operand may hold, so all their anchors are needed.
  private static Optional<Set<Anchor>> ofAnyOperand(List<Expression> operands, boolean negated) {
    Set<Anchor> anchors = new HashSet<>();
    for (Expression operand : operands) {
      Optional<Set<Anchor>> ofOperand = allOf(operand, negated);
      if (ofOperand.isEmpty()) {
        return Optional.empty();
      }
      anchors.addAll(ofOperand.get());
    }
    return Optional.of(Set.copyOf(anchors));
  }
}
