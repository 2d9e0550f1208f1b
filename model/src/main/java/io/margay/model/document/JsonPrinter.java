package io.margay.model.document;

import java.util.List;
import java.util.Map;

/// Prints as Go's `encoding/json` does with an indent of two blanks. That includes escapes for `<`,
/// `>` and `&`, which any JSON reader undoes.
final class JsonPrinter {

  private final StringBuilder out = new StringBuilder();

  static String print(Object tree) {
    JsonPrinter printer = new JsonPrinter();
    printer.value(tree, 0);
    return printer.out.toString();
  }

  private void value(Object value, int depth) {
    switch (value) {
      case Map<?, ?> map -> map(map, depth);
      case List<?> list -> list(list, depth);
      case Double number -> out.append(GoFloat.json(number));
      case String text -> string(text);
      default -> out.append(value);
    }
  }

  private void map(Map<?, ?> map, int depth) {
    String separator = "{";
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      out.append(separator);
      newLine(depth + 1);
      string((String) entry.getKey());
      out.append(": ");
      value(entry.getValue(), depth + 1);
      separator = ",";
    }
    close(map.isEmpty(), "{}", "}", depth);
  }

  private void list(List<?> list, int depth) {
    String separator = "[";
    for (Object element : list) {
      out.append(separator);
      newLine(depth + 1);
      value(element, depth + 1);
      separator = ",";
    }
    close(list.isEmpty(), "[]", "]", depth);
  }

  private void close(boolean empty, String whole, String bracket, int depth) {
    if (empty) {
      out.append(whole);
    } else {
      newLine(depth);
      out.append(bracket);
    }
  }

  private void newLine(int depth) {
    out.append('\n').repeat("  ", depth);
  }

  private void string(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"', '\\' -> out.append('\\').append(c);
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '<', '>', '&', '\u2028', '\u2029' -> escape(c);
        default -> {
          if (c < ' ') {
            escape(c);
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }

  private void escape(char c) {
    out.append("\\u%04x".formatted((int) c));
  }
}
