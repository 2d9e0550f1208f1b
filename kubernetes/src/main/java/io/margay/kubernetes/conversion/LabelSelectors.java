package io.margay.kubernetes.conversion;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import io.margay.model.Names;
import io.margay.model.selector.Expression;
import io.margay.model.selector.Selector;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/// Label selectors of Kubernetes as selector expressions. Both mean the same: `NotIn` and
/// `DoesNotExist` also hold where the label is absent.
final class LabelSelectors {

  private LabelSelectors() {}

  /// The terms that must all hold, sorted, so that equal selectors give equal text. None for an
  /// empty selector, which selects everything in its scope.
  ///
  /// @param label what a label is called with us
  static List<Expression> terms(LabelSelector selector, UnaryOperator<String> label)
      throws InconvertibleException {
    List<Expression> terms = new ArrayList<>();
    Map<String, String> labels = selector.getMatchLabels();
    if (labels != null) {
      for (var entry : new TreeMap<>(labels).entrySet()) {
        terms.add(
            new Expression.LabelEquals(
                key(label.apply(entry.getKey())), value(entry.getKey(), entry.getValue())));
      }
    }
    List<LabelSelectorRequirement> requirements = selector.getMatchExpressions();
    if (requirements != null) {
      List<Expression> converted = new ArrayList<>();
      for (LabelSelectorRequirement requirement : requirements) {
        converted.add(term(requirement, label));
      }
      converted.sort(Comparator.comparing(Expression::toString));
      terms.addAll(converted);
    }
    return terms;
  }

  /// The text of a selector for which all terms hold.
  ///
  /// @param terms at least one
  static String text(List<Expression> terms) {
    return Selector.of(terms.size() == 1 ? terms.getFirst() : new Expression.And(terms))
        .canonical();
  }

  private static Expression term(LabelSelectorRequirement requirement, UnaryOperator<String> label)
      throws InconvertibleException {
    String key = key(label.apply(requirement.getKey()));
    return switch (requirement.getOperator()) {
      case "In" -> new Expression.LabelIn(key, values(requirement));
      case "NotIn" -> new Expression.LabelNotIn(key, values(requirement));
      case "Exists" -> new Expression.HasLabel(key);
      case "DoesNotExist" -> new Expression.Not(new Expression.HasLabel(key));
      case null, default ->
          throw new InconvertibleException(
              "operator '%s' of label '%s'; expected In, NotIn, Exists or DoesNotExist"
                  .formatted(requirement.getOperator(), requirement.getKey()));
    };
  }

  private static Set<String> values(LabelSelectorRequirement requirement)
      throws InconvertibleException {
    List<String> values = requirement.getValues();
    if (values == null || values.isEmpty()) {
      throw new InconvertibleException(
          "operator %s of label '%s' has no values"
              .formatted(requirement.getOperator(), requirement.getKey()));
    }
    for (String value : values) {
      value(requirement.getKey(), value);
    }
    return Set.copyOf(values);
  }

  // The API server lets no other keys and values in; but unchecked text would become part of a
  // selector, which could then select more than was meant.

  private static String key(String key) throws InconvertibleException {
    if (!Names.isLabelKey(key)) {
      throw new InconvertibleException("'" + key + "' is no label");
    }
    return key;
  }

  private static String value(String key, String value) throws InconvertibleException {
    if (!Names.isLabelValue(value)) {
      throw new InconvertibleException(
          "label '%s' cannot have the value '%s'".formatted(key, value));
    }
    return value;
  }
}
