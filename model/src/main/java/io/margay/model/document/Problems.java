package io.margay.model.document;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Collects what is wrong with one text.
final class Problems {

  private static final Comparator<DocumentProblem> BY_PLACE =
      Comparator.comparingInt(DocumentProblem::line).thenComparingInt(DocumentProblem::column);

  private final List<DocumentProblem> found = new ArrayList<>();
  private int document = 1;

  /// Says which document the problems to come are in.
  void inDocument(int index) {
    document = index;
  }

  void add(
      Position position,
      String path,
      @Nullable String value,
      String message,
      @Nullable String hint) {
    found.add(
        new DocumentProblem(
            document, position.line(), position.column(), path, value, message, hint));
  }

  /// @throws InvalidDocumentException if anything was wrong
  void throwIfAny(String sourceName) {
    if (!found.isEmpty()) {
      found.sort(BY_PLACE);
      throw new InvalidDocumentException(sourceName, found);
    }
  }
}
