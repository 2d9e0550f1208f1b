package io.margay.lab;

import io.margay.lab.Topology.Host;
import io.margay.lab.Topology.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// A lab that is up: the topology, the process that holds it, and its files.
record Lab(
    Topology topology, LabDatastore datastore, Holder holder, LabDirectory directory, Path home) {

  private static final Duration LIMIT = Patience.of(Duration.ofSeconds(90));

  /// Builds everything, step by step; if a step fails, all of it is removed again.
  ///
  /// @param home where `bin` and `examples` are
  static Lab up(
      Topology topology,
      LabDatastore datastore,
      LabDirectory directory,
      Path home,
      Progress progress) {
    directory.create();
    Holder holder = progress.step("namespaces", () -> Holder.start(directory.holderLog()));
    Lab lab = new Lab(topology, datastore, holder, directory, home);
    Thread undo = new Thread(lab::down);
    Runtime.getRuntime().addShutdownHook(undo);
    try {
      directory.write(topology.name(), datastore, holder);
      progress.run("network: " + topology.description(), lab::buildNetwork);
      lab.writeConfiguration();
      if (datastore instanceof LabDatastore.Etcd) {
        progress.run("datastore: " + lab.describeDatastore(), lab::startEtcd);
      }
      progress.run("agents: margay node on " + names(topology.nodes()), lab::startAgents);
      if (!topology.resources().isEmpty()) {
        progress.run("resources: calicoctl create", lab::createResources);
        progress.run("routes: every node learns every workload", lab::awaitRoutes);
      }
    } catch (RuntimeException e) {
      lab.down();
      throw e;
    } finally {
      stopWatching(undo);
    }
    return lab;
  }

  private static void stopWatching(Thread undo) {
    try {
      Runtime.getRuntime().removeShutdownHook(undo);
    } catch (IllegalStateException e) {
      // The process is being stopped, and the hook is doing its work.
    }
  }

  private void createResources() {
    for (Path file : topology.resources()) {
      calicoctl(List.of("create", "--filename=" + examples().resolve(file)))
          .orThrow("calicoctl create -f examples/" + file);
    }
  }

  private static String names(List<Host> hosts) {
    return String.join(", ", hosts.stream().map(Host::name).toList());
  }

  /// Ends every process of the lab and removes its files.
  void down() {
    holder.stop();
    directory.delete();
  }

  private void buildNetwork() {
    Command.run(holder.enter(List.of("sh")), NamespaceScript.of(topology))
        .orThrow("building the network");
    for (Workload workload : topology.workloads()) {
      List<String> command = new ArrayList<>(JavaProgram.words(Responder.class));
      workload.ports().forEach(port -> command.add(port.toString()));
      start(
          holder.enter(workload.name(), command),
          directory.root().resolve(workload.name() + ".log"));
    }
  }

  private void writeConfiguration() {
    String connection = datastore.configuration(directory, topology.switchAddress());
    write(directory.calicoctlConfig(), connection);
    for (Host node : topology.nodes()) {
      Path files = directory.node(node.name());
      write(files.resolve("calicoctl.cfg"), connection);
      StringBuilder felix = new StringBuilder("[global]\n");
      new TreeMap<>(topology.settings())
          .forEach((name, value) -> felix.append(name).append(" = ").append(value).append('\n'));
      write(files.resolve("felix.cfg"), felix.toString());
    }
  }

  /// The cluster of etcd, if the lab has one.
  Optional<LabEtcd> etcd() {
    return datastore instanceof LabDatastore.Etcd shape
        ? Optional.of(new LabEtcd(shape, holder, directory.etcd(), topology.switchAddress()))
        : Optional.empty();
  }

  private void startEtcd() {
    etcd()
        .ifPresent(etcd -> {
          for (int member = 0; member < etcd.shape().members(); member++) {
            startEtcdMember(etcd, member);
          }
          etcd.awaitHealthy();
        });
  }

  /// Starts a member, which may have been there before.
  void startEtcdMember(LabEtcd etcd, int member) {
    start(etcd.words(member), etcd.log(member));
  }

  /// Which datastore the agents share, and where.
  String describeDatastore() {
    return datastore.describe(directory, topology.switchAddress());
  }

  private static void write(Path file, String text) {
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new LabException("cannot write %s: %s".formatted(file, e.getMessage()), e);
    }
  }

  private void startAgents() {
    topology.nodes().forEach(this::startAgent);
    topology.nodes().forEach(this::awaitAgent);
  }

  /// Starts the agent of a node; it is not ready when this returns.
  void startAgent(Host node) {
    startAgent(node, List.of());
  }

  /// @param prefix a command that runs the words behind it, such as `env NAME=VALUE`
  void startAgent(Host node, List<String> prefix) {
    Path files = directory.node(node.name());
    List<String> words = new ArrayList<>(prefix);
    words.addAll(agentWords(node));
    start(holder.enter(node.name(), words), files.resolve("agent.out"));
  }

  private List<String> agentWords(Host node) {
    Path files = directory.node(node.name());
    return List.of(
        program("margay"),
        "node",
        "--name=" + node.name(),
        "--ip=" + node.address(),
        "--config=" + files.resolve("calicoctl.cfg"),
        "--felix-config=" + files.resolve("felix.cfg"),
        "--log-dir=" + files.resolve("log"),
        "--run-dir=" + files.resolve("run"));
  }

  /// Waits until the agent of a node says that its first state is in the kernel.
  void awaitAgent(Host node) {
    Path files = directory.node(node.name());
    Path ready = files.resolve("run").resolve("ready");
    if (!await(() -> Files.exists(ready))) {
      throw new LabException(
          "the agent of %s is not ready after %d s. It said:%n%s"
              .formatted(node.name(), LIMIT.toSeconds(), tail(files.resolve("agent.out"))));
    }
  }

  private static boolean await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
    return true;
  }

  private static String tail(Path file) {
    try {
      List<String> lines = Files.readAllLines(file);
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size()))
          .indent(4);
    } catch (IOException e) {
      return "    (" + file + " cannot be read)\n";
    }
  }

  /// Waits until every node has a route to every workload.
  void awaitRoutes() {
    for (Host node : topology.nodes()) {
      List<String> missing = new ArrayList<>();
      boolean complete =
          await(() -> {
            missing.clear();
            String routes =
                Command.run(holder.enter(node.name(), List.of("ip", "-4", "route")), "")
                    .orThrow("listing the routes of " + node.name());
            topology.workloads().stream()
                .map(workload -> workload.address().toString())
                .filter(address -> routes.lines().noneMatch(l -> l.startsWith(address + " ")))
                .forEach(missing::add);
            return missing.isEmpty();
          });
      if (!complete) {
        throw new LabException(
            "%s has no route to %s after %d s. Its agent said:%n%s"
                .formatted(
                    node.name(),
                    String.join(", ", missing),
                    LIMIT.toSeconds(),
                    tail(directory.node(node.name()).resolve("agent.out"))));
      }
    }
  }

  private static void start(List<String> words, Path output) {
    try {
      Files.createDirectories(output.getParent());
      new ProcessBuilder(words)
          .redirectInput(Path.of("/dev/null").toFile())
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
          .start();
    } catch (IOException e) {
      throw new LabException("cannot start " + words + ": " + e.getMessage(), e);
    }
  }

  /// Runs `calicoctl` against the lab's datastore, from the namespace of the switch.
  Command calicoctl(List<String> arguments) {
    List<String> words = new ArrayList<>(List.of(program("calicoctl")));
    words.addAll(arguments);
    words.add("--config=" + directory.calicoctlConfig());
    return Command.run(holder.enter(words), "");
  }

  Path examples() {
    return home.resolve("examples");
  }

  String program(String name) {
    return home.resolve("bin").resolve(name).toString();
  }

  /// What a command inside the lab needs to know to find the lab's datastore.
  Map<String, String> environment() {
    return datastore.environment(directory, topology.switchAddress());
  }
}
