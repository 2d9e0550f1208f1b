package io.margay.calicoctl;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The arguments of one command, sorted into options and the rest.
///
/// @param options by long name; a flag has an empty value
/// @param positionals what is not an option, in order
record CommandLine(Map<String, String> options, List<String> positionals) {

  CommandLine {
    options = Map.copyOf(options);
    positionals = List.copyOf(positionals);
  }

  boolean has(String option) {
    return options.containsKey(option);
  }

  /// The value of an option; null if it was not given.
  @Nullable String value(String option) {
    return options.get(option);
  }

  /// A positional argument; null if there are fewer.
  @Nullable String positional(int index) {
    return index < positionals.size() ? positionals.get(index) : null;
  }

  /// Insists on a number of positional arguments.
  ///
  /// @param names what they are, for the message: `<KIND> [<NAME>]`
  void requirePositionals(int least, int most, String names) throws DoesNotFitException {
    if (positionals.size() < least || positionals.size() > most) {
      throw new DoesNotFitException(
          "expected "
              + names
              + ", got "
              + (positionals.isEmpty() ? "nothing" : "'" + String.join(" ", positionals) + "'"));
    }
  }

  /// The arguments are not what the command takes.
  static final class DoesNotFitException extends Exception {
    private static final long serialVersionUID = 1;

    DoesNotFitException(String reason) {
      super(reason);
    }
  }
}
