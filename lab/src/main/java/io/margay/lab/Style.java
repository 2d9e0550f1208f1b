package io.margay.lab;

import java.io.Console;
import java.util.Optional;

/// Colour on a terminal, plain text elsewhere.
///
/// @param colour whether to write escape sequences (ECMA-48 SGR)
record Style(boolean colour) {

  static Style ofTerminal() {
    boolean wanted = System.getenv("NO_COLOR") == null && !"dumb".equals(System.getenv("TERM"));
    boolean terminal =
        Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
    return new Style(wanted && terminal);
  }

  String good(String text) {
    return wrap("32", text);
  }

  String bad(String text) {
    return wrap("31", text);
  }

  String heading(String text) {
    return wrap("1", text);
  }

  String faint(String text) {
    return wrap("2", text);
  }

  private String wrap(String code, String text) {
    return colour ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
  }
}
