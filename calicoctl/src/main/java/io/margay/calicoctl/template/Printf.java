package io.margay.calicoctl.template;

import io.margay.model.document.GoFloat;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Go's `fmt` for the values of templates: `Sprint`, `Sprintln`, and `Sprintf` with the verbs `v T
/// s q d x X o b c t f e g %`, the flags `- + 0 # ` and blank, width and precision. What does not
/// fit shows as Go shows it: `%!d(string=x)`.
final class Printf {

  private final String format;
  private final List<Value> arguments;
  private final StringBuilder out = new StringBuilder();
  private int at;
  private int nextArgument;

  private Printf(String format, List<Value> arguments) {
    this.format = format;
    this.arguments = arguments;
  }

  /// Blanks stand between two values that are both no text.
  static String print(List<Value> values) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < values.size(); i++) {
      boolean apart =
          i > 0
              && !(values.get(i) instanceof Value.Text)
              && !(values.get(i - 1) instanceof Value.Text);
      text.append(apart ? " " : "").append(values.get(i).print());
    }
    return text.toString();
  }

  /// Blanks stand between all values, and a line feed at the end.
  static String println(List<Value> values) {
    StringBuilder text = new StringBuilder();
    for (Value value : values) {
      text.append(text.isEmpty() ? "" : " ").append(value.print());
    }
    return text.append('\n').toString();
  }

  static String format(String format, List<Value> arguments) {
    return new Printf(format, arguments).run();
  }

  private String run() {
    while (at < format.length()) {
      char c = format.charAt(at++);
      if (c == '%') {
        directive();
      } else {
        out.append(c);
      }
    }
    if (nextArgument < arguments.size()) {
      out.append("%!(EXTRA ");
      for (int i = nextArgument; i < arguments.size(); i++) {
        out.append(i == nextArgument ? "" : ", ");
        out.append(described(arguments.get(i)));
      }
      out.append(')');
    }
    return out.toString();
  }

  private static String described(Value value) {
    return value instanceof Value.Nil ? "<nil>" : value.typeName() + "=" + value.print();
  }

  private void directive() {
    int flagsStart = at;
    while (at < format.length() && "-+0# ".indexOf(format.charAt(at)) >= 0) {
      at++;
    }
    String flags = format.substring(flagsStart, at);
    int width = Math.max(digits(), 0);
    int precision = -1;
    if (at < format.length() && format.charAt(at) == '.') {
      at++;
      precision = Math.max(digits(), 0);
    }
    if (at == format.length()) {
      out.append("%!(NOVERB)");
      return;
    }
    char verb = format.charAt(at++);
    if (verb == '%') {
      out.append('%');
    } else if (nextArgument == arguments.size()) {
      out.append("%!").append(verb).append("(MISSING)");
    } else {
      Value value = arguments.get(nextArgument++);
      String text = text(verb, value, flags, precision);
      out.append(
          text == null
              ? "%!" + verb + "(" + described(value) + ")"
              : padded(text, value, flags, width));
    }
  }

  /// A decimal number at this place; -1 if there is none.
  private int digits() {
    int start = at;
    while (at < format.length() && Character.isDigit(format.charAt(at)) && at - start < 6) {
      at++;
    }
    return at == start ? -1 : Integer.parseInt(format, start, at, 10);
  }

  private static String padded(String text, Value value, String flags, int width) {
    int missing = width - text.codePointCount(0, text.length());
    if (missing <= 0) {
      return text;
    }
    if (flags.contains("-")) {
      return text + " ".repeat(missing);
    }
    boolean number = value instanceof Value.Int || value instanceof Value.Decimal;
    if (flags.contains("0") && number) {
      boolean signed = text.startsWith("-") || text.startsWith("+");
      return (signed ? text.substring(0, 1) : "")
          + "0".repeat(missing)
          + (signed ? text.substring(1) : text);
    }
    return " ".repeat(missing) + text;
  }

  /// @return null if the verb does not go with the value
  private static @Nullable String text(char verb, Value value, String flags, int precision) {
    if (verb == 'v') {
      return signed(value, flags, value.print());
    }
    if (verb == 'T') {
      return value.typeName();
    }
    return switch (value) {
      case Value.Text(String text) -> text(verb, text, flags, precision);
      case Value.Int(long number) -> integer(verb, number, flags);
      case Value.Decimal(double number) -> signed(value, flags, decimal(verb, number, precision));
      case Value.Bool(boolean truth) -> verb == 't' ? Boolean.toString(truth) : null;
      case Value.Items _, Value.Dictionary _, Value.Struct _ -> verb == 's' ? value.print() : null;
      case Value.Nil _, Value.Absent _ -> null;
    };
  }

  private static @Nullable String signed(Value value, String flags, @Nullable String text) {
    boolean number = value instanceof Value.Int || value instanceof Value.Decimal;
    if (text == null || !number || text.startsWith("-") || text.startsWith("+")) {
      return text;
    }
    return (flags.contains("+") ? "+" : flags.contains(" ") ? " " : "") + text;
  }

  private static @Nullable String text(char verb, String text, String flags, int precision) {
    String cut =
        precision < 0 || text.codePointCount(0, text.length()) <= precision
            ? text
            : text.substring(0, text.offsetByCodePoints(0, precision));
    return switch (verb) {
      case 's' -> cut;
      case 'q' -> flags.contains("#") && cut.indexOf('`') < 0 ? "`" + cut + "`" : quoted(cut);
      case 'x' -> HexFormat.of().formatHex(cut.getBytes(StandardCharsets.UTF_8));
      case 'X' -> HexFormat.of().withUpperCase().formatHex(cut.getBytes(StandardCharsets.UTF_8));
      default -> null;
    };
  }

  private static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"', '\\' -> quoted.append('\\').append(c);
        case '\n' -> quoted.append("\\n");
        case '\t' -> quoted.append("\\t");
        case '\r' -> quoted.append("\\r");
        default -> {
          if (c < ' ') {
            quoted.append("\\x").append(HexFormat.of().toHexDigits((byte) c));
          } else {
            quoted.append(c);
          }
        }
      }
    }
    return quoted.append('"').toString();
  }

  private static @Nullable String integer(char verb, long number, String flags) {
    String prefix = flags.contains("#") ? "0x" : "";
    String text =
        switch (verb) {
          case 'd' -> Long.toString(number);
          case 'x' -> hexadecimal(number, prefix);
          case 'X' -> hexadecimal(number, prefix).toUpperCase(Locale.ROOT);
          case 'o' -> Long.toString(number, 8);
          case 'b' -> Long.toString(number, 2);
          case 'c' ->
              Character.isValidCodePoint((int) number)
                  ? Character.toString((int) number)
                  : "\ufffd";
          default -> null;
        };
    return verb == 'c' ? text : signed(new Value.Int(number), flags, text);
  }

  private static String hexadecimal(long number, String prefix) {
    return number < 0
        ? "-" + prefix + Long.toString(number, 16).substring(1)
        : prefix + Long.toString(number, 16);
  }

  private static @Nullable String decimal(char verb, double number, int precision) {
    if ("feg".indexOf(verb) < 0) {
      return null;
    }
    if (Double.isNaN(number) || Double.isInfinite(number) || verb == 'g' && precision < 0) {
      return GoFloat.shortest(number);
    }
    BigDecimal exact = new BigDecimal(number);
    int places = precision < 0 ? 6 : precision;
    if (verb == 'f') {
      return exact.setScale(places, RoundingMode.HALF_EVEN).toPlainString();
    }
    if (number == 0) {
      return verb == 'g' ? "0" : "0" + (places == 0 ? "" : "." + "0".repeat(places)) + "e+00";
    }
    int digits = verb == 'g' ? Math.max(places, 1) : places + 1;
    BigDecimal rounded = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
    return verb == 'g'
        ? general(rounded, digits)
        // Fewer digits than wanted: fill up with zeros.
        : scientific(rounded.setScale(rounded.scale() + digits - rounded.precision()));
  }

  /// A number that is not zero, with an exponent if that is below -4 or at least `limit`.
  private static String general(BigDecimal number, int limit) {
    BigDecimal shortest = number.stripTrailingZeros();
    int exponent = exponent(shortest);
    return exponent < -4 || exponent >= limit ? scientific(shortest) : shortest.toPlainString();
  }

  /// One digit, the rest after a point, and an exponent of at least two digits.
  private static String scientific(BigDecimal number) {
    String digits = number.unscaledValue().abs().toString();
    int exponent = exponent(number);
    StringBuilder text = new StringBuilder();
    text.append(number.signum() < 0 ? "-" : "").append(digits.charAt(0));
    if (digits.length() > 1) {
      text.append('.').append(digits, 1, digits.length());
    }
    text.append(exponent < 0 ? "e-" : "e+");
    text.append(Math.abs(exponent) < 10 ? "0" : "").append(Math.abs(exponent));
    return text.toString();
  }

  /// That of the first digit.
  private static int exponent(BigDecimal number) {
    return number.precision() - number.scale() - 1;
  }
}
