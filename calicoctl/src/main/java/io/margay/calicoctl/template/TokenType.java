package io.margay.calicoctl.template;

/// The kinds of tokens.
enum TokenType {
  /// Plain text outside of actions.
  TEXT("text"),
  OPEN("{{"),
  CLOSE("}}"),
  DOT("."),
  FIELD("a field"),
  VARIABLE("a variable"),
  /// The name of a function or a keyword.
  WORD("a word"),
  STRING("a string"),
  NUMBER("a number"),
  CHARACTER("a character"),
  PIPE("|"),
  LEFT_PARENTHESIS("("),
  RIGHT_PARENTHESIS(")"),
  DECLARE(":="),
  ASSIGN("="),
  COMMA(","),
  END("the end of the template");

  private final String shown;

  TokenType(String shown) {
    this.shown = shown;
  }

  /// How messages name it.
  String shown() {
    return shown;
  }
}
