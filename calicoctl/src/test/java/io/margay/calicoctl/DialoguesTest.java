package io.margay.calicoctl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Each text in `dialogues/` is played against an embedded datastore of its own.
/// `-Ddialogues.rewrite=src/test/resources/dialogues` writes down what calicoctl really answers;
/// read the difference before you keep it.
class DialoguesTest {

  @TempDir Path directory;

  static Stream<String> dialogues() throws IOException, URISyntaxException {
    var resources = DialoguesTest.class.getResource("/dialogues");
    try (Stream<Path> files = Files.list(Path.of(resources.toURI()))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("dialogues")
  void answersAsTheDialogueSays(String name) throws IOException, URISyntaxException {
    var resource = DialoguesTest.class.getResource("/dialogues/" + name);
    String text = Files.readString(Path.of(resource.toURI()));

    String actual =
        Dialogue.actual(
            text,
            directory,
            Map.of(),
            Dialogue.inThisProcess(
                Map.of(
                    "CALICOCTL_CONFIG", directory.resolve("calicoctl.cfg").toString(),
                    "EMBEDDED_PATH", directory.resolve("datastore.db").toString())));

    String rewrite = System.getProperty("dialogues.rewrite");
    if (rewrite != null) {
      Files.writeString(Path.of(rewrite, name), actual);
    }
    assertThat(Dialogue.meaningful(actual)).isEqualTo(Dialogue.meaningful(text));
  }
}
