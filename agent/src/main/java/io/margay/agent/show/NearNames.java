package io.margay.agent.show;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/// Names that someone who mistyped may have meant.
final class NearNames {

  private NearNames() {}

  /// At most three, the nearest first: those that hold what was typed, and those that a few letters
  /// turn into it.
  static List<String> of(String typed, Collection<String> names) {
    int most = Math.max(2, typed.length() / 3);
    return names.stream()
        .distinct()
        .filter(name -> name.contains(typed) || distance(typed, name) <= most)
        .sorted(
            Comparator.comparingInt((String name) -> distance(typed, name))
                .thenComparing(Comparator.naturalOrder()))
        .limit(3)
        .toList();
  }

  /// How many letters are to be added, left out or replaced (Levenshtein).
  static int distance(String from, String to) {
    int[] row = new int[to.length() + 1];
    for (int j = 0; j <= to.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int above = row[j];
        int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replaced, 1 + Math.min(above, row[j - 1]));
        diagonal = above;
      }
    }
    return row[to.length()];
  }
}
