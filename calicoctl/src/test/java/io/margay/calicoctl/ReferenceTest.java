package io.margay.calicoctl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Help, the reference page and the commands say the same. `-Dreference.rewrite=true` writes the
/// page anew.
class ReferenceTest {

  private static final Path PAGE = Path.of("..", "docs", "calicoctl.md");

  static Stream<Command> commands() {
    return Commands.ALL.stream();
  }

  @Test
  void thePageIsWhatTheProgramSays() throws IOException {
    if (Boolean.getBoolean("reference.rewrite")) {
      Files.writeString(PAGE, Reference.markdown());
    }
    assertThat(Files.readString(PAGE))
        .as("docs/calicoctl.md; -Dreference.rewrite=true writes it anew")
        .isEqualTo(Reference.markdown());
  }

  @ParameterizedTest
  @MethodSource("commands")
  void helpKnowsEveryOptionHasAnExampleAndFitsAScreen(Command command) {
    String help = command.help();
    for (CommandSyntax.Option option : command.syntax().options()) {
      String letter = option.letter() == null ? "   " : "-" + option.letter() + " ";
      assertThat(help).contains("\n  " + letter + "--" + option.name());
    }
    assertThat(help).contains("  calicoctl " + command.name()).contains("\nExamples:\n  # ");
    // Templates are as long as they are.
    assertThat(help.lines().filter(line -> !line.contains("go-template=")))
        .allMatch(line -> line.length() <= 80);
    String first = Commands.firstWord(command);
    assertThat(Help.text("calicoctl")).contains("\n  " + first + " ");
  }
}
