package io.margay.model.selector;

/// @param text what the token says: a label, a value without its quotes, an operator
/// @param start where it starts in the selector
/// @param source how it is written there
record Token(Kind kind, String text, int start, String source) {

  enum Kind {
    LABEL,
    STRING,
    HAS,
    ALL,
    IN,
    NOT_IN,
    EQUALS,
    NOT_EQUALS,
    NOT,
    AND,
    OR,
    OPEN_PARENTHESIS,
    CLOSE_PARENTHESIS,
    OPEN_BRACE,
    CLOSE_BRACE,
    COMMA,
    END
  }
}
