package io.margay.calicoctl.template;

import java.util.List;
import java.util.function.UnaryOperator;

/// A template, read once, that can be run over values.
public final class GoTemplate {

  private final List<Element> elements;

  private GoTemplate(List<Element> elements) {
    this.elements = elements;
  }

  /// @throws TemplateException if it cannot be read
  public static GoTemplate parse(String text) throws TemplateException {
    return new GoTemplate(Parser.parse(text));
  }

  /// The text it makes of a value.
  ///
  /// @param settings what the function `config` answers; an [IllegalArgumentException] of it
  ///   becomes a [TemplateException]
  /// @throws TemplateException if the value has not what the template asks for
  public String execute(Value data, UnaryOperator<String> settings) throws TemplateException {
    return new Evaluator(new Functions(settings), data).run(elements);
  }
}
