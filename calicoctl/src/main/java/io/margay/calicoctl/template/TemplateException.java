package io.margay.calicoctl.template;

/// A template cannot be read, or cannot be run over the data. The message begins with the place.
public final class TemplateException extends Exception {

  private static final long serialVersionUID = 1;

  TemplateException(Position position, String problem) {
    super("template: " + position + ": " + problem);
  }

  /// A place in a template, both counted from 1.
  record Position(int line, int column) {
    static Position of(String text, int offset) {
      int line = 1;
      int lineStart = 0;
      for (int i = 0; i < offset; i++) {
        if (text.charAt(i) == '\n') {
          line++;
          lineStart = i + 1;
        }
      }
      return new Position(line, offset - lineStart + 1);
    }

    @Override
    public String toString() {
      return "line " + line + ", column " + column;
    }
  }
}
