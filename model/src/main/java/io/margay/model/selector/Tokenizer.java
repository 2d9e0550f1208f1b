package io.margay.model.selector;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Cuts a selector into tokens. Blanks are space and tab; a line break between tokens is an error.
final class Tokenizer {

  /// A label name: an optional prefix that ends in a slash, then up to 63 characters.
  static final String LABEL =
      "(?:[a-zA-Z0-9_./-]{0,253}/)?[a-zA-Z0-9](?:[a-zA-Z0-9_.-]{0,61}[a-zA-Z0-9])?";

  private static final Pattern BLANKS = Pattern.compile("[ \t]*");
  private static final Pattern HAS_WORD = Pattern.compile("has\\([ \t]*(" + LABEL + ")[ \t]*\\)");
  private static final Pattern ALL_WORD = Pattern.compile("all\\([ \t]*\\)");

  // Any white space between the two words, also none, and also line breaks: as Calico v1.1 has it.
  private static final Pattern NOT_IN_WORD = Pattern.compile("not[ \t\n\f\r]*in(?![0-9A-Za-z_])");
  private static final Pattern IN_WORD = Pattern.compile("in(?![0-9A-Za-z_])");
  private static final Pattern LABEL_WORD = Pattern.compile(LABEL);

  private final String text;
  private final Matcher matcher;
  private final List<Token> tokens = new ArrayList<>();
  private int at;

  private Tokenizer(String text) {
    this.text = text;
    this.matcher = BLANKS.matcher(text);
  }

  /// The tokens of `text`, with [Token.Kind#END] as the last.
  static List<Token> tokenize(String text) {
    Tokenizer tokenizer = new Tokenizer(text);
    while (true) {
      tokenizer.skipBlanks();
      if (tokenizer.at == text.length()) {
        tokenizer.add(Token.Kind.END, "", 0);
        return tokenizer.tokens;
      }
      tokenizer.readToken();
    }
  }

  private void skipBlanks() {
    if (looksAt(BLANKS)) {
      at = matcher.end();
    }
  }

  private void readToken() {
    switch (text.charAt(at)) {
      case '(' -> add(Token.Kind.OPEN_PARENTHESIS, "(", 1);
      case ')' -> add(Token.Kind.CLOSE_PARENTHESIS, ")", 1);
      case '{' -> add(Token.Kind.OPEN_BRACE, "{", 1);
      case '}' -> add(Token.Kind.CLOSE_BRACE, "}", 1);
      case ',' -> add(Token.Kind.COMMA, ",", 1);
      case '=' -> readDoubled(Token.Kind.EQUALS, "==");
      case '&' -> readDoubled(Token.Kind.AND, "&&");
      case '|' -> readDoubled(Token.Kind.OR, "||");
      case '!' -> {
        if (text.startsWith("!=", at)) {
          add(Token.Kind.NOT_EQUALS, "!=", 2);
        } else {
          add(Token.Kind.NOT, "!", 1);
        }
      }
      case '"', '\'' -> readString();
      default -> readWord();
    }
  }

  private void readDoubled(Token.Kind kind, String operator) {
    if (!text.startsWith(operator, at)) {
      throw new SelectorSyntaxException(text, at, operator, "a single " + text.charAt(at));
    }
    add(kind, operator, 2);
  }

  private void readString() {
    int end = text.indexOf(text.charAt(at), at + 1);
    if (end < 0) {
      throw new SelectorSyntaxException(
          text, at, "a string closed by the same quote", "no closing " + text.charAt(at));
    }
    add(Token.Kind.STRING, text.substring(at + 1, end), end + 1 - at);
  }

  private void readWord() {
    if (looksAt(HAS_WORD)) {
      add(Token.Kind.HAS, matcher.group(1), matcher.end() - at);
    } else if (looksAt(ALL_WORD)) {
      add(Token.Kind.ALL, "all()", matcher.end() - at);
    } else if (looksAt(NOT_IN_WORD)) {
      add(Token.Kind.NOT_IN, "not in", matcher.end() - at);
    } else if (looksAt(IN_WORD)) {
      add(Token.Kind.IN, "in", 2);
    } else if (looksAt(LABEL_WORD)) {
      add(Token.Kind.LABEL, matcher.group(), matcher.end() - at);
    } else {
      throw new SelectorSyntaxException(
          text, at, "a label, a quoted value or an operator", Parser.describe(text, at));
    }
  }

  private boolean looksAt(Pattern pattern) {
    return matcher.usePattern(pattern).region(at, text.length()).lookingAt();
  }

  private void add(Token.Kind kind, String token, int length) {
    tokens.add(new Token(kind, token, at, text.substring(at, at + length)));
    at += length;
  }
}
