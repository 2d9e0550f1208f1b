package io.margay.lab;

import java.util.List;

/// Lays out rows in columns as wide as their widest cell.
final class TextTable {

  private static final String GAP = "   ";

  private TextTable() {}

  static String render(List<String> heads, List<List<String>> rows) {
    int[] widths = new int[heads.size()];
    for (int column = 0; column < widths.length; column++) {
      widths[column] = visibleLength(heads.get(column));
      for (List<String> row : rows) {
        widths[column] = Math.max(widths[column], visibleLength(row.get(column)));
      }
    }
    StringBuilder text = new StringBuilder();
    append(text, heads, widths);
    rows.forEach(row -> append(text, row, widths));
    return text.toString();
  }

  private static void append(StringBuilder text, List<String> cells, int[] widths) {
    StringBuilder line = new StringBuilder("  ");
    for (int column = 0; column < widths.length; column++) {
      String cell = cells.get(column);
      line.append(cell).repeat(' ', widths[column] - visibleLength(cell)).append(GAP);
    }
    text.append(line.toString().stripTrailing()).append('\n');
  }

  /// Colours take no room.
  private static int visibleLength(String cell) {
    String plain = cell.replaceAll("\u001b\\[[0-9;]*m", "");
    return plain.codePointCount(0, plain.length());
  }
}
