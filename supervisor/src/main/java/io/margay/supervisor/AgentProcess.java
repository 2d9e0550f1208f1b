package io.margay.supervisor;

import io.margay.datastore.FileFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/// The agent of a node as a process: starting it under `bin/margay-supervise`, waiting until it is
/// ready, stopping it. What is known of it lies in its run directory.
final class AgentProcess {

  private static final String SUPERVISOR = "margay-supervise";
  private static final String AGENT_MAIN = "io.margay.Margay";
  private static final Duration STOP_LIMIT = Duration.ofSeconds(20);
  private static final Duration POLL = Duration.ofMillis(20);

  private final Path home;
  private final Path runDirectory;

  /// @param home the installation, with `bin` in it
  AgentProcess(Path home, Path runDirectory) {
    this.home = home;
    this.runDirectory = runDirectory;
  }

  /// The words that start the agent in the foreground.
  List<String> agentWords(RunOptions options) {
    List<String> words = new ArrayList<>();
    words.add(home.resolve("bin/margay").toString());
    words.add("node");
    words.add("--name=" + options.name());
    words.add("--backend=" + (options.bgp() ? "native" : "none"));
    words.add("--config=" + options.config());
    words.add("--felix-config=" + options.felixConfig());
    words.add("--log-dir=" + options.logDirectory());
    words.add("--run-dir=" + options.runDirectory());
    return words;
  }

  /// The words that start the agent under supervision.
  List<String> supervisedWords(RunOptions options) {
    List<String> words = new ArrayList<>();
    words.add(home.resolve("bin").resolve(SUPERVISOR).toString());
    words.add(runDirectory.toString());
    words.addAll(agentWords(options));
    words.add("--quiet");
    return words;
  }

  private Path output() {
    return runDirectory.resolve("agent.out");
  }

  /// Starts it, detached from this process and its terminal.
  ///
  /// @throws RefusedException if it cannot be started
  Process start(RunOptions options) {
    List<String> words = new ArrayList<>(List.of("setsid"));
    words.addAll(supervisedWords(options));
    try {
      makeDirectory(runDirectory, "run-dir");
      makeDirectory(options.logDirectory(), "log-dir");
      Files.deleteIfExists(runDirectory.resolve("ready"));
      return new ProcessBuilder(words)
          .redirectInput(Path.of("/dev/null").toFile())
          .redirectErrorStream(true)
          .redirectOutput(output().toFile())
          .start();
    } catch (IOException e) {
      throw new RefusedException("the agent cannot be started: " + e.getMessage(), e);
    }
  }

  private static void makeDirectory(Path directory, String option) {
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new RefusedException(
          "the agent cannot be started: its directory %s cannot be made: %s. Name another one: --%s=<DIR>"
              .formatted(directory, FileFailure.reason(e), option),
          e);
    }
  }

  /// How waiting for the agent ended.
  sealed interface Start {
    record Ready() implements Start {}

    /// @param output what it said on its way out
    record Ended(String output) implements Start {}

    record Slow() implements Start {}
  }

  /// Waits until the kernel holds what the datastore asks for.
  Start awaitReady(Process supervisor, Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (System.nanoTime() < deadline) {
      if (Files.exists(runDirectory.resolve("ready"))) {
        return new Start.Ready();
      }
      String said = readOutput();
      if (!supervisor.isAlive() || said.contains(SUPERVISOR + ": the agent ended")) {
        return new Start.Ended(said);
      }
      LockSupport.parkNanos(POLL.toNanos());
    }
    return new Start.Slow();
  }

  private String readOutput() {
    try {
      return Files.readString(output(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    }
  }

  /// Stops the supervisor and the agent, whichever are there; the agent stops on SIGTERM and leaves
  /// the kernel as it is.
  ///
  /// @return whether anything was there
  /// @throws RefusedException if it is systemd's to stop, or does not stop
  boolean stop() {
    Optional<ProcessHandle> supervisor = process("supervisor.pid", SUPERVISOR);
    Optional<ProcessHandle> agent = process("agent.pid", AGENT_MAIN);
    if (supervisor.isEmpty() && agent.isPresent() && isOfSystemd(agent.get())) {
      throw new RefusedException(
          "the agent (process %d) was started by systemd, which would start it again. Stop it there: systemctl stop calico-node"
              .formatted(agent.get().pid()));
    }
    supervisor.ifPresent(AgentProcess::terminate);
    agent.ifPresent(AgentProcess::terminate);
    return supervisor.isPresent() || agent.isPresent();
  }

  private static void terminate(ProcessHandle process) {
    process.destroy();
    long deadline = System.nanoTime() + STOP_LIMIT.toNanos();
    while (!hasEnded(process)) {
      if (System.nanoTime() > deadline) {
        throw new RefusedException(
            "process %d has not ended %d s after SIGTERM. Look what it waits for, or end it: kill -9 %d"
                .formatted(process.pid(), STOP_LIMIT.toSeconds(), process.pid()));
      }
      LockSupport.parkNanos(POLL.toNanos());
    }
  }

  /// A process whose parent is gone and whose adopter does not look after it, as the first process
  /// of many containers, stays as a zombie: ended, and still there.
  private static boolean hasEnded(ProcessHandle process) {
    try {
      String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
      // The state follows the name, which may hold anything (proc(5)).
      return stat.startsWith(" Z", stat.lastIndexOf(')') + 1);
    } catch (IOException e) {
      return true;
    }
  }

  /// The process of a pid file, if it still is the one that wrote it: pids are used again.
  private Optional<ProcessHandle> process(String pidFile, String program) {
    try {
      long pid = Long.parseLong(Files.readString(runDirectory.resolve(pidFile)).strip());
      String words = Files.readString(Path.of("/proc/" + pid + "/cmdline")).replace('\0', ' ');
      return words.contains(program) && words.contains(runDirectory.toString())
          ? ProcessHandle.of(pid)
          : Optional.empty();
    } catch (IOException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  /// systemd gives each run of a unit an id (systemd.exec(5)).
  private static boolean isOfSystemd(ProcessHandle process) {
    try {
      String environment =
          Files.readString(
              Path.of("/proc/" + process.pid() + "/environ"), StandardCharsets.ISO_8859_1);
      return environment.startsWith("INVOCATION_ID=") || environment.contains("\0INVOCATION_ID=");
    } catch (IOException e) {
      return false;
    }
  }

  /// Runs the agent as a child with this process's output, and ends it when this process is told to
  /// end.
  ///
  /// @return its exit code
  int runInForeground(RunOptions options) throws InterruptedException {
    try {
      Process agent = new ProcessBuilder(agentWords(options)).inheritIO().start();
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(
                  () -> {
                    agent.destroy();
                    agent.onExit().join();
                  },
                  "stop"));
      return agent.waitFor();
    } catch (IOException e) {
      throw new RefusedException("the agent cannot be started: " + e.getMessage(), e);
    }
  }
}
