package io.margay.calicoctl;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.datastore.DatastoreError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// `docs/errors.md` lists every name that a failure can have, and no other.
class ErrorNamesTest {

  private static final Path PAGE = Path.of("..", "docs", "errors.md");

  /// Of programs that calicoctl knows nothing of.
  private static final List<String> ELSEWHERE =
      List.of("agent-cannot-start", "kernel-refused", "lab-failed");

  @Test
  void eachNameIsOnThePageOnce() throws IOException {
    List<String> listed =
        Pattern.compile("^\\| `([a-z-]+)` \\|", Pattern.MULTILINE)
            .matcher(Files.readString(PAGE))
            .results()
            .map(match -> match.group(1))
            .toList();
    List<String> names =
        Stream.of(
                Arrays.stream(DatastoreError.values()).map(DatastoreError::toString),
                Arrays.stream(KnownFailure.values()).map(KnownFailure::toString),
                ELSEWHERE.stream())
            .flatMap(each -> each)
            .distinct()
            .toList();
    assertThat(listed).containsExactlyInAnyOrderElementsOf(names);
  }
}
