package io.margay.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunDirectoryTest {

  @TempDir private Path parent;

  @Test
  void readyComesAndGoesAndNothingButTheLockIsLeft() throws IOException {
    Path directory = parent.resolve("run");
    try (RunDirectory run = RunDirectory.open(directory)) {
      assertThat(directory.resolve("ready")).doesNotExist();
      run.setReady(true);
      assertThat(directory.resolve("ready")).exists();
      assertThat(Files.readString(directory.resolve("agent.pid")).strip())
          .isEqualTo(Long.toString(ProcessHandle.current().pid()));
      run.setReady(false);
      assertThat(directory.resolve("ready")).doesNotExist();
      run.setReady(true);
    }
    assertThat(directory).isDirectoryContaining(path -> path.endsWith("agent.lock"));
    assertThat(directory.toFile().list()).containsExactly("agent.lock");
  }

  @Test
  void aLeftOverReadyFileIsNotBelieved() throws IOException {
    Files.write(parent.resolve("ready"), new byte[0]);
    try (RunDirectory run = RunDirectory.open(parent)) {
      assertThat(run).isNotNull();
      assertThat(parent.resolve("ready")).doesNotExist();
    }
  }

  @Test
  void aSecondAgentIsRefused() throws Exception {
    Process first =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                HoldsRunDirectory.class.getName(),
                parent.toString())
            .start();
    try {
      assertThat(first.inputReader().readLine()).isEqualTo("held");
      assertThatThrownBy(() -> RunDirectory.open(parent))
          .isInstanceOf(StartException.class)
          .hasMessageContaining("another agent holds")
          .hasMessageContaining("--run-dir");
    } finally {
      first.destroyForcibly();
      assertThat(first.waitFor(10, TimeUnit.SECONDS)).isTrue();
    }
    RunDirectory.open(parent).close();
  }

  @Test
  void aDirectoryThatCannotBeMadeIsNamed() throws IOException {
    Path file = Files.writeString(parent.resolve("file"), "");
    assertThatThrownBy(() -> RunDirectory.open(file.resolve("run")))
        .isInstanceOf(StartException.class)
        .hasMessageContaining(file.resolve("run").toString());
  }

  /// Holds a run directory until it is killed.
  public static final class HoldsRunDirectory {
    private HoldsRunDirectory() {}

    public static void main(String[] arguments) throws IOException {
      RunDirectory held = RunDirectory.open(Path.of(arguments[0]));
      System.out.println("held");
      if (System.in.read() == -1) {
        held.close();
      }
    }
  }
}
