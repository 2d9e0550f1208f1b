package io.margay.calicoctl.template;

import io.margay.calicoctl.template.Element.Operand;
import io.margay.calicoctl.template.Element.Pipeline;
import io.margay.calicoctl.template.TemplateException.Position;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Runs a template over a value.
final class Evaluator {

  private final Functions functions;
  private final StringBuilder out = new StringBuilder();
  private Scope scope;

  Evaluator(Functions functions, Value data) {
    this.functions = functions;
    this.scope = new Scope("", data, null);
  }

  String run(List<Element> elements) throws TemplateException {
    Value root = scope.value;
    render(elements, root);
    return out.toString();
  }

  private void render(List<Element> elements, Value dot) throws TemplateException {
    for (Element element : elements) {
      switch (element) {
        case Element.Plain(String text) -> out.append(text);
        case Element.Output(Pipeline pipeline) -> {
          // A declaration outside of any block holds until the end of the block it is in.
          Value value = evaluate(pipeline, dot);
          if (pipeline.variables().isEmpty()) {
            out.append(value.print());
          }
        }
        case Element.If(var condition, var then, var otherwise) ->
            inScope(() -> render(evaluate(condition, dot).isTrue() ? then : otherwise, dot));
        case Element.With(var subject, var then, var otherwise) ->
            inScope(() -> {
              Value value = evaluate(subject, dot);
              render(value.isTrue() ? then : otherwise, value.isTrue() ? value : dot);
            });
        case Element.Range range -> inScope(() -> render(range, dot));
      }
    }
  }

  private interface Step {
    void run() throws TemplateException;
  }

  private void inScope(Step step) throws TemplateException {
    Scope outside = scope;
    step.run();
    scope = outside;
  }

  private void render(Element.Range range, Value dot) throws TemplateException {
    Value subject = value(range.subject(), dot);
    List<Value> keys = new ArrayList<>();
    List<Value> values = new ArrayList<>();
    switch (subject) {
      case Value.Items(List<Value> items) -> {
        for (int i = 0; i < items.size(); i++) {
          keys.add(new Value.Int(i));
          values.add(items.get(i));
        }
      }
      case Value.Dictionary(var entries) -> {
        for (var entry : entries.entrySet()) {
          keys.add(new Value.Text(entry.getKey()));
          values.add(entry.getValue());
        }
      }
      case Value.Nil _, Value.Absent _ -> {}
      case Value.Text _, Value.Int _, Value.Decimal _, Value.Bool _, Value.Struct _ ->
          throw new TemplateException(
              position(range.subject()),
              "range can't iterate over " + subject.print() + " (" + subject.typeName() + ")");
    }
    if (values.isEmpty()) {
      render(range.otherwise(), dot);
    }
    for (int i = 0; i < values.size(); i++) {
      Value key = keys.get(i);
      Value value = values.get(i);
      inScope(() -> {
        bind(range.subject(), key, value);
        render(range.each(), value);
      });
    }
  }

  /// With one variable a range gives the element, with two the index or key and the element.
  private void bind(Pipeline subject, Value key, Value value) {
    List<String> names = subject.variables();
    if (names.size() == 2) {
      assign(names.get(0), key, subject.declares());
    }
    if (!names.isEmpty()) {
      assign(names.getLast(), value, subject.declares());
    }
  }

  private Value evaluate(Pipeline pipeline, Value dot) throws TemplateException {
    Value value = value(pipeline, dot);
    for (String name : pipeline.variables()) {
      assign(name, value, pipeline.declares());
    }
    return value;
  }

  private void assign(String name, Value value, boolean declares) {
    if (declares) {
      scope = new Scope(name, value, scope);
    } else {
      scope.find(name).value = value;
    }
  }

  private Value value(Pipeline pipeline, Value dot) throws TemplateException {
    Value value = null;
    for (Element.Command command : pipeline.commands()) {
      value = value(command, value, dot);
    }
    return value == null ? new Value.Nil() : value;
  }

  private Value value(Element.Command command, @Nullable Value piped, Value dot)
      throws TemplateException {
    Operand first = command.words().getFirst();
    if (!(first instanceof Element.Function(String name, Position position))) {
      if (piped != null) {
        throw new TemplateException(first.position(), "only a function can take a piped value");
      }
      return value(first, dot);
    }
    List<Value> arguments = new ArrayList<>();
    for (Operand word : command.words().subList(1, command.words().size())) {
      Value argument = value(word, dot);
      arguments.add(argument);
      if (Functions.isDecided(name, argument)) {
        // What follows may only make sense if this did not decide: and .Spec.BGP .Spec.BGP.ASNumber
        return argument;
      }
    }
    if (piped != null) {
      arguments.add(piped);
    }
    return functions.call(name, arguments, position);
  }

  private Value value(Operand operand, Value dot) throws TemplateException {
    return switch (operand) {
      case Element.Dot _ -> dot;
      case Element.Variable(String name, _) -> scope.find(name).value;
      case Element.Literal(Value value, _) -> value;
      case Element.Function(String name, Position position) ->
          functions.call(name, List.of(), position);
      case Element.Parenthesised(Pipeline pipeline, _) -> evaluate(pipeline, dot);
      case Element.Fields(Operand base, List<Token> names) -> {
        Value value = value(base, dot);
        for (Token name : names) {
          value = field(value, name);
        }
        yield value;
      }
    };
  }

  private static Value field(Value value, Token name) throws TemplateException {
    return switch (value) {
      case Value.Struct(String type, var fields) -> {
        Value field = fields.get(name.text());
        if (field == null) {
          throw new TemplateException(
              name.position(),
              "can't evaluate field "
                  + name.text()
                  + " in type "
                  + type
                  + ", which has "
                  + String.join(", ", fields.keySet()));
        }
        yield field;
      }
      case Value.Dictionary(var entries) -> entries.getOrDefault(name.text(), new Value.Absent());
      case Value.Nil _, Value.Absent _ ->
          throw new TemplateException(
              name.position(),
              "nil pointer evaluating field "
                  + name.text()
                  + ": what comes before it is not set; ask with {{if}} or {{with}} first");
      case Value.Text _, Value.Int _, Value.Decimal _, Value.Bool _, Value.Items _ ->
          throw new TemplateException(
              name.position(),
              "can't evaluate field " + name.text() + " in type " + value.typeName());
    };
  }

  private static Position position(Pipeline pipeline) {
    return pipeline.commands().getFirst().words().getFirst().position();
  }

  /// A variable, and those that were there before it. The root is `$`.
  private static final class Scope {
    private final String name;
    private Value value;
    private final @Nullable Scope outer;

    Scope(String name, Value value, @Nullable Scope outer) {
      this.name = name;
      this.value = value;
      this.outer = outer;
    }

    Scope find(String wanted) {
      for (Scope scope = this; scope != null; scope = scope.outer) {
        if (scope.name.equals(wanted)) {
          return scope;
        }
      }
      throw new IllegalStateException("the parser let $" + wanted + " pass");
    }
  }
}
