package io.margay.calicoctl;

import io.margay.calicoctl.CommandLine.DoesNotFitException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The options a command takes, and how to find them among its arguments: long ones as `--name
/// value`, `--name=value` or any unambiguous beginning of the name; short ones as `-n value`,
/// `-nvalue` or several flags in one word. They may stand anywhere until a `--`.
record CommandSyntax(List<Option> options) {

  /// @param letter the short form; null if there is none
  /// @param repeatable whether it may be given several times
  record Option(@Nullable Character letter, String name, Value value, boolean repeatable) {
    boolean takesValue() {
      return !(value instanceof Value.None);
    }
  }

  /// What follows an option.
  sealed interface Value {
    /// Nothing: it is a flag.
    record None() implements Value {}

    record Text() implements Value {}

    record File() implements Value {}

    /// @param words what a shell suggests
    record OneOf(List<String> words) implements Value {}
  }

  static final Option HELP = flag('h', "help");
  static final Option CONFIG = new Option('c', "config", new Value.File(), false);
  static final Option FILENAME = new Option('f', "filename", new Value.File(), true);
  static final Option NODE = valued('n', "node");

  /// `--help` belongs to every command.
  static CommandSyntax of(Option... options) {
    List<Option> all = new ArrayList<>(List.of(options));
    all.add(HELP);
    return new CommandSyntax(List.copyOf(all));
  }

  static Option valued(@Nullable Character letter, String name) {
    return new Option(letter, name, new Value.Text(), false);
  }

  static Option flag(@Nullable Character letter, String name) {
    return new Option(letter, name, new Value.None(), false);
  }

  static Option oneOf(@Nullable Character letter, String name, String... words) {
    return new Option(letter, name, new Value.OneOf(List.of(words)), false);
  }

  static Option file(String name) {
    return new Option(null, name, new Value.File(), false);
  }

  /// Sorts all arguments.
  CommandLine parse(List<String> arguments) throws DoesNotFitException {
    return new Parsing(arguments, false).run();
  }

  /// Sorts the arguments up to the first that is no option; that one and all after it are
  /// positional.
  CommandLine parseLeading(List<String> arguments) throws DoesNotFitException {
    return new Parsing(arguments, true).run();
  }

  private final class Parsing {
    private final List<String> arguments;
    private final boolean optionsFirst;
    private final Map<String, List<String>> values = new HashMap<>();
    private final List<String> positionals = new ArrayList<>();
    private int at;

    Parsing(List<String> arguments, boolean optionsFirst) {
      this.arguments = arguments;
      this.optionsFirst = optionsFirst;
    }

    CommandLine run() throws DoesNotFitException {
      while (at < arguments.size()) {
        String word = arguments.get(at++);
        if (word.equals("--")) {
          takeRest();
        } else if (word.startsWith("--")) {
          takeLong(word);
        } else if (word.length() > 1 && word.charAt(0) == '-') {
          takeShort(word);
        } else {
          positionals.add(word);
          if (optionsFirst) {
            takeRest();
          }
        }
      }
      return new CommandLine(values, positionals);
    }

    private void takeRest() {
      positionals.addAll(arguments.subList(at, arguments.size()));
      at = arguments.size();
    }

    private void takeLong(String word) throws DoesNotFitException {
      int equals = word.indexOf('=');
      String name = equals < 0 ? word.substring(2) : word.substring(2, equals);
      Option option = find(name);
      if (!option.takesValue() && equals >= 0) {
        throw new DoesNotFitException("--" + option.name + " takes no value");
      }
      String attached = equals < 0 ? null : word.substring(equals + 1);
      put(option, attached, "--" + option.name);
    }

    private void takeShort(String word) throws DoesNotFitException {
      for (int i = 1; i < word.length(); i++) {
        Option option = find(word.charAt(i));
        String shown = "-" + word.charAt(i);
        if (option.takesValue()) {
          String attached = i + 1 < word.length() ? word.substring(i + 1) : null;
          put(option, attached, shown);
          return;
        }
        put(option, null, shown);
      }
    }

    private void put(Option option, @Nullable String attached, String shown)
        throws DoesNotFitException {
      String value = "";
      if (attached != null) {
        value = attached;
      } else if (option.takesValue()) {
        if (at == arguments.size()) {
          throw new DoesNotFitException(shown + " needs a value");
        }
        value = arguments.get(at++);
      }
      List<String> all = values.computeIfAbsent(option.name, _ -> new ArrayList<>());
      all.add(value);
      if (all.size() > 1 && !option.repeatable) {
        throw new DoesNotFitException(shown + " is given more than once");
      }
    }
  }

  private Option find(String name) throws DoesNotFitException {
    List<Option> candidates = new ArrayList<>();
    for (Option option : options) {
      if (option.name.equals(name)) {
        return option;
      }
      if (!name.isEmpty() && option.name.startsWith(name)) {
        candidates.add(option);
      }
    }
    if (candidates.isEmpty()) {
      throw new DoesNotFitException("there is no option --" + name + " here");
    }
    if (candidates.size() > 1) {
      List<String> names = new ArrayList<>();
      for (Option candidate : candidates) {
        names.add("--" + candidate.name);
      }
      throw new DoesNotFitException("--" + name + " may mean " + String.join(" or ", names));
    }
    return candidates.getFirst();
  }

  private Option find(char letter) throws DoesNotFitException {
    for (Option option : options) {
      if (option.letter != null && option.letter == letter) {
        return option;
      }
    }
    throw new DoesNotFitException("there is no option -" + letter + " here");
  }
}
