package io.margay.calicoctl.template;

import io.margay.calicoctl.template.TemplateException.Position;
import java.util.List;

/// A part of a template that has been read.
sealed interface Element {

  /// Printed as it is.
  record Plain(String text) implements Element {}

  /// `{{pipeline}}`.
  record Output(Pipeline pipeline) implements Element {}

  record If(Pipeline condition, List<Element> then, List<Element> otherwise) implements Element {}

  record With(Pipeline subject, List<Element> then, List<Element> otherwise) implements Element {}

  record Range(Pipeline subject, List<Element> each, List<Element> otherwise) implements Element {}

  /// Commands, each given the result of the one before as its last argument.
  ///
  /// @param variables what takes the result, without their dollar: none, one, or (in `range`) two
  /// @param declares whether `:=` makes the variables, rather than `=` changing them
  record Pipeline(List<String> variables, boolean declares, List<Command> commands) {}

  /// A value, or a function and its arguments.
  record Command(List<Operand> words) {}

  sealed interface Operand {
    Position position();
  }

  /// `.`
  record Dot(Position position) implements Operand {}

  /// `base.Name.Name`
  record Fields(Operand base, List<Token> names) implements Operand {
    @Override
    public Position position() {
      return base.position();
    }
  }

  record Variable(String name, Position position) implements Operand {}

  record Literal(Value value, Position position) implements Operand {}

  record Function(String name, Position position) implements Operand {}

  record Parenthesised(Pipeline pipeline, Position position) implements Operand {}
}
