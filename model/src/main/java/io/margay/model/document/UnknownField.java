package io.margay.model.document;

import io.margay.model.document.Value.Mapping;
import io.margay.model.document.Value.Scalar;
import io.margay.model.document.Value.ScalarType;
import io.margay.model.document.Value.Sequence;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What to write instead of a field that does not exist where it stands.
final class UnknownField {

  private UnknownField() {}

  static String hint(Section section, String name, Value value) {
    OptionalInt invisible = name.codePoints().filter(UnknownField::isInvisible).findFirst();
    if (invisible.isPresent()) {
      return "There is a character in the name that cannot be seen, U+%04X. Type the line anew."
          .formatted(invisible.getAsInt());
    }
    String known = closest(name, section.fields());
    String bare = bare(name);
    if (section == Section.RULE && (bare.equals("ports") || bare.equals("notports"))) {
      return ports(name, value);
    }
    if (known != null && bare(known).equals(bare)) {
      return "The field is spelled %s.".formatted(known);
    }
    List<Section> elsewhere =
        section
            .siblings()
            .filter(other -> other.fields().stream().anyMatch(f -> bare(f).equals(bare)))
            .toList();
    if (!elsewhere.isEmpty()) {
      return "%s belongs in %s."
          .formatted(name, String.join(" or ", elsewhere.stream().map(Section::place).toList()));
    }
    if (known != null) {
      return "Did you mean %s?".formatted(known);
    }
    return "Fields that can stand here: %s.".formatted(String.join(", ", section.fields()));
  }

  /// Such as what word processors and chat programs put in place of a blank.
  private static boolean isInvisible(int codePoint) {
    int type = Character.getType(codePoint);
    return codePoint != ' ' && (Character.isSpaceChar(codePoint) || type == Character.FORMAT);
  }

  /// Ports directly in a rule say neither whose they are nor of which protocol.
  private static String ports(String name, Value value) {
    List<String> numbers = numbers(value).limit(15).toList();
    return """
    Ports are the source's or the destination's, and need a protocol. Write in this rule:
      protocol: tcp
      destination:
        %s: [%s]\
    """
        .formatted(name, numbers.isEmpty() ? "80" : String.join(", ", numbers));
  }

  /// The numbers in it, whatever surrounds them: `- int: 3306` means 3306.
  private static Stream<String> numbers(Value value) {
    return switch (value) {
      case Scalar(Position _, ScalarType _, String text, String _) -> {
        if (text.matches("[0-9]{1,5}")) {
          yield Stream.of(text);
        }
        yield text.matches("[0-9]{1,5}:[0-9]{1,5}") ? Stream.of('"' + text + '"') : Stream.empty();
      }
      case Sequence sequence -> sequence.items().stream().flatMap(UnknownField::numbers);
      case Mapping mapping -> mapping.entries().stream().flatMap(e -> numbers(e.value()));
    };
  }

  private static String bare(String name) {
    return name.replaceAll("[-_]", "").toLowerCase(Locale.ROOT);
  }

  /// The word most like another, if any is near enough to be a slip of the same one.
  static @Nullable String closest(String name, List<String> words) {
    String best = null;
    int least = Math.max(1, name.length() / 3) + 1;
    for (String word : words) {
      int distance = distance(bare(name), bare(word));
      if (distance < least) {
        least = distance;
        best = word;
      }
    }
    return best;
  }

  /// How many letters must be put in, left out, changed or swapped with the next to make one word
  /// of the other (Levenshtein's distance with Damerau's transpositions).
  private static int distance(String a, String b) {
    if (Math.abs(a.length() - b.length()) > 10) {
      return Integer.MAX_VALUE;
    }
    int[][] cost = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          cost[i][j] = i + j;
          continue;
        }
        int change = cost[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        cost[i][j] = Math.min(change, 1 + Math.min(cost[i - 1][j], cost[i][j - 1]));
        boolean swapped =
            i > 1
                && j > 1
                && a.charAt(i - 1) == b.charAt(j - 2)
                && a.charAt(i - 2) == b.charAt(j - 1);
        if (swapped) {
          cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
        }
      }
    }
    return cost[a.length()][b.length()];
  }
}
