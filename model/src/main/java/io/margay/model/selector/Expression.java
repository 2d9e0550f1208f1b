package io.margay.model.selector;

import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// A selector as a tree, for those who look inside: an index by label can tell from it which
/// endpoints a selector can match at all. Its text form is the canonical one.
public sealed interface Expression {

  /// True wherever the label is, whatever its value.
  record HasLabel(String label) implements Expression {
    @Override
    public String toString() {
      return "has(" + label + ")";
    }
  }

  record LabelEquals(String label, String value) implements Expression {
    @Override
    public String toString() {
      return label + " == " + quoted(value);
    }
  }

  /// True also where the label is absent.
  record LabelNotEquals(String label, String value) implements Expression {
    @Override
    public String toString() {
      return label + " != " + quoted(value);
    }
  }

  /// @param values in the order of their UTF-8 bytes; empty never matches
  record LabelIn(String label, Set<String> values) implements Expression {
    public LabelIn {
      values = sorted(values);
    }

    @Override
    public String toString() {
      return label + " in " + braced(values);
    }
  }

  /// True also where the label is absent.
  ///
  /// @param values in the order of their UTF-8 bytes; empty always matches
  record LabelNotIn(String label, Set<String> values) implements Expression {
    public LabelNotIn {
      values = sorted(values);
    }

    @Override
    public String toString() {
      return label + " not in " + braced(values);
    }
  }

  /// True of everything, also of what has no label at all.
  record All() implements Expression {
    @Override
    public String toString() {
      return "all()";
    }
  }

  record Not(Expression operand) implements Expression {
    @Override
    public String toString() {
      return "!" + operand;
    }
  }

  /// @param operands two or more, in the order written
  record And(List<Expression> operands) implements Expression {
    public And {
      operands = chain(operands);
    }

    @Override
    public String toString() {
      return parenthesised(operands, " && ");
    }
  }

  /// @param operands two or more, in the order written
  record Or(List<Expression> operands) implements Expression {
    public Or {
      operands = chain(operands);
    }

    @Override
    public String toString() {
      return parenthesised(operands, " || ");
    }
  }

  /// Whether labels satisfy this.
  default boolean matches(Selector.LabelSource labels) {
    return switch (this) {
      case HasLabel(String label) -> labels.value(label) != null;
      case LabelEquals(String label, String value) -> value.equals(labels.value(label));
      case LabelNotEquals(String label, String value) -> !value.equals(labels.value(label));
      case LabelIn in -> {
        String value = labels.value(in.label);
        yield value != null && in.values.contains(value);
      }
      case LabelNotIn notIn -> {
        String value = labels.value(notIn.label);
        yield value == null || !notIn.values.contains(value);
      }
      case All() -> true;
      case Not(Expression operand) -> !operand.matches(labels);
      case And(List<Expression> operands) -> operands.stream().allMatch(o -> o.matches(labels));
      case Or(List<Expression> operands) -> operands.stream().anyMatch(o -> o.matches(labels));
    };
  }

  private static List<Expression> chain(List<Expression> operands) {
    if (operands.size() < 2) {
      throw new IllegalArgumentException("a chain has two operands or more, not " + operands);
    }
    return List.copyOf(operands);
  }

  /// UTF-8 sorts like code points. [String#compareTo] does not: it puts U+1F600, whose first half
  /// is U+D83D, before U+FF5E.
  private static Set<String> sorted(Collection<String> values) {
    Comparator<String> byCodePoint =
        (a, b) -> {
          int at = 0;
          while (at < a.length() && at < b.length()) {
            int left = a.codePointAt(at);
            int right = b.codePointAt(at);
            if (left != right) {
              return Integer.compare(left, right);
            }
            at += Character.charCount(left);
          }
          return Integer.compare(a.length(), b.length());
        };
    return Collections.unmodifiableSet(
        new LinkedHashSet<>(values.stream().sorted(byCodePoint).toList()));
  }

  private static String parenthesised(List<Expression> operands, String operator) {
    return "(" + String.join(operator, operands.stream().map(Expression::toString).toList()) + ")";
  }

  private static String braced(Set<String> values) {
    return "{" + String.join(", ", values.stream().map(Expression::quoted).toList()) + "}";
  }

  private static String quoted(String value) {
    return value.indexOf('"') < 0 ? '"' + value + '"' : "'" + value + "'";
  }
}
