package io.margay.calicoctl.template;

import io.margay.calicoctl.template.TemplateException.Position;

/// A piece of a template.
///
/// @param text what it says: a string without its quotes, a field without its dot
/// @param spaced whether blanks stand before it, which tells `.A .B` from `.A.B`
record Token(TokenType type, String text, Position position, boolean spaced) {

  boolean isWord(String word) {
    return type == TokenType.WORD && text.equals(word);
  }

  /// How messages name it.
  String shown() {
    return switch (type) {
      case WORD -> "'" + text + "'";
      case FIELD -> "'." + text + "'";
      case VARIABLE -> "'$" + text + "'";
      case STRING -> "\"" + text + "\"";
      case NUMBER -> text;
      case OPEN, CLOSE, DOT, PIPE, LEFT_PARENTHESIS, RIGHT_PARENTHESIS, DECLARE, ASSIGN, COMMA ->
          "'" + type.shown() + "'";
      case TEXT, CHARACTER, END -> type.shown();
    };
  }
}
