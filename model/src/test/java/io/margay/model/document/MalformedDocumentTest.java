package io.margay.model.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every kind of mistake in a document, with exactly what its author gets to read. A `.yaml` file
/// holds the mistake, the `.expected` file beside it the message. With `-Dgolden.rewrite=true` the
/// messages are written anew, for review as a diff.
class MalformedDocumentTest {

  private static final Path MALFORMED = Path.of("src/test/resources/malformed");
  private static final Path BROKEN_EXAMPLES = Path.of("../examples/broken");

  static Stream<Path> malformed() throws IOException {
    return yamlIn(MALFORMED);
  }

  static Stream<Path> brokenExamples() throws IOException {
    return yamlIn(BROKEN_EXAMPLES);
  }

  @ParameterizedTest
  @MethodSource("malformed")
  void saysWhatIsWrongWhereAndWhatToWriteInstead(Path file) throws IOException {
    assertMessage(file, MALFORMED);
  }

  @ParameterizedTest
  @MethodSource("brokenExamples")
  void explainsTheBrokenExamples(Path file) throws IOException {
    assertMessage(file, MALFORMED.resolveSibling("broken-examples"));
  }

  private static void assertMessage(Path file, Path expectedDirectory) throws IOException {
    String name = file.getFileName().toString();
    byte[] content = Files.readAllBytes(file);
    InvalidDocumentException e =
        catchThrowableOfType(
            InvalidDocumentException.class, () -> DocumentReader.read(name, content));
    assertThat(e).as("%s should be refused", file).isNotNull();
    Path expected = expectedDirectory.resolve(name.replace(".yaml", ".expected"));
    if (Boolean.getBoolean("golden.rewrite")) {
      Files.createDirectories(expectedDirectory);
      Files.writeString(expected, e.getMessage() + "\n");
    }
    assertThat(e.getMessage() + "\n").isEqualTo(Files.readString(expected));
    assertThat(e.sourceName()).isEqualTo(name);
    assertThat(e.problems()).isNotEmpty().allMatch(p -> p.line() >= 1 && p.column() >= 1);
  }

  @Test
  void givesTheParts() {
    InvalidDocumentException e =
        catchThrowableOfType(
            InvalidDocumentException.class,
            () ->
                DocumentReader.read(
                    "two.yaml",
                    """
                    apiVersion: v1
                    kind: node
                    metadata: {name: slave1}
                    ---
                    apiVersion: v1
                    kind: node
                    metadata:
                      name: slave 2
                    """));
    assertThat(e.problems())
        .isEqualTo(
            List.of(
                new DocumentProblem(
                    2,
                    8,
                    9,
                    "metadata.name",
                    "slave 2",
                    "error with field name = 'slave 2'",
                    "A name is 1 to 128 letters, digits, _, . and -.")));
  }

  @Test
  void refusesMoreTextThanAnyoneHas() {
    String huge = "#" + "x".repeat(32 << 20);
    InvalidDocumentException e =
        catchThrowableOfType(
            InvalidDocumentException.class, () -> DocumentReader.read("huge.yaml", huge));
    assertThat(e)
        .hasMessage(
            """
            huge.yaml:1:1: the text has 33554433 characters, at most 33554432 are read
                Split the file.\
            """);
  }

  private static Stream<Path> yamlIn(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList().stream();
    }
  }
}
