package io.margay.model.selector;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Reads tokens as an expression, by recursive descent:
///
/// ```
///   selector := (blank) | or                    blank reads as all()
///   or       := and ( "||" and )*
///   and      := term ( "&&" term )*
///   term     := "!"* ( has(label) | all() | "(" or ")" | comparison )
///   comparison := label ( "==" | "!=" ) string | label ( "in" | "not in" ) set
///   set      := "{" [ string ( "," string )* [","] ] "}"
/// ```
final class Parser {

  /// Deeper parentheses are refused: no one writes them, and each level costs stack.
  private static final int MAX_DEPTH = 500;

  private final String text;
  private final List<Token> tokens;
  private int at;
  private int depth;

  private Parser(String text) {
    this.text = text;
    this.tokens = Tokenizer.tokenize(text);
  }

  static Expression parse(String text) {
    Parser parser = new Parser(text);
    if (parser.next() == Token.Kind.END) {
      return new Expression.All();
    }
    Expression expression = parser.or();
    if (parser.next() != Token.Kind.END) {
      throw parser.expected("&&, || or the end of the selector");
    }
    return expression;
  }

  private Expression or() {
    List<Expression> operands = new ArrayList<>();
    do {
      operands.add(and());
    } while (skip(Token.Kind.OR));
    return operands.size() == 1 ? operands.getFirst() : new Expression.Or(operands);
  }

  private Expression and() {
    List<Expression> operands = new ArrayList<>();
    do {
      operands.add(term());
    } while (skip(Token.Kind.AND));
    return operands.size() == 1 ? operands.getFirst() : new Expression.And(operands);
  }

  private Expression term() {
    boolean negated = false;
    while (skip(Token.Kind.NOT)) {
      negated = !negated;
    }
    Expression operand = operand();
    return negated ? new Expression.Not(operand) : operand;
  }

  private Expression operand() {
    Token token = tokens.get(at);
    return switch (token.kind()) {
      case HAS -> {
        at++;
        yield new Expression.HasLabel(token.text());
      }
      case ALL -> {
        at++;
        yield new Expression.All();
      }
      case LABEL -> {
        at++;
        yield comparison(token.text());
      }
      case OPEN_PARENTHESIS -> parenthesised();
      case STRING, IN, NOT_IN, EQUALS, NOT_EQUALS, NOT, AND, OR -> throw expectedTerm();
      case CLOSE_PARENTHESIS, OPEN_BRACE, CLOSE_BRACE, COMMA, END -> throw expectedTerm();
    };
  }

  private Expression parenthesised() {
    if (++depth > MAX_DEPTH) {
      throw expected("at most " + MAX_DEPTH + " nested parentheses");
    }
    at++;
    Expression inner = or();
    if (!skip(Token.Kind.CLOSE_PARENTHESIS)) {
      throw expected("&&, || or )");
    }
    depth--;
    return inner;
  }

  private Expression comparison(String label) {
    if (skip(Token.Kind.EQUALS)) {
      return new Expression.LabelEquals(label, string());
    }
    if (skip(Token.Kind.NOT_EQUALS)) {
      return new Expression.LabelNotEquals(label, string());
    }
    if (skip(Token.Kind.IN)) {
      return new Expression.LabelIn(label, set());
    }
    if (skip(Token.Kind.NOT_IN)) {
      return new Expression.LabelNotIn(label, set());
    }
    throw expected("==, !=, in or not in after the label " + label);
  }

  private String string() {
    if (next() != Token.Kind.STRING) {
      throw expected("a value in quotes");
    }
    return tokens.get(at++).text();
  }

  private Set<String> set() {
    if (!skip(Token.Kind.OPEN_BRACE)) {
      throw expected("{ and values in quotes");
    }
    Set<String> values = new LinkedHashSet<>();
    while (next() == Token.Kind.STRING) {
      values.add(string());
      if (!skip(Token.Kind.COMMA)) {
        break;
      }
    }
    if (!skip(Token.Kind.CLOSE_BRACE)) {
      throw expected("a value in quotes, a comma or }");
    }
    return values;
  }

  private Token.Kind next() {
    return tokens.get(at).kind();
  }

  private boolean skip(Token.Kind kind) {
    if (next() != kind) {
      return false;
    }
    at++;
    return true;
  }

  private SelectorSyntaxException expectedTerm() {
    return expected("a label, has(...), all(), ! or (");
  }

  private SelectorSyntaxException expected(String what) {
    Token token = tokens.get(at);
    String found = token.kind() == Token.Kind.END ? "the end" : token.source();
    return new SelectorSyntaxException(text, token.start(), what, found);
  }

  /// The character at a position, visibly.
  static String describe(String text, int at) {
    int character = text.codePointAt(at);
    return switch (character) {
      case '\n', '\r' -> "a line break";
      default ->
          Character.isISOControl(character) || Character.isSpaceChar(character)
              ? "the character U+%04X".formatted(character)
              : Character.toString(character);
    };
  }
}
