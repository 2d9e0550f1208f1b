package io.margay.model.document;

import org.jspecify.annotations.Nullable;

/// One thing wrong with a document.
///
/// @param document which document of the text, from 1; they are separated by `---`
/// @param line where in the text, from 1
/// @param column where in the line, from 1, in characters
/// @param path the field, such as `spec.ingress[1].ports`; empty where there is no field to name
/// @param value what stands there; null where nothing does
/// @param message what is wrong, in the wording of Calico v1.1 where it has one
/// @param hint what to write instead, if something can be said; several lines are possible
public record DocumentProblem(
    int document,
    int line,
    int column,
    String path,
    @Nullable String value,
    String message,
    @Nullable String hint) {

  /// `line:column: path: message`, and the hint indented on lines of its own.
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder().append(line).append(':').append(column).append(": ");
    if (!path.isEmpty()) {
      text.append(path).append(": ");
    }
    text.append(message);
    if (hint != null) {
      hint.lines().forEach(hintLine -> text.append("\n    ").append(hintLine));
    }
    return text.toString();
  }
}
