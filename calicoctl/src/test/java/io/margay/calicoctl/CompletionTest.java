package io.margay.calicoctl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Asks a real bash what it would suggest.
class CompletionTest {

  @TempDir static Path directory;

  @BeforeAll
  static void needsBash() throws IOException {
    assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "there is no /bin/bash here");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
    Calicoctl.run(
        new String[] {"completion", "bash"}, Map.of(), InputStream.nullInputStream(), print, print);
    Files.write(directory.resolve("completion.bash"), out.toByteArray());
    Files.createDirectory(directory.resolve("policies"));
    Files.createFile(directory.resolve("policies.yaml"));
  }

  /// What is suggested for the last of these words, split as bash splits them.
  private static List<String> suggestions(String... words) throws Exception {
    String script =
        "source completion.bash\nCOMP_WORDS=(calicoctl %s)\nCOMP_CWORD=%d\n_calicoctl\nprintf '%%s\\n' \"${COMPREPLY[@]}\"\n"
            .formatted(
                String.join(" ", Arrays.stream(words).map(word -> "'" + word + "'").toList()),
                words.length);
    Process bash =
        new ProcessBuilder("/bin/bash", "--norc", "-c", script)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .start();
    String output = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(bash.waitFor()).as(output).isZero();
    return output.lines().filter(line -> !line.isEmpty()).sorted().toList();
  }

  @Test
  void suggestsCommands() throws Exception {
    assertThat(suggestions("ge")).containsExactly("get");
    assertThat(suggestions("-l", "debug", "repl")).containsExactly("replace");
    assertThat(suggestions("ipam", "")).containsExactly("check", "configure", "release", "show");
  }

  @Test
  void suggestsOptionsOfTheCommand() throws Exception {
    assertThat(suggestions("get", "node", "--o")).containsExactly("--orchestrator", "--output");
    assertThat(suggestions("ipam", "show", "--i")).containsExactly("--ip");
    assertThat(suggestions("apply", "--skip")).isEmpty();
  }

  @Test
  void suggestsKindsAndValues() throws Exception {
    assertThat(suggestions("get", "work")).containsExactly("workloadEndpoint");
    assertThat(suggestions("get", "node", "-o", "w")).containsExactly("wide");
    assertThat(suggestions("get", "node", "--output", "=", "y")).containsExactly("yaml");
    assertThat(suggestions("config", "get", "ip", "--raw", "=")).containsExactly("bgp", "felix");
    assertThat(suggestions("--log-level", "=", "de")).containsExactly("debug");
  }

  @Test
  void suggestsFiles() throws Exception {
    assertThat(suggestions("apply", "-f", "pol")).containsExactly("policies", "policies.yaml");
    assertThat(suggestions("completion", "z")).containsExactly("zsh");
  }
}
