package io.margay.agent.show;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.StreamSupport;

/// An agent's answer as people read it: single values as lines, lists as tables. What comes first
/// in the answer comes first in the text.
final class ShowText {

  private static final String GAP = "   ";

  private ShowText() {}

  static String of(JsonNode answer) {
    StringBuilder text = new StringBuilder();
    List<Map.Entry<String, JsonNode>> scalars = new ArrayList<>();
    List<Map.Entry<String, JsonNode>> rest = new ArrayList<>();
    answer
        .properties()
        .forEach(field -> (field.getValue().isContainerNode() ? rest : scalars).add(field));
    lines(text, "", scalars);
    for (Map.Entry<String, JsonNode> part : rest) {
      text.append(text.isEmpty() ? "" : "\n").append(title(part.getKey())).append('\n');
      if (part.getValue().isArray()) {
        table(text, part.getValue());
      } else {
        lines(text, "  ", List.copyOf(part.getValue().properties()));
      }
    }
    return text.toString();
  }

  private static void lines(
      StringBuilder text, String indent, List<Map.Entry<String, JsonNode>> fields) {
    int width = fields.stream().mapToInt(field -> title(field.getKey()).length()).max().orElse(0);
    for (Map.Entry<String, JsonNode> field : fields) {
      String value = field.getValue().asText();
      text.append(indent)
          .append(padded(title(field.getKey()), width))
          .append("  ")
          .append(value.isEmpty() ? "-" : value)
          .append('\n');
    }
  }

  /// Numbers on the right, words on the left.
  private static void table(StringBuilder text, JsonNode rows) {
    if (rows.isEmpty()) {
      text.append("  none\n");
      return;
    }
    List<String> columns = names(rows.get(0));
    List<Integer> widths = new ArrayList<>();
    for (String column : columns) {
      widths.add(
          Math.max(
              title(column).length(),
              StreamSupport.stream(rows.spliterator(), false)
                  .mapToInt(row -> row.path(column).asText().length())
                  .max()
                  .orElse(0)));
    }
    StringBuilder head = new StringBuilder("  ");
    for (int i = 0; i < columns.size(); i++) {
      String name = title(columns.get(i)).toUpperCase(Locale.ROOT);
      boolean number = rows.get(0).path(columns.get(i)).isNumber();
      head.append(cell(name, widths.get(i), number)).append(GAP);
    }
    text.append(head.toString().stripTrailing()).append('\n');
    for (JsonNode row : rows) {
      StringBuilder line = new StringBuilder("  ");
      for (int i = 0; i < columns.size(); i++) {
        JsonNode value = row.path(columns.get(i));
        line.append(cell(value.asText(), widths.get(i), value.isNumber())).append(GAP);
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
  }

  private static List<String> names(JsonNode row) {
    List<String> names = new ArrayList<>();
    for (Iterator<String> all = row.fieldNames(); all.hasNext(); ) {
      names.add(all.next());
    }
    return names;
  }

  private static String cell(String text, int width, boolean right) {
    return right ? " ".repeat(Math.max(0, width - text.length())) + text : padded(text, width);
  }

  private static String padded(String text, int width) {
    return text + " ".repeat(Math.max(0, width - text.length()));
  }

  /// `workloadEndpoints` as `Workload endpoints`.
  private static String title(String name) {
    String words = name.replaceAll("([a-z])([A-Z])", "$1 $2").toLowerCase(Locale.ROOT);
    return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
  }
}
