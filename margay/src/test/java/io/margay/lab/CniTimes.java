package io.margay.lab;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreConfig;
import io.margay.datastore.Datastores;
import io.margay.datastore.Key;
import io.margay.lab.Topology.Host;
import io.margay.model.IpPool;
import io.margay.net.IpPrefix;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Measures the CNI plugin beside others. The outer process makes a lab, the inner one starts
/// plugins on the lab's host, as a container runtime would.
///
/// Run by `build/measure-cni`.
public final class CniTimes {

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int AT_ONCE = 8;
  private static final Path OTHERS = Path.of("/usr/lib/cni");

  private final int containers;
  private final String plugin;
  private final String config;
  private final Path socket;
  private final String otherConfig;

  private CniTimes(int containers, Path directory) throws IOException {
    this.containers = containers;
    this.plugin = Path.of(System.getProperty("margay.home"), "bin", "calico").toString();
    this.socket = directory.resolve("node1").resolve("run").resolve("cni.sock");
    this.config =
        """
        {"cniVersion": "0.4.0", "name": "measured", "type": "calico", "agent_socket": "%s",
         "ipam": {"type": "calico-ipam"}}
        """
            .formatted(socket);
    this.otherConfig =
        """
        {"cniVersion": "0.4.0", "name": "other", "type": "ptp",
         "ipam": {"type": "host-local", "subnet": "10.81.0.0/16", "dataDir": "%s"}}
        """
            .formatted(directory.resolve("host-local"));
  }

  /// @param arguments how many containers; for the inner process the lab's directory behind it
  public static void main(String[] arguments) throws Exception {
    int containers = Integer.parseInt(arguments[0]);
    if (arguments.length > 1) {
      new CniTimes(containers, Path.of(arguments[1])).measure();
    } else {
      outside(containers);
    }
  }

  private static void outside(int containers) throws IOException, InterruptedException {
    Topology topology =
        new Topology(
            "cni",
            "one node",
            List.of(new Host("node1", IpPrefix.parse("192.168.50.11/24"), true, Map.of())),
            List.of(),
            Map.of(),
            List.of());
    Progress silent =
        new Progress(new PrintStream(new ByteArrayOutputStream(), true), new Style(false));
    LabDirectory directory = new LabDirectory(Files.createTempDirectory("margay-cni"));
    Path home = Path.of(System.getProperty("margay.home"));
    Lab lab = Lab.up(topology, new LabDatastore.Embedded(), directory, home, silent);
    Thread down = new Thread(lab::down);
    Runtime.getRuntime().addShutdownHook(down);
    try (Datastore datastore =
        Datastores.open(new DatastoreConfig.Embedded(directory.datastore()))) {
      IpPool pool =
          new IpPool(
              new IpPool.Metadata(IpPrefix.parse("10.80.0.0/16")),
              new IpPool.Spec(null, false, false));
      datastore.apply(new Key.ForResource(pool.key()), pool);
    }
    StringBuilder script = new StringBuilder("set -e\n");
    for (int i = 0; i < containers; i++) {
      script.append("ip netns add c").append(i).append('\n');
    }
    Command.run(lab.holder().enter(List.of("sh")), script.toString()).orThrow("namespaces");
    List<String> words = new ArrayList<>(List.of("nsenter", "--net=/run/netns/node1", "--"));
    words.addAll(JavaProgram.words(CniTimes.class));
    words.add(words.size() - 1, "-Dmargay.home=" + home);
    words.add(Integer.toString(containers));
    words.add(directory.root().toString());
    Process inner = new ProcessBuilder(lab.holder().enter(words)).inheritIO().start();
    if (inner.waitFor() != 0) {
      throw new LabException("the measurement failed");
    }
  }

  // ---- inside

  private void measure() throws Exception {
    // Once without counting: the agent's code is cold, and the kernel's too.
    for (int i = 0; i < Math.min(20, containers); i++) {
      plugin("ADD", "warm", i);
      plugin("DEL", "warm", i);
    }
    System.out.printf(
        Locale.ROOT, "%d containers; times in ms%n%-46s %7s %7s%n", containers, "", "p50", "p99");
    List<Double> start = all(1, i -> process(plugin, "VERSION", "none", 0, "{}"));
    report("start of the plugin's process (VERSION)", start);
    for (int atOnce : new int[] {1, AT_ONCE}) {
      String how = atOnce == 1 ? "" : ", " + atOnce + " at once";
      List<Double> add = all(atOnce, i -> plugin("ADD", "p" + atOnce, i));
      List<Double> delete = all(atOnce, i -> plugin("DEL", "p" + atOnce, i));
      report("calico ADD" + how, add);
      report("calico DEL" + how, delete);
      if (Files.isExecutable(OTHERS.resolve("ptp"))) {
        String ptp = OTHERS.resolve("ptp").toString();
        List<Double> otherAdd = all(atOnce, i -> process(ptp, "ADD", "o" + i, i, otherConfig));
        List<Double> otherDelete = all(atOnce, i -> process(ptp, "DEL", "o" + i, i, otherConfig));
        report("ptp + host-local ADD" + how, otherAdd);
        report("ptp + host-local DEL" + how, otherDelete);
        System.out.printf(
            Locale.ROOT,
            "%-46s %7.2f%n%-46s %7.2f%n",
            "  ratio of the medians of ADD",
            percentile(add, 50) / percentile(otherAdd, 50),
            "  ratio of the medians of DEL",
            percentile(delete, 50) / percentile(otherDelete, 50));
      }
      Map<String, List<Double>> phases = new TreeMap<>();
      report("the agent's part of ADD" + how, all(atOnce, i -> direct("ADD", "d" + i, i, phases)));
      report("the agent's part of DEL" + how, all(atOnce, i -> direct("DEL", "d" + i, i, phases)));
      phases.forEach((phase, times) -> report("  of ADD: " + phase, times));
    }
  }

  private interface Work {
    double milliseconds(int number) throws IOException, InterruptedException;
  }

  private List<Double> all(int atOnce, Work work) throws Exception {
    List<Double> times = new ArrayList<>();
    try (ExecutorService workers = Executors.newFixedThreadPool(atOnce)) {
      List<Future<Double>> futures = new ArrayList<>();
      for (int i = 0; i < containers; i++) {
        int number = i;
        Callable<Double> call = () -> work.milliseconds(number);
        futures.add(workers.submit(call));
      }
      for (Future<Double> future : futures) {
        times.add(future.get());
      }
    } catch (ExecutionException e) {
      throw new LabException("a plugin failed: " + e.getCause(), e);
    }
    return times;
  }

  private double plugin(String command, String round, int number)
      throws IOException, InterruptedException {
    return process(plugin, command, round + "-" + number, number, config);
  }

  private static double process(String program, String command, String id, int number, String stdin)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(program).redirectErrorStream(true);
    builder.environment().putAll(environment(command, id, number));
    long begun = System.nanoTime();
    Process process = builder.start();
    try (var in = process.getOutputStream()) {
      in.write(stdin.getBytes(StandardCharsets.UTF_8));
    }
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int exitCode = process.waitFor();
    double milliseconds = (System.nanoTime() - begun) / 1e6;
    if (exitCode != 0) {
      throw new LabException("%s %s of %s failed: %s".formatted(program, command, id, said));
    }
    return milliseconds;
  }

  private static Map<String, String> environment(String command, String id, int number) {
    return Map.of(
        "CNI_COMMAND",
        command,
        "CNI_CONTAINERID",
        id,
        "CNI_NETNS",
        "/run/netns/c" + number,
        "CNI_IFNAME",
        "eth0",
        "CNI_PATH",
        OTHERS.toString());
  }

  /// Says to the agent what the plugin says.
  private double direct(String command, String id, int number, Map<String, List<Double>> phases)
      throws IOException {
    var request = MAPPER.createObjectNode().put("plugin", "calico").put("config", config);
    environment(command, id, number).forEach(request.putObject("environment")::put);
    long begun = System.nanoTime();
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      channel.write(ByteBuffer.wrap((request + "\n").getBytes(StandardCharsets.UTF_8)));
      String line =
          new BufferedReader(
                  new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.UTF_8))
              .readLine();
      double milliseconds = (System.nanoTime() - begun) / 1e6;
      JsonNode answer = MAPPER.readTree(line);
      if (answer.path("exitCode").asInt(-1) != 0) {
        throw new LabException("the agent says: " + line);
      }
      synchronized (phases) {
        answer
            .path("nanos")
            .properties()
            .forEach(each ->
                phases
                    .computeIfAbsent(each.getKey(), _ -> new ArrayList<>())
                    .add(each.getValue().asLong() / 1e6));
      }
      return milliseconds;
    }
  }

  private static void report(String what, List<Double> times) {
    System.out.printf(
        Locale.ROOT, "%-46s %7.1f %7.1f%n", what, percentile(times, 50), percentile(times, 99));
  }

  private static double percentile(List<Double> times, int percent) {
    double[] sorted = times.stream().mapToDouble(Double::doubleValue).toArray();
    Arrays.sort(sorted);
    return Percentile.of(sorted, percent);
  }
}
