package io.margay.calicoctl.template;

import io.margay.calicoctl.template.TemplateException.Position;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/// The functions a template can call.
final class Functions {

  static final Set<String> NAMES =
      Set.of(
          "and", "or", "not", "eq", "ne", "lt", "le", "gt", "ge", "len", "index", "print",
          "println", "printf", "join", "config");

  private final UnaryOperator<String> settings;

  Functions(UnaryOperator<String> settings) {
    this.settings = settings;
  }

  /// Whether an argument already is the answer: the first false one of `and`, the first true one of
  /// `or`.
  static boolean isDecided(String name, Value argument) {
    return switch (name) {
      case "and" -> !argument.isTrue();
      case "or" -> argument.isTrue();
      default -> false;
    };
  }

  Value call(String name, List<Value> arguments, Position position) throws TemplateException {
    Call call = new Call(name, arguments, position);
    return switch (name) {
      case "and", "or" -> {
        call.require(1, Integer.MAX_VALUE);
        for (Value argument : arguments) {
          if (isDecided(name, argument)) {
            yield argument;
          }
        }
        yield arguments.getLast();
      }
      case "not" -> {
        call.require(1, 1);
        yield new Value.Bool(!arguments.getFirst().isTrue());
      }
      case "eq" -> {
        call.require(2, Integer.MAX_VALUE);
        boolean any = false;
        for (Value other : arguments.subList(1, arguments.size())) {
          any |= call.equal(arguments.getFirst(), other);
        }
        yield new Value.Bool(any);
      }
      case "ne" -> {
        call.require(2, 2);
        yield new Value.Bool(!call.equal(arguments.get(0), arguments.get(1)));
      }
      case "lt" -> new Value.Bool(call.compare() < 0);
      case "le" -> new Value.Bool(call.compare() <= 0);
      case "gt" -> new Value.Bool(call.compare() > 0);
      case "ge" -> new Value.Bool(call.compare() >= 0);
      case "len" -> call.length();
      case "index" -> call.index();
      case "print" -> new Value.Text(Printf.print(arguments));
      case "println" -> new Value.Text(Printf.println(arguments));
      case "printf" -> {
        call.require(1, Integer.MAX_VALUE);
        yield new Value.Text(Printf.format(call.text(0), arguments.subList(1, arguments.size())));
      }
      case "join" -> call.join();
      case "config" -> call.config(settings);
      default -> throw call.problem("is not a function");
    };
  }

  /// One call, with what its messages need.
  private record Call(String name, List<Value> arguments, Position position) {

    TemplateException problem(String what) {
      return new TemplateException(position, name + " " + what);
    }

    void require(int least, int most) throws TemplateException {
      if (arguments.size() < least || arguments.size() > most) {
        String wanted = least == most ? String.valueOf(least) : "at least " + least;
        throw problem(
            "takes "
                + wanted
                + (least == 1 ? " argument" : " arguments")
                + ", got "
                + arguments.size());
      }
    }

    String text(int index) throws TemplateException {
      if (arguments.get(index) instanceof Value.Text(String text)) {
        return text;
      }
      throw problem(
          "wants text as argument "
              + (index + 1)
              + ", got "
              + arguments.get(index).print()
              + " ("
              + arguments.get(index).typeName()
              + ")");
    }

    boolean equal(Value one, Value other) throws TemplateException {
      if (one instanceof Value.Nil || other instanceof Value.Nil || isAbsent(one, other)) {
        return one.equals(other);
      }
      return switch (one) {
        case Value.Text _, Value.Bool _, Value.Int _, Value.Decimal _ -> {
          if (other.getClass() != one.getClass()) {
            throw incompatible(one, other);
          }
          yield one.equals(other);
        }
        case Value.Items _, Value.Dictionary _, Value.Struct _, Value.Nil _, Value.Absent _ ->
            throw problem("cannot compare a " + one.typeName());
      };
    }

    private static boolean isAbsent(Value one, Value other) {
      return one instanceof Value.Absent || other instanceof Value.Absent;
    }

    int compare() throws TemplateException {
      require(2, 2);
      Value one = arguments.get(0);
      Value other = arguments.get(1);
      if (one instanceof Value.Text(String a) && other instanceof Value.Text(String b)) {
        return a.compareTo(b);
      }
      if (one instanceof Value.Int(long a) && other instanceof Value.Int(long b)) {
        return Long.compare(a, b);
      }
      if (one instanceof Value.Decimal(double a) && other instanceof Value.Decimal(double b)) {
        return Double.compare(a, b);
      }
      throw incompatible(one, other);
    }

    private TemplateException incompatible(Value one, Value other) {
      return problem(
          "cannot compare %s (%s) with %s (%s)"
              .formatted(one.print(), one.typeName(), other.print(), other.typeName()));
    }

    Value length() throws TemplateException {
      require(1, 1);
      return new Value.Int(
          switch (arguments.getFirst()) {
            // Go counts the bytes of a string.
            case Value.Text(String text) -> text.getBytes(StandardCharsets.UTF_8).length;
            case Value.Items(var items) -> items.size();
            case Value.Dictionary(var entries) -> entries.size();
            case Value.Nil _ -> 0;
            case Value.Int _, Value.Decimal _, Value.Bool _, Value.Struct _, Value.Absent _ ->
                throw problem("of a " + arguments.getFirst().typeName());
          });
    }

    Value index() throws TemplateException {
      require(1, Integer.MAX_VALUE);
      Value value = arguments.getFirst();
      for (Value key : arguments.subList(1, arguments.size())) {
        value = index(value, key);
      }
      return value;
    }

    private Value index(Value value, Value key) throws TemplateException {
      if (value instanceof Value.Items(List<Value> items) && key instanceof Value.Int(long at)) {
        if (at < 0 || at >= items.size()) {
          throw problem("out of range: " + at + " of " + items.size() + " elements");
        }
        return items.get((int) at);
      }
      if (value instanceof Value.Dictionary(var entries) && key instanceof Value.Text(String at)) {
        // Go answers the zero value of the elements, and all maps here hold text.
        return entries.getOrDefault(at, new Value.Text(""));
      }
      throw problem("cannot look up " + key.print() + " in a " + value.typeName());
    }

    /// `join <list> <separator>`.
    Value join() throws TemplateException {
      require(2, 2);
      String separator = text(1);
      return switch (arguments.getFirst()) {
        case Value.Items(List<Value> items) -> {
          StringBuilder joined = new StringBuilder();
          for (int i = 0; i < items.size(); i++) {
            joined.append(i == 0 ? "" : separator).append(items.get(i).print());
          }
          yield new Value.Text(joined.toString());
        }
        case Value.Nil _ -> new Value.Text("");
        case Value.Text _,
            Value.Int _,
            Value.Decimal _,
            Value.Bool _,
            Value.Dictionary _,
            Value.Struct _,
            Value.Absent _ ->
            throw problem("wants a list first, got a " + arguments.getFirst().typeName());
      };
    }

    /// `config <name>`: a setting, by the name that `calicoctl config get` takes.
    Value config(UnaryOperator<String> settings) throws TemplateException {
      require(1, 1);
      try {
        return new Value.Text(settings.apply(text(0)));
      } catch (IllegalArgumentException e) {
        throw problem("has no answer: " + e.getMessage());
      }
    }
  }
}
