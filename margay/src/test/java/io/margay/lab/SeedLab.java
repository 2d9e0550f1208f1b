package io.margay.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.margay.lab.Topology.Host;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/// A lab for a test, of the topology `seed` unless said otherwise, with the programs as they are
/// shipped.
final class SeedLab implements AutoCloseable {

  private static final Duration LIMIT = Duration.ofSeconds(60);

  final Lab lab;

  private SeedLab(Lab lab) {
    this.lab = lab;
  }

  /// Builds it; skips the test, with the reason, where the machine does not let us make namespaces.
  static SeedLab up() {
    return up(SeedTopology.TOPOLOGY);
  }

  /// The same with another topology.
  static SeedLab up(Topology topology) {
    LabDirectory directory = new LabDirectory(temporaryDirectory());
    Path home = Path.of(System.getProperty("margay.home"));
    Progress progress =
        new Progress(new PrintStream(new ByteArrayOutputStream(), true), new Style(false));
    assumeTrue(canMakeNamespaces(), "this machine does not let us make namespaces");
    return new SeedLab(Lab.up(topology, directory, home, progress));
  }

  static boolean canMakeNamespaces() {
    return Command.run(List.of("unshare", "--net", "true"), "").exitCode() == 0
        || Command.run(List.of("unshare", "--user", "--map-root-user", "--net", "true"), "")
                .exitCode()
            == 0;
  }

  private static Path temporaryDirectory() {
    try {
      return Files.createTempDirectory("margay-lab-test");
    } catch (IOException e) {
      throw new LabException("no temporary directory", e);
    }
  }

  @Override
  public void close() {
    lab.down();
  }

  Host host(String name) {
    return lab.topology().hosts().stream()
        .filter(host -> host.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /// What a command prints that runs in a place and must succeed.
  String in(String place, String... command) {
    return Command.run(lab.holder().enter(place, List.of(command)), "")
        .orThrow(String.join(" ", command) + " in " + place);
  }

  /// What `calicoctl` prints; it must succeed.
  String calicoctl(String... arguments) {
    return lab.calicoctl(List.of(arguments)).orThrow("calicoctl " + String.join(" ", arguments));
  }

  /// Applies a file of the examples.
  void apply(String example) {
    calicoctl("apply", "-f", lab.examples().resolve(example).toString());
  }

  /// A process that goes on in a place; the caller ends it.
  Process startIn(String place, Path output, String... command) {
    try {
      return new ProcessBuilder(lab.holder().enter(place, List.of(command)))
          .redirectErrorStream(true)
          .redirectOutput(output.toFile())
          .start();
    } catch (IOException e) {
      throw new LabException("cannot start " + List.of(command), e);
    }
  }

  /// Kills the agent of a node without a chance to clean up.
  void killAgent(String node) {
    in(node, "kill", "-9", agentPid(node));
    awaitThat(() -> !isRunning(node, agentPid(node)), () -> "agent of " + node + " has ended");
  }

  String agentPid(String node) {
    try {
      return Files.readString(lab.directory().node(node).resolve("run").resolve("agent.pid"))
          .strip();
    } catch (IOException e) {
      throw new LabException("the agent of " + node + " left no pid", e);
    }
  }

  boolean isRunning(String node, String pid) {
    return Command.run(lab.holder().enter(node, List.of("kill", "-0", pid)), "").exitCode() == 0;
  }

  /// Starts the agent of a node again and waits until it is ready.
  void startAgent(String node) {
    launchAgent(node, List.of());
    lab.awaitAgent(host(node));
  }

  /// Starts it and does not wait.
  ///
  /// @param prefix a command that runs the words behind it
  void launchAgent(String node, List<String> prefix) {
    try {
      Files.deleteIfExists(lab.directory().node(node).resolve("run").resolve("ready"));
    } catch (IOException e) {
      throw new LabException("cannot remove the ready file", e);
    }
    lab.startAgent(host(node), prefix);
  }

  /// Waits until something is so, and fails if it does not become so.
  static void awaitThat(Supplier<Boolean> condition, Supplier<String> description) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!condition.get()) {
      assertThat(System.nanoTime()).as(description.get()).isLessThan(deadline);
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
  }

  /// Waits a while for something that need not become so.
  static void awaitEither(Supplier<Boolean> condition) {
    long deadline = System.nanoTime() + Duration.ofSeconds(3).toNanos();
    while (!condition.get() && System.nanoTime() < deadline) {
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
  }

  /// The end of every agent's output, to be shown when a test fails.
  String agentOutput() {
    List<String> text = new ArrayList<>();
    for (Host node : lab.topology().nodes()) {
      Path file = lab.directory().node(node.name()).resolve("agent.out");
      try {
        text.add(node.name() + ":\n" + Files.readString(file, StandardCharsets.UTF_8));
      } catch (IOException e) {
        text.add(node.name() + ": no output, " + e.getMessage());
      }
    }
    return String.join("\n", text);
  }
}
