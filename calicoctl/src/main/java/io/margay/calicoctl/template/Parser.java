package io.margay.calicoctl.template;

import io.margay.calicoctl.template.Element.Operand;
import io.margay.calicoctl.template.Element.Pipeline;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Builds the elements of a template from its tokens, and refuses functions and variables that do
/// not exist.
final class Parser {

  private static final Set<String> KEYWORDS =
      Set.of("if", "else", "end", "range", "with", "define", "template", "block");

  private final List<Token> tokens;
  private int at;

  /// Variables that are known at this place.
  private Set<String> variables = new HashSet<>(Set.of(""));

  private Parser(List<Token> tokens) {
    this.tokens = tokens;
  }

  static List<Element> parse(String source) throws TemplateException {
    Parser parser = new Parser(Lexer.tokens(source));
    List<Element> elements = parser.elements();
    Token next = parser.peek();
    if (next.type() != TokenType.END) {
      throw new TemplateException(
          next.position(), "{{" + parser.peekInAction() + "}} belongs to no if, range or with");
    }
    return elements;
  }

  /// Elements up to an `else`, an `end` or the end.
  private List<Element> elements() throws TemplateException {
    List<Element> elements = new ArrayList<>();
    while (true) {
      Token token = peek();
      switch (token.type()) {
        case END -> {
          return elements;
        }
        case TEXT -> {
          at++;
          elements.add(new Element.Plain(token.text()));
        }
        default -> {
          if (peekInAction().equals("else") || peekInAction().equals("end")) {
            return elements;
          }
          elements.add(action());
        }
      }
    }
  }

  private String peekInAction() {
    Token inside = tokens.get(at + 1);
    return inside.type() == TokenType.WORD ? inside.text() : "";
  }

  private Element action() throws TemplateException {
    expect(TokenType.OPEN);
    Token first = peek();
    if (first.type() == TokenType.WORD && KEYWORDS.contains(first.text())) {
      at++;
      return control(first);
    }
    Pipeline pipeline = pipeline(TokenType.CLOSE, false);
    expect(TokenType.CLOSE);
    return new Element.Output(pipeline);
  }

  /// The rest of an `if`, `with` or `range`, up to its `end`.
  private Element control(Token keyword) throws TemplateException {
    if (Set.of("define", "template", "block").contains(keyword.text())) {
      throw new TemplateException(
          keyword.position(),
          "named templates ('" + keyword.text() + "') are not supported; write the text in place");
    }
    Set<String> outside = variables;
    variables = new HashSet<>(outside);
    Pipeline pipeline = pipeline(TokenType.CLOSE, keyword.isWord("range"));
    expect(TokenType.CLOSE);
    List<Element> then = elements();
    List<Element> otherwise = List.of();
    Token open = expect(TokenType.OPEN, keyword);
    if (peek().isWord("else")) {
      at++;
      if (peek().isWord("if")) {
        // An `else if` shares the one `end` with its `if`.
        Token nested = peek();
        at++;
        otherwise = List.of(control(nested));
        variables = outside;
        return element(keyword, pipeline, then, otherwise);
      }
      expect(TokenType.CLOSE);
      otherwise = elements();
      open = expect(TokenType.OPEN, keyword);
    }
    if (!peek().isWord("end")) {
      throw new TemplateException(open.position(), "expected {{end}}, got " + peek().shown());
    }
    at++;
    expect(TokenType.CLOSE);
    variables = outside;
    return element(keyword, pipeline, then, otherwise);
  }

  private static Element element(
      Token keyword, Pipeline pipeline, List<Element> then, List<Element> otherwise)
      throws TemplateException {
    return switch (keyword.text()) {
      case "if" -> new Element.If(pipeline, then, otherwise);
      case "with" -> new Element.With(pipeline, then, otherwise);
      case "range" -> new Element.Range(pipeline, then, otherwise);
      default ->
          throw new TemplateException(
              keyword.position(), "{{" + keyword.text() + "}} belongs to no if, range or with");
    };
  }

  private Pipeline pipeline(TokenType end, boolean inRange) throws TemplateException {
    List<String> names = new ArrayList<>();
    boolean declares = false;
    if (peek().type() == TokenType.VARIABLE && isFollowedByAssignment(at + 1, inRange)) {
      names.add(next().text());
      if (peek().type() == TokenType.COMMA) {
        at++;
        names.add(expect(TokenType.VARIABLE).text());
      }
      Token operator = next();
      declares = operator.type() == TokenType.DECLARE;
      for (String name : names) {
        if (!declares && !variables.contains(name)) {
          throw new TemplateException(operator.position(), "undefined variable $" + name);
        }
      }
    }
    List<Element.Command> commands = new ArrayList<>();
    commands.add(command(end));
    while (peek().type() == TokenType.PIPE) {
      at++;
      commands.add(command(end));
    }
    if (declares) {
      // Known from here on, not in its own value.
      variables.addAll(names);
    }
    return new Pipeline(names, declares, commands);
  }

  private boolean isFollowedByAssignment(int index, boolean inRange) {
    TokenType type = tokens.get(index).type();
    return type == TokenType.DECLARE
        || type == TokenType.ASSIGN
        || inRange && type == TokenType.COMMA;
  }

  private Element.Command command(TokenType end) throws TemplateException {
    List<Operand> words = new ArrayList<>();
    while (peek().type() != TokenType.PIPE && peek().type() != end) {
      words.add(operand());
    }
    if (words.isEmpty()) {
      throw new TemplateException(peek().position(), "a value or function is missing here");
    }
    if (words.size() > 1 && !(words.getFirst() instanceof Element.Function)) {
      throw new TemplateException(
          words.get(1).position(), "arguments can only be given to a function");
    }
    return new Element.Command(words);
  }

  private Operand operand() throws TemplateException {
    Operand base = term();
    List<Token> names = new ArrayList<>();
    while (peek().type() == TokenType.FIELD && !peek().spaced()) {
      names.add(next());
    }
    return names.isEmpty() ? base : new Element.Fields(base, names);
  }

  private Operand term() throws TemplateException {
    Token token = next();
    return switch (token.type()) {
      case DOT -> new Element.Dot(token.position());
      case FIELD -> new Element.Fields(new Element.Dot(token.position()), List.of(token));
      case VARIABLE -> {
        if (!variables.contains(token.text())) {
          throw new TemplateException(token.position(), "undefined variable $" + token.text());
        }
        yield new Element.Variable(token.text(), token.position());
      }
      case STRING -> new Element.Literal(new Value.Text(token.text()), token.position());
      case NUMBER -> new Element.Literal(number(token), token.position());
      case CHARACTER -> new Element.Literal(character(token), token.position());
      case WORD -> word(token);
      case LEFT_PARENTHESIS -> {
        Pipeline pipeline = pipeline(TokenType.RIGHT_PARENTHESIS, false);
        expect(TokenType.RIGHT_PARENTHESIS);
        yield new Element.Parenthesised(pipeline, token.position());
      }
      case TEXT, OPEN, CLOSE, PIPE, RIGHT_PARENTHESIS, DECLARE, ASSIGN, COMMA, END ->
          throw new TemplateException(token.position(), "unexpected " + token.shown());
    };
  }

  private static Operand word(Token token) throws TemplateException {
    return switch (token.text()) {
      case "true" -> new Element.Literal(new Value.Bool(true), token.position());
      case "false" -> new Element.Literal(new Value.Bool(false), token.position());
      case "nil" -> new Element.Literal(new Value.Nil(), token.position());
      default -> {
        if (!Functions.NAMES.contains(token.text())) {
          throw new TemplateException(
              token.position(), "function \"" + token.text() + "\" not defined");
        }
        yield new Element.Function(token.text(), token.position());
      }
    };
  }

  private static Value number(Token token) throws TemplateException {
    String text = token.text();
    try {
      return new Value.Int(Long.decode(text));
    } catch (NumberFormatException notAnInteger) {
      try {
        return new Value.Decimal(Double.parseDouble(text));
      } catch (NumberFormatException notANumber) {
        throw new TemplateException(token.position(), "bad number '" + text + "'");
      }
    }
  }

  private static Value character(Token token) throws TemplateException {
    String text = token.text();
    if (text.codePointCount(0, text.length()) != 1) {
      throw new TemplateException(token.position(), "'" + text + "' is not one character");
    }
    return new Value.Int(text.codePointAt(0));
  }

  private Token peek() {
    return tokens.get(at);
  }

  private Token next() {
    return tokens.get(peek().type() == TokenType.END ? at : at++);
  }

  private Token expect(TokenType type) throws TemplateException {
    Token token = next();
    if (token.type() != type) {
      throw new TemplateException(token.position(), "unexpected " + token.shown());
    }
    return token;
  }

  /// Expects what closes a control structure.
  private Token expect(TokenType type, Token keyword) throws TemplateException {
    if (peek().type() == TokenType.END) {
      throw new TemplateException(
          keyword.position(), "this '" + keyword.text() + "' has no {{end}}");
    }
    return expect(type);
  }
}
