package io.margay.calicoctl.output;

import java.util.ArrayList;
import java.util.List;

/// Text in columns. A column is as wide as its longest cell and three blanks more, at least five in
/// all; the last one too, so all lines are of one length. An empty line follows.
///
/// This is what Go's `text/tabwriter` makes with minimum width 5 and padding 3, which scripts that
/// cut columns out of calicoctl's tables rely on. Widths count code points.
public record Table(List<String> headings, List<List<String>> rows) {

  private static final int PADDING = 3;
  private static final int MINIMUM = 5;

  @Override
  public String toString() {
    List<List<String>> lines = new ArrayList<>();
    lines.add(headings);
    lines.addAll(rows);
    int[] widths = new int[headings.size()];
    for (List<String> line : lines) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], Math.max(length(line.get(i)) + PADDING, MINIMUM));
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> line : lines) {
      for (int i = 0; i < widths.length; i++) {
        String cell = line.get(i);
        text.append(cell).repeat(' ', widths[i] - length(cell));
      }
      text.append('\n');
    }
    return text.append('\n').toString();
  }

  private static int length(String cell) {
    return cell.codePointCount(0, cell.length());
  }
}
