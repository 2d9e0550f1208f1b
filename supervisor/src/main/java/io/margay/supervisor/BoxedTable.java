package io.margay.supervisor;

import java.util.ArrayList;
import java.util.List;

/// A table in a box of `+`, `-` and `|`: heads in the middle, cells on the left.
record BoxedTable(List<String> heads, List<List<String>> rows) {

  @Override
  public String toString() {
    List<Integer> widths = new ArrayList<>();
    for (int column = 0; column < heads.size(); column++) {
      int width = heads.get(column).length();
      for (List<String> row : rows) {
        width = Math.max(width, row.get(column).length());
      }
      widths.add(width);
    }
    StringBuilder text = new StringBuilder();
    rule(text, widths);
    text.append('|');
    for (int column = 0; column < heads.size(); column++) {
      int spare = widths.get(column) - heads.get(column).length();
      int left = spare / 2;
      text.append(' ')
          .repeat(' ', left)
          .append(heads.get(column))
          .repeat(' ', spare - left)
          .append(" |");
    }
    text.append('\n');
    rule(text, widths);
    for (List<String> row : rows) {
      text.append('|');
      for (int column = 0; column < row.size(); column++) {
        String cell = row.get(column);
        text.append(' ').append(cell).repeat(' ', widths.get(column) - cell.length()).append(" |");
      }
      text.append('\n');
    }
    rule(text, widths);
    return text.toString();
  }

  private static void rule(StringBuilder text, List<Integer> widths) {
    for (int width : widths) {
      text.append('+').repeat('-', width + 2);
    }
    text.append("+\n");
  }
}
