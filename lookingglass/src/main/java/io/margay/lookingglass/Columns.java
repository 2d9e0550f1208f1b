package io.margay.lookingglass;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/// Prints rows as they come, in columns. A thousand rows at a time settle the widths, so that a
/// table of any size takes little memory; a later row may still widen a column.
final class Columns {

  private static final int AT_ONCE = 1000;
  private static final String GAP = "  ";

  private final PrintWriter out;
  private final int[] widths;
  private final List<List<String>> waiting = new ArrayList<>();

  Columns(PrintWriter out, List<String> heads) {
    this.out = out;
    this.widths = new int[heads.size()];
    waiting.add(heads);
  }

  void row(List<String> cells) {
    waiting.add(cells);
    if (waiting.size() >= AT_ONCE) {
      flush();
    }
  }

  void flush() {
    for (List<String> row : waiting) {
      for (int column = 0; column < widths.length; column++) {
        widths[column] = Math.max(widths[column], row.get(column).length());
      }
    }
    for (List<String> row : waiting) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < widths.length; column++) {
        String cell = row.get(column);
        line.append(cell).repeat(' ', widths[column] - cell.length()).append(GAP);
      }
      out.println(line.toString().stripTrailing());
    }
    out.flush();
    waiting.clear();
  }
}
