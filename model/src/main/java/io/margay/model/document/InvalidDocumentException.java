package io.margay.model.document;

import java.util.List;
import java.util.stream.Collectors;

/// A text that holds no valid resources. Its message is meant for whoever wrote the text.
public final class InvalidDocumentException extends RuntimeException {

  private static final long serialVersionUID = 1;

  /// Beyond this many, a message only counts problems: one slip repeated a thousand times.
  private static final int SHOWN = 20;

  private final String sourceName;
  private final transient List<DocumentProblem> problems;

  InvalidDocumentException(String sourceName, List<DocumentProblem> problems) {
    super(render(sourceName, problems));
    this.sourceName = sourceName;
    this.problems = List.copyOf(problems);
  }

  /// The file, as the reader was told.
  public String sourceName() {
    return sourceName;
  }

  /// Everything that is wrong, in the order of the text.
  public List<DocumentProblem> problems() {
    return problems;
  }

  /// `file:line:column: path: message` for each problem, below a count if there are several.
  private static String render(String sourceName, List<DocumentProblem> problems) {
    String all =
        problems.stream()
            .limit(SHOWN)
            .map(problem -> sourceName + ":" + problem)
            .collect(Collectors.joining("\n"));
    if (problems.size() == 1) {
      return all;
    }
    int hidden = problems.size() - SHOWN;
    return "%d problems in %s:\n%s%s"
        .formatted(problems.size(), sourceName, all, hidden > 0 ? "\nand " + hidden + " more" : "");
  }
}
