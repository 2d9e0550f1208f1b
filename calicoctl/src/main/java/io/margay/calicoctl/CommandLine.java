package io.margay.calicoctl;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The arguments of one command, sorted into options and the rest.
///
/// @param options values by long name, one for each time it was given; a flag has an empty one
/// @param positionals what is not an option, in order
public record CommandLine(Map<String, List<String>> options, List<String> positionals) {

  public CommandLine {
    options = Map.copyOf(options);
    positionals = List.copyOf(positionals);
  }

  public boolean has(String option) {
    return options.containsKey(option);
  }

  /// The value of an option; null if it was not given.
  public @Nullable String value(String option) {
    List<String> values = options.get(option);
    return values == null ? null : values.getFirst();
  }

  /// All values of an option that may be given several times.
  public List<String> values(String option) {
    return options.getOrDefault(option, List.of());
  }

  /// A positional argument; null if there are fewer.
  public @Nullable String positional(int index) {
    return index < positionals.size() ? positionals.get(index) : null;
  }

  /// Insists on a number of positional arguments.
  ///
  /// @param names what they are, for the message: `<KIND> [<NAME>]`
  public void requirePositionals(int least, int most, String names) throws DoesNotFitException {
    if (positionals.size() < least || positionals.size() > most) {
      throw new DoesNotFitException(
          "expected "
              + names
              + ", got "
              + (positionals.isEmpty() ? "nothing" : "'" + String.join(" ", positionals) + "'"));
    }
  }

  /// The arguments are not what the command takes.
  public static final class DoesNotFitException extends Exception {
    private static final long serialVersionUID = 1;

    public DoesNotFitException(String reason) {
      super(reason);
    }
  }
}
