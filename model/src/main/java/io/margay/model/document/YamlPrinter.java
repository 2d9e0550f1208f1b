package io.margay.model.document;

import java.util.Comparator;
import java.util.List;
import java.util.Map;

/// Prints as go-yaml v2 does: keys sorted, the items of a list in the column of its name, quotes
/// only where the text would mean something else without. Unlike go-yaml it never breaks a long
/// line, so that a selector can be searched for and copied.
final class YamlPrinter {

  /// Letters in their order, numbers by value, anything else before letters.
  private static final Comparator<String> NATURAL = YamlPrinter::compare;

  private static final String INDICATORS = "#,[]{}&*!|>'\"%@`";

  private final StringBuilder out = new StringBuilder();

  static String print(List<Map<String, Object>> resources) {
    if (resources.isEmpty()) {
      return "[]\n";
    }
    YamlPrinter printer = new YamlPrinter();
    printer.list(resources, 0);
    return printer.out.toString();
  }

  /// Writes the lines of a block that starts in the current line, at column `indent`.
  private void list(List<?> list, int indent) {
    boolean first = true;
    for (Object element : list) {
      if (!first) {
        out.repeat(' ', indent);
      }
      first = false;
      out.append("- ");
      block(element, indent + 2);
    }
  }

  private void map(Map<?, ?> map, int indent) {
    List<? extends Map.Entry<?, ?>> sorted =
        map.entrySet().stream()
            .sorted(Comparator.comparing((Map.Entry<?, ?> e) -> (String) e.getKey(), NATURAL))
            .toList();
    boolean first = true;
    for (Map.Entry<?, ?> entry : sorted) {
      if (!first) {
        out.repeat(' ', indent);
      }
      first = false;
      out.append(scalar((String) entry.getKey())).append(':');
      field(entry.getValue(), indent);
    }
  }

  private void field(Object value, int indent) {
    switch (value) {
      case Map<?, ?> map when !map.isEmpty() -> {
        out.append('\n').repeat(' ', indent + 2);
        map(map, indent + 2);
      }
      case List<?> list when !list.isEmpty() -> {
        out.append('\n').repeat(' ', indent);
        list(list, indent);
      }
      default -> {
        out.append(' ');
        block(value, indent);
      }
    }
  }

  private void block(Object value, int indent) {
    switch (value) {
      case Map<?, ?> map when !map.isEmpty() -> map(map, indent);
      case List<?> list when !list.isEmpty() -> list(list, indent);
      case Map<?, ?> _ -> out.append("{}\n");
      case List<?> _ -> out.append("[]\n");
      case String text -> out.append(scalar(text)).append('\n');
      case Double number -> out.append(number(number)).append('\n');
      default -> out.append(value).append('\n');
    }
  }

  /// go-yaml got numbers by way of JSON, where a whole number has no exponent below 1e21.
  private static String number(double number) {
    String json = GoFloat.json(number);
    return json.matches("-?[0-9]+") ? json : GoFloat.shortest(number);
  }

  private static String scalar(String text) {
    if (text.chars().anyMatch(c -> c < ' ' || c == 0x7f || c >= 0x80 && !isPrintable(c))) {
      return doubleQuoted(text);
    }
    if (PlainScalar.needsQuotes(text)) {
      return doubleQuoted(text);
    }
    return canBePlain(text) ? text : "'" + text.replace("'", "''") + "'";
  }

  private static boolean isPrintable(int c) {
    return c > 0x9f && c != '\u2028' && c != '\u2029' && c != '\uFEFF' && c < 0xfffe;
  }

  private static boolean canBePlain(String text) {
    char first = text.charAt(0);
    boolean blankFollows = text.length() == 1 || text.charAt(1) == ' ';
    return INDICATORS.indexOf(first) < 0
        && !((first == '-' || first == '?' || first == ':') && blankFollows)
        && !text.startsWith("---")
        && !text.startsWith("...")
        && !text.startsWith(" ")
        && !text.endsWith(" ")
        && !text.endsWith(":")
        && !text.contains(": ")
        && !text.contains(" #");
  }

  private static String doubleQuoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"', '\\' -> quoted.append('\\').append(c);
        case '\n' -> quoted.append("\\n");
        case '\r' -> quoted.append("\\r");
        case '\t' -> quoted.append("\\t");
        default -> {
          if (c >= ' ' && c < 0x7f || c >= 0x80 && isPrintable(c)) {
            quoted.append(c);
          } else {
            quoted.append(c <= 0xff ? "\\x%02X".formatted((int) c) : "\\u%04X".formatted((int) c));
          }
        }
      }
    }
    return quoted.append('"').toString();
  }

  private static int compare(String left, String right) {
    int[] a = left.codePoints().toArray();
    int[] b = right.codePoints().toArray();
    for (int i = 0; i < Math.min(a.length, b.length); i++) {
      if (a[i] == b[i]) {
        continue;
      }
      boolean letterA = Character.isLetter(a[i]);
      boolean letterB = Character.isLetter(b[i]);
      if (letterA || letterB) {
        return letterA && letterB ? Integer.compare(a[i], b[i]) : letterB ? -1 : 1;
      }
      int byValue = Long.compare(numberAt(a, i), numberAt(b, i));
      return byValue != 0 ? byValue : Integer.compare(a[i], b[i]);
    }
    return Integer.compare(a.length, b.length);
  }

  private static long numberAt(int[] text, int start) {
    long value = 0;
    for (int i = start; i < text.length && text[i] >= '0' && text[i] <= '9'; i++) {
      value = value * 10 + (text[i] - '0');
    }
    return value;
  }
}
