package io.margay.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.margay.cluster.ResourceWriter;
import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreConfig;
import io.margay.datastore.Datastores;
import io.margay.lab.Topology.Host;
import io.margay.lookingglass.Inquiry;
import io.margay.lookingglass.Question;
import io.margay.model.ResourceKey;
import io.margay.model.document.DocumentReader;
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
import java.util.stream.Collectors;

/// A lab for a test, of the topology `seed` unless said otherwise, with the programs as they are
/// shipped.
final class SeedLab implements AutoCloseable {

  private static final Duration LIMIT = Patience.of(Duration.ofSeconds(90));
  private static final Path LEGACY = Path.of("/usr/sbin/xtables-legacy-multi");

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
    return up(topology, new LabDatastore.Embedded());
  }

  /// The same with another datastore; skips the test, with the reason, where there is no etcd.
  static SeedLab up(Topology topology, LabDatastore datastore) {
    assumeTrue(
        datastore instanceof LabDatastore.Embedded
            || Command.run(List.of("sh", "-c", "command -v etcd"), "").exitCode() == 0,
        "etcd is not installed (Debian package etcd-server), so it is not tested");
    LabDirectory directory = new LabDirectory(temporaryDirectory());
    Path home = Path.of(System.getProperty("margay.home"));
    Progress progress =
        new Progress(new PrintStream(new ByteArrayOutputStream(), true), new Style(false));
    assumeTrue(canMakeNamespaces(), "this machine does not let us make namespaces");
    return new SeedLab(Lab.up(topology, datastore, directory, home, progress));
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

  /// The same for a command that may take many minutes.
  String inForLong(String place, String... command) {
    try {
      Process process =
          new ProcessBuilder(lab.holder().enter(place, List.of(command)))
              .redirectErrorStream(true)
              .start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(said).isZero();
      return said;
    } catch (IOException e) {
      throw new LabException("cannot run " + List.of(command), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabException("interrupted", e);
    }
  }

  /// What `calicoctl` prints; it must succeed.
  String calicoctl(String... arguments) {
    return lab.calicoctl(List.of(arguments)).orThrow("calicoctl " + String.join(" ", arguments));
  }

  /// Applies a file of the examples.
  void apply(String example) {
    calicoctl("apply", "-f", lab.examples().resolve(example).toString());
  }

  /// Applies resources as `calicoctl apply` does, in less time.
  void applyText(String yaml) {
    try (Datastore datastore = openDatastore()) {
      ResourceWriter writer = new ResourceWriter(datastore);
      DocumentReader.read("test", yaml).forEach(writer::apply);
    }
  }

  void delete(ResourceKey key) {
    try (Datastore datastore = openDatastore()) {
      new ResourceWriter(datastore).delete(key);
    }
  }

  /// The datastore; the caller closes it.
  Datastore openDatastore() {
    return Datastores.open(new DatastoreConfig.Embedded(lab.directory().datastore()));
  }

  /// A file, removed with the lab, of the tenant's open policy that allows one more TCP port from
  /// everywhere: a change that shows in the kernel.
  Path policyAllowing(int port) {
    try {
      String open = Files.readString(lab.examples().resolve("tenant-open/policy.yaml"));
      String rule = "  - action: allow\n    protocol: tcp\n    destination: {ports: [%d]}\n";
      return Files.writeString(
          lab.directory().root().resolve("policy" + port + ".yaml"),
          open.replace("  egress:", rule.formatted(port) + "  egress:"));
    } catch (IOException e) {
      throw new LabException("cannot write a policy", e);
    }
  }

  /// Waits until the kernel of a node has what [#policyAllowing] asks for.
  void awaitPortAllowed(String node, int port) {
    awaitThat(
        () -> in(node, "iptables-save", "-t", "filter").contains("--dports " + port + " "),
        () -> node + " allows port " + port + "; the agents said " + agentOutput());
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

  /// Has everything in the lab mean iptables-legacy by `iptables`: the agents end, their rules are
  /// removed, and they start again. Skips the test, with the reason, where there is none.
  void useLegacyIptables() {
    assumeTrue(Files.exists(LEGACY), "there is no iptables-legacy here, so it is not tested");
    for (Host node : lab.topology().nodes()) {
      killAgent(node.name());
      in(node.name(), lab.program("margay"), "node", "cleanup", runDirectory(node.name()));
    }
    // The lab has a mount namespace of its own. Both programs go by the name they are called by.
    String system = "$(readlink -f \"$(command -v iptables-save)\")";
    Command.run(
            lab.holder()
                .enter(List.of("sh", "-c", "mount --bind '%s' \"%s\"".formatted(LEGACY, system))),
            "")
        .orThrow("iptables-legacy in the place of iptables");
    lab.topology().nodes().forEach(node -> launchAgent(node.name(), List.of()));
    lab.topology().nodes().forEach(lab::awaitAgent);
  }

  /// The option by which `margay node` finds the agent of a node.
  String runDirectory(String node) {
    return "--run-dir=" + lab.directory().node(node).resolve("run");
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

  /// Waits until a host has been told all routes of its peers in the sessions that there are now. A
  /// peer that dies before takes its routes along, since it has then restarted twice (RFC 4724
  /// §4.2).
  void awaitRoutesTold(String host) {
    Path socket = lab.directory().node(host).resolve("run").resolve("bgp.sock");
    awaitThat(
        () -> {
          List<JsonNode> peers = neighbors(socket);
          return !peers.isEmpty()
              && peers.stream()
                  .allMatch(peer ->
                      peer.path("state").asText().equals("Established")
                          && peer.path("received").asInt() > 0
                          && peer.path("stale").asInt() == 0);
        },
        () -> host + " was told the routes of its peers: " + neighbors(socket));
  }

  /// What an agent says of its BGP neighbors; nothing while it cannot answer.
  private static List<JsonNode> neighbors(Path socket) {
    List<JsonNode> answer = new ArrayList<>();
    try {
      Inquiry.ask(
          socket,
          new Question(Question.Table.NEIGHBORS, null, new Question.Prefixes.All(null)),
          answer::add);
    } catch (IOException | Inquiry.RefusedException _) {
      return List.of();
    }
    return answer.subList(1, answer.size());
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

  /// Every agent's output, to be shown when a test fails.
  String agentOutput() {
    return lab.topology().nodes().stream()
        .map(node -> node.name() + ":\n" + agentOutput(node.name()))
        .collect(Collectors.joining("\n"));
  }

  /// What the agents of a node have said so far.
  String agentOutput(String node) {
    try {
      return Files.readString(lab.directory().node(node).resolve("agent.out"));
    } catch (IOException e) {
      return "(no output: " + e.getMessage() + ")";
    }
  }
}
