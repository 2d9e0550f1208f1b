package io.margay.model.document;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;

/// Says what a parser's complaint means for someone who does not know YAML's grammar.
final class YamlMistake {

  private static final Pattern FIELD_LINE =
      Pattern.compile("( *)((?:- +)*)([^\\s:#\"'{\\[-][^:#]*?) *:(?:\\s+([^\\s#].*))?");

  private final List<String> lines;
  private final Position position;

  private YamlMistake(String text, Position position) {
    this.lines = text.lines().toList();
    this.position = position;
  }

  static UnreadableTextException explain(String text, MarkedYamlEngineException e) {
    Position position =
        e.getProblemMark().or(e::getContextMark).map(Position::of).orElse(Position.START);
    String complaint = String.valueOf(e.getProblem());
    Optional<Position> opened = e.getContextMark().map(Position::of);
    YamlMistake mistake = new YamlMistake(text, position);
    if (complaint.contains("mapping values are not allowed")) {
      return mistake.error("mapping values are not allowed in this context", mistake.strayField());
    }
    if (complaint.contains("expected ',' or")) {
      return mistake.error(
          "did not find expected ',' or '%s'".formatted(complaint.contains("]") ? "]" : "}"),
          "The bracket opened in line %d, column %d is still open here."
              .formatted(opened.orElse(position).line(), opened.orElse(position).column()));
    }
    if (mistake.startsWithTab() || complaint.contains("\\t")) {
      return mistake.error(
          "found character that cannot start any token",
          "The line is indented with a tab. YAML wants blanks: replace each tab with two.");
    }
    if (complaint.contains("cannot start any token")) {
      return mistake.error(
          "found character that cannot start any token",
          "A value that starts with %s needs quotes.".formatted(mistake.characterThere()));
    }
    if (complaint.contains("found unexpected end of stream") && opened.isPresent()) {
      return new YamlMistake(text, opened.get())
          .error(
              "found unexpected end of stream",
              "The quote opened in line %d, column %d is never closed."
                  .formatted(opened.get().line(), opened.get().column()));
    }
    if (complaint.contains("could not find expected ':'")) {
      return mistake.error(
          "could not find expected ':'",
          "A line in a mapping is `field: value`, with a colon and a blank.");
    }
    if (complaint.contains("expected <block end>")) {
      String missing =
          String.valueOf(e.getContext()).contains("collection")
              ? "did not find expected '-' indicator"
              : "did not find expected key";
      return mistake.error(missing, mistake.misaligned(opened.orElse(position)));
    }
    if (complaint.contains("expected '<document start>'")) {
      return mistake.error(
          "did not find expected <document start>",
          "The document has ended above this line. Another one begins with a line of `---`.");
    }
    return mistake.error(complaint, null);
  }

  static UnreadableTextException unprintable(String text, int index, int codePoint) {
    int offset = text.offsetByCodePoints(0, Math.min(index, text.codePointCount(0, text.length())));
    int line = (int) text.substring(0, offset).chars().filter(c -> c == '\n').count() + 1;
    int lineStart = text.lastIndexOf('\n', offset - 1) + 1;
    Position position =
        new Position(line, text.codePointCount(Math.min(lineStart, offset), offset) + 1);
    return new UnreadableTextException(
        position,
        "not valid YAML: control characters are not allowed, found U+%04X".formatted(codePoint),
        "Remove it, or is this a binary file?");
  }

  private UnreadableTextException error(String complaint, @Nullable String hint) {
    return new UnreadableTextException(position, "not valid YAML: " + complaint, hint);
  }

  /// A `field:` where none can be. Most often its line is indented below a field that already has a
  /// value; else a value contains a colon and a blank.
  private String strayField() {
    Matcher here = FIELD_LINE.matcher(line(position.line()));
    String lineAbove = lineAbove();
    Matcher above = FIELD_LINE.matcher(lineAbove);
    if (here.matches()
        && position.column() <= here.end(3) + 1
        && above.matches()
        && above.group(4) != null
        && column(here) > column(above)) {
      return """
      %1$s is indented deeper than %2$s in the line above, but %2$s already has the value %3$s.
      If %1$s stands beside %2$s, start it in the same column, column %4$d.\
      """
          .formatted(here.group(3), above.group(3), above.group(4).strip(), column(above));
    }
    boolean lacksColon = lineAbove.strip().matches("[^-:#][^:]*");
    return here.matches() && lacksColon
        ? "The line above has no colon. A line in a mapping is `field: value`."
        : "A value that contains a colon and a blank needs quotes.";
  }

  private static int column(Matcher field) {
    return field.start(3) + 1;
  }

  /// A line whose column is that of no line it could stand beside.
  private String misaligned(Position opened) {
    String above = lineAbove();
    boolean item = line(position.line()).strip().startsWith("-");
    return """
    The line starts in column %d, where nothing above it starts: the line before it starts in \
    column %d, what is still open starts in column %d (line %d).
    What stands side by side starts in the same column%s.\
    """
        .formatted(
            position.column(),
            above.length() - above.stripLeading().length() + 1,
            opened.column(),
            opened.line(),
            item ? ", every item of a list with its own `- `" : "");
  }

  private boolean startsWithTab() {
    return line(position.line()).matches(" *\t.*");
  }

  private String characterThere() {
    String line = line(position.line());
    int at = position.column() - 1;
    return at < line.codePointCount(0, line.length())
        ? Character.toString(line.codePointAt(line.offsetByCodePoints(0, at)))
        : "that character";
  }

  private String lineAbove() {
    int above = position.line() - 1;
    while (above > 0 && (line(above).isBlank() || line(above).strip().startsWith("#"))) {
      above--;
    }
    return line(above);
  }

  private String line(int number) {
    return number >= 1 && number <= lines.size() ? lines.get(number - 1) : "";
  }
}
