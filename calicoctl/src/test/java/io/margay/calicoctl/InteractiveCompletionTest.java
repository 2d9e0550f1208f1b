package io.margay.calicoctl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Somebody types and presses the tabulator, in each shell, on a terminal. `calicoctl` there is a
/// function that shows its words.
class InteractiveCompletionTest {

  private static final String PROMPT = "ready> ";
  private static final long LIMIT_SECONDS = 60;

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({"bash, --norc", "zsh, -f"})
  void theTabulatorCompletesCommandsOptionsValuesAndFiles(String shell, String bare)
      throws Exception {
    assumeTrue(installed(shell), "there is no " + shell + " here");
    assumeTrue(installed("script"), "there is no script(1) here (package bsdutils)");
    Files.writeString(directory.resolve("completion"), script(shell));
    Files.createFile(directory.resolve("policies.yaml"));
    Process process =
        new ProcessBuilder(
                "script", "--quiet", "--command", shell + " " + bare + " -i", "/dev/null")
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .start();
    try {
      Typist typist = new Typist(process);
      if (shell.equals("zsh")) {
        typist.types("PS1='" + PROMPT + "'; unsetopt zle_bracketed_paste prompt_sp prompt_cr\n");
        typist.types("autoload -Uz compinit && compinit -u -D\n");
      } else {
        typist.types("PS1='" + PROMPT + "'; bind 'set enable-bracketed-paste off'\n");
      }
      typist.types("source ./completion; calicoctl() { echo \"<$*>\"; }\n");
      assertThat(typist.types("calicoctl repl\t\n")).contains("<replace>");
      assertThat(typist.types("calicoctl ipam rel\t--i\t10.0.0.1\n"))
          .containsAnyOf("<ipam release --ip=10.0.0.1>", "<ipam release --ip 10.0.0.1>");
      assertThat(typist.types("calicoctl get workl\t-o wi\t\n"))
          .contains("<get workloadEndpoint -o wide>");
      assertThat(typist.types("calicoctl get node --output=ya\t\n"))
          .contains("<get node --output=yaml>");
      assertThat(typist.types("calicoctl apply -f pol\t\n")).contains("<apply -f policies.yaml>");
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private static boolean installed(String program) {
    return List.of("/bin", "/usr/bin").stream()
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
  }

  private static String script(String shell) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
    Calicoctl.run(
        new String[] {"completion", shell}, Map.of(), InputStream.nullInputStream(), print, print);
    return out.toString(StandardCharsets.UTF_8);
  }

  /// Types a line once the shell asks for one.
  private static final class Typist {

    private static final String END = "end of answer";

    private final OutputStream keys;
    private final InputStream screen;

    Typist(Process process) {
      this.keys = process.getOutputStream();
      this.screen = process.getInputStream();
    }

    /// Types a line that ends with a line feed.
    ///
    /// @return what is on the screen when it has been done
    String types(String line) throws IOException, InterruptedException, ExecutionException {
      send(line);
      // What the line does not say itself, so that its echo is not taken for the answer.
      send("echo end 'of answer'\n");
      CompletableFuture<String> answer =
          CompletableFuture.supplyAsync(this::readToEnd, task -> Thread.ofVirtual().start(task));
      try {
        return answer.get(LIMIT_SECONDS, TimeUnit.SECONDS);
      } catch (TimeoutException e) {
        throw new AssertionError("the shell does not answer " + line, e);
      }
    }

    private void send(String text) throws IOException {
      keys.write(text.getBytes(StandardCharsets.UTF_8));
      keys.flush();
    }

    private String readToEnd() {
      StringBuilder seen = new StringBuilder();
      try {
        int next = screen.read();
        while (next >= 0 && seen.indexOf("\n" + END) < 0) {
          seen.append((char) next);
          next = screen.read();
        }
      } catch (IOException e) {
        seen.append(e.getMessage());
      }
      return seen.toString();
    }
  }
}
