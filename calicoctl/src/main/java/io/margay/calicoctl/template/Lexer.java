package io.margay.calicoctl.template;

import io.margay.calicoctl.template.TemplateException.Position;
import java.util.ArrayList;
import java.util.List;

/// Cuts a template into tokens. `{{- ` takes the white space before an action away, ` -}}` that
/// after it; the blank beside the minus is part of the sign.
final class Lexer {

  private final String source;
  private final List<Token> tokens = new ArrayList<>();
  private int at;

  private Lexer(String source) {
    this.source = source;
  }

  static List<Token> tokens(String source) throws TemplateException {
    Lexer lexer = new Lexer(source);
    lexer.run();
    return lexer.tokens;
  }

  private void run() throws TemplateException {
    boolean trim = false;
    while (true) {
      int open = source.indexOf("{{", at);
      int end = open < 0 ? source.length() : open;
      boolean trimBefore = open >= 0 && isTrimAfterOpen(open + 2);
      addText(at, end, trim, trimBefore);
      if (open < 0) {
        at = source.length();
        add(TokenType.END, "", at, false);
        return;
      }
      at = open + (trimBefore ? 3 : 2);
      trim = isComment() ? skipComment(open) : action(open);
    }
  }

  private boolean isTrimAfterOpen(int from) {
    return from + 1 < source.length()
        && source.charAt(from) == '-'
        && isBlank(source.charAt(from + 1));
  }

  private void addText(int from, int to, boolean trimStart, boolean trimEnd) {
    String text = source.substring(from, to);
    if (trimStart) {
      text = text.stripLeading();
    }
    if (trimEnd) {
      text = text.stripTrailing();
    }
    if (!text.isEmpty()) {
      add(TokenType.TEXT, text, from, false);
    }
  }

  private boolean isComment() {
    int start = at;
    while (start < source.length() && isBlank(source.charAt(start))) {
      start++;
    }
    return source.startsWith("/*", start);
  }

  /// @return whether the comment trims what follows
  private boolean skipComment(int open) throws TemplateException {
    int end = source.indexOf("*/", at);
    if (end >= 0) {
      at = end + 2;
      if (source.startsWith("}}", at)) {
        at += 2;
        return false;
      }
      if (source.startsWith(" -}}", at)) {
        at += 4;
        return true;
      }
    }
    throw problem(open, "a comment must end with */}}");
  }

  /// @return whether the action trims what follows
  private boolean action(int open) throws TemplateException {
    add(TokenType.OPEN, "{{", open, false);
    while (true) {
      int before = at;
      while (at < source.length() && isBlank(source.charAt(at))) {
        at++;
      }
      boolean spaced = at > before;
      if (at == source.length()) {
        throw problem(open, "this action has no }}");
      }
      if (source.startsWith("}}", at)) {
        add(TokenType.CLOSE, "}}", at, spaced);
        at += 2;
        return false;
      }
      if (spaced && source.startsWith("-}}", at)) {
        add(TokenType.CLOSE, "}}", at, true);
        at += 3;
        return true;
      }
      token(spaced);
    }
  }

  private void token(boolean spaced) throws TemplateException {
    int start = at;
    char c = source.charAt(at++);
    switch (c) {
      case '|' -> add(TokenType.PIPE, "|", start, spaced);
      case '(' -> add(TokenType.LEFT_PARENTHESIS, "(", start, spaced);
      case ')' -> add(TokenType.RIGHT_PARENTHESIS, ")", start, spaced);
      case ',' -> add(TokenType.COMMA, ",", start, spaced);
      case '=' -> add(TokenType.ASSIGN, "=", start, spaced);
      case ':' -> {
        if (!source.startsWith("=", at)) {
          throw problem(start, "':' must be followed by '='");
        }
        at++;
        add(TokenType.DECLARE, ":=", start, spaced);
      }
      case '"' -> add(TokenType.STRING, quoted(start, '"'), start, spaced);
      case '\'' -> add(TokenType.CHARACTER, quoted(start, '\''), start, spaced);
      case '`' -> {
        int end = source.indexOf('`', at);
        if (end < 0) {
          throw problem(start, "this string has no closing `");
        }
        add(TokenType.STRING, source.substring(at, end), start, spaced);
        at = end + 1;
      }
      case '$' -> add(TokenType.VARIABLE, word(), start, spaced);
      case '.' -> {
        if (at < source.length() && isDigit(source.charAt(at))) {
          number(start, spaced);
        } else {
          String name = word();
          add(name.isEmpty() ? TokenType.DOT : TokenType.FIELD, name, start, spaced);
        }
      }
      default -> {
        if (isDigit(c) || c == '-' || c == '+') {
          number(start, spaced);
        } else if (isWordCharacter(c)) {
          at = start;
          add(TokenType.WORD, word(), start, spaced);
        } else {
          throw problem(start, "'" + c + "' has no meaning here");
        }
      }
    }
  }

  private String word() {
    int start = at;
    while (at < source.length() && isWordCharacter(source.charAt(at))) {
      at++;
    }
    return source.substring(start, at);
  }

  private void number(int start, boolean spaced) {
    while (at < source.length()) {
      char c = source.charAt(at);
      boolean sign = (c == '+' || c == '-') && "eE".indexOf(source.charAt(at - 1)) >= 0;
      if (!isWordCharacter(c) && c != '.' && !sign) {
        break;
      }
      at++;
    }
    add(TokenType.NUMBER, source.substring(start, at), start, spaced);
  }

  private String quoted(int start, char quote) throws TemplateException {
    StringBuilder text = new StringBuilder();
    while (at < source.length() && source.charAt(at) != '\n') {
      char c = source.charAt(at++);
      if (c == quote) {
        return text.toString();
      }
      text.append(c == '\\' && at < source.length() ? escape(start) : c);
    }
    throw problem(start, "this string has no closing " + quote);
  }

  private char escape(int start) throws TemplateException {
    char c = source.charAt(at++);
    return switch (c) {
      case 'n' -> '\n';
      case 't' -> '\t';
      case 'r' -> '\r';
      case 'a' -> '\u0007';
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'v' -> '\u000b';
      case '\\', '"', '\'' -> c;
      case 'x' -> hexadecimal(start, 2);
      case 'u' -> hexadecimal(start, 4);
      default -> throw problem(start, "unknown escape \\" + c);
    };
  }

  private char hexadecimal(int start, int digits) throws TemplateException {
    int end = Math.min(at + digits, source.length());
    String text = source.substring(at, end);
    if (!text.matches("[0-9a-fA-F]{" + digits + "}")) {
      throw problem(start, "expected " + digits + " hexadecimal digits, got '" + text + "'");
    }
    at = end;
    return (char) Integer.parseInt(text, 16);
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isWordCharacter(char c) {
    return c == '_' || Character.isLetterOrDigit(c);
  }

  private void add(TokenType type, String text, int offset, boolean spaced) {
    tokens.add(new Token(type, text, Position.of(source, offset), spaced));
  }

  private TemplateException problem(int offset, String problem) {
    return new TemplateException(Position.of(source, offset), problem);
  }
}
