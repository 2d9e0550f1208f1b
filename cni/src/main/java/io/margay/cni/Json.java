package io.margay.cni;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// JSON (RFC 8259), as much as a plugin needs: objects become maps, arrays lists, numbers their
/// text.
///
/// A library would be a hundred times its size, and be loaded for each container.
final class Json {

  private static final int DEEPEST = 200;

  private final String text;
  private int position;
  private int depth;

  private Json(String text) {
    this.text = text;
  }

  /// A number, as it is written.
  record Digits(String text) {}

  /// What is no JSON.
  static final class SyntaxException extends Exception {
    private static final long serialVersionUID = 1;

    SyntaxException(String message) {
      super(message);
    }
  }

  /// @throws SyntaxException that says what is wrong, and where
  static @Nullable Object parse(String text) throws SyntaxException {
    Json json = new Json(text);
    Object value = json.value();
    json.skipBlanks();
    if (json.position < text.length()) {
      throw json.wrong("the end");
    }
    return value;
  }

  /// @throws SyntaxException if it is no object
  static Map<String, @Nullable Object> parseObject(String text) throws SyntaxException {
    if (parse(text) instanceof Map<?, ?> map) {
      Map<String, @Nullable Object> object = new LinkedHashMap<>();
      map.forEach((key, value) -> object.put((String) key, value));
      return object;
    }
    throw new SyntaxException("expected a JSON object");
  }

  private @Nullable Object value() throws SyntaxException {
    skipBlanks();
    if (++depth > DEEPEST) {
      throw new SyntaxException("nested deeper than " + DEEPEST + " levels");
    }
    Object value =
        switch (peek()) {
          case '{' -> object();
          case '[' -> array();
          case '"' -> string();
          case 't' -> word("true", true);
          case 'f' -> word("false", false);
          case 'n' -> word("null", null);
          default -> number();
        };
    depth--;
    return value;
  }

  private char peek() {
    return position < text.length() ? text.charAt(position) : '\0';
  }

  private void skipBlanks() {
    while (" \t\r\n".indexOf(peek()) >= 0) {
      position++;
    }
  }

  private SyntaxException wrong(String expected) {
    String found =
        position < text.length() ? "'" + text.charAt(position) + "'" : "the end of the text";
    int line = 1 + (int) text.substring(0, position).chars().filter(c -> c == '\n').count();
    return new SyntaxException("found " + found + " in line " + line + ", expected " + expected);
  }

  private void expect(char c) throws SyntaxException {
    skipBlanks();
    if (peek() != c) {
      throw wrong("'" + c + "'");
    }
    position++;
  }

  private boolean skip(char c) {
    skipBlanks();
    if (peek() == c) {
      position++;
      return true;
    }
    return false;
  }

  private Map<String, @Nullable Object> object() throws SyntaxException {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    expect('{');
    if (skip('}')) {
      return object;
    }
    do {
      skipBlanks();
      String key = string();
      expect(':');
      object.put(key, value());
    } while (skip(','));
    expect('}');
    return object;
  }

  private List<@Nullable Object> array() throws SyntaxException {
    List<@Nullable Object> array = new ArrayList<>();
    expect('[');
    if (skip(']')) {
      return array;
    }
    do {
      array.add(value());
    } while (skip(','));
    expect(']');
    return array;
  }

  private @Nullable Object word(String word, @Nullable Object value) throws SyntaxException {
    if (!text.startsWith(word, position)) {
      throw wrong("a value");
    }
    position += word.length();
    return value;
  }

  private Digits number() throws SyntaxException {
    int start = position;
    while ("+-.eE0123456789".indexOf(peek()) >= 0 && peek() != '\0') {
      position++;
    }
    String digits = text.substring(start, position);
    if (!digits.matches("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?")) {
      position = start;
      throw wrong("a value");
    }
    return new Digits(digits);
  }

  private String string() throws SyntaxException {
    expect('"');
    StringBuilder value = new StringBuilder();
    while (peek() != '"') {
      char c = peek();
      if (position >= text.length() || c < ' ') {
        throw wrong("'\"' at the end of a text");
      }
      position++;
      value.append(c == '\\' ? escaped() : c);
    }
    position++;
    return value.toString();
  }

  private char escaped() throws SyntaxException {
    char c = peek();
    position++;
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> unicode();
      default -> {
        position--;
        throw wrong("one of \"\\/bfnrtu behind '\\'");
      }
    };
  }

  private char unicode() throws SyntaxException {
    if (position + 4 > text.length()
        || !text.substring(position, position + 4).matches("[0-9a-fA-F]{4}")) {
      throw wrong("four hexadecimal digits behind '\\u'");
    }
    position += 4;
    return (char) Integer.parseInt(text, position - 4, position, 16);
  }

  /// An object of texts, numbers ([Integer]) and objects.
  static String write(Map<String, ?> object) {
    StringBuilder out = new StringBuilder("{");
    object.forEach((key, value) -> {
      out.append(out.length() == 1 ? "" : ",").append(quoted(key)).append(':');
      switch (value) {
        case Integer number -> out.append(number);
        case Map<?, ?> inner -> {
          Map<String, Object> copy = new LinkedHashMap<>();
          inner.forEach((name, each) -> copy.put((String) name, each));
          out.append(write(copy));
        }
        default -> out.append(quoted(String.valueOf(value)));
      }
    });
    return out.append('}').toString();
  }

  static String quoted(String text) {
    StringBuilder out = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"', '\\' -> out.append('\\').append(c);
        case '\n' -> out.append("\\n");
        default -> {
          if (c < ' ' || Character.isSurrogate(c)) {
            out.append(String.format("\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    return out.append('"').toString();
  }
}
