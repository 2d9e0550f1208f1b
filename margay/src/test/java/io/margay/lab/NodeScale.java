package io.margay.lab;

import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreConfig;
import io.margay.datastore.Datastores;
import io.margay.datastore.Key;
import io.margay.lab.Topology.Host;
import io.margay.model.Labels;
import io.margay.model.Resource;
import io.margay.model.WorkloadEndpoint;
import io.margay.model.document.DocumentReader;
import io.margay.net.IpPrefix;
import io.margay.net.Ipv4Address;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/// Measures one node with many endpoints, policies and set members: how long a change takes until
/// packets pass, beside the same change made by hand-written input for the same programs; memory,
/// processor time at rest, number of rules.
///
/// Run by `build/measure-node`.
public final class NodeScale {

  private static final int POLICIES_PER_NAMESPACE = 4;
  private static final int TIMES = 40;

  /// Enough for a 99th percentile; the first third warms up.
  private static final int NEW_ENDPOINTS = 450;

  private final int local;
  private final int cluster;
  private final int policies;
  private final Lab lab;

  private NodeScale(int local, int cluster, int policies, Lab lab) {
    this.local = local;
    this.cluster = cluster;
    this.policies = policies;
    this.lab = lab;
  }

  /// @param arguments endpoints on the node, endpoints in the cluster, policies
  public static void main(String[] arguments) throws IOException {
    int local = Integer.parseInt(arguments[0]);
    int cluster = Integer.parseInt(arguments[1]);
    int policies = Integer.parseInt(arguments[2]);
    Topology topology =
        new Topology(
            "scale",
            "one node",
            List.of(new Host("router", IpPrefix.parse("192.168.40.11/24"), true, Map.of())),
            List.of(),
            Map.of("PrometheusMetricsEnabled", "true"),
            List.of());
    Progress silent =
        new Progress(new PrintStream(new ByteArrayOutputStream(), true), new Style(false));
    LabDirectory directory = new LabDirectory(Files.createTempDirectory("margay-scale"));
    Lab lab =
        Lab.up(
            topology,
            new LabDatastore.Embedded(),
            directory,
            Path.of(System.getProperty("margay.home")),
            silent);
    Thread down = new Thread(lab::down);
    Runtime.getRuntime().addShutdownHook(down);
    new NodeScale(local, cluster, policies, lab).measure();
  }

  private void measure() throws IOException {
    System.out.printf(
        Locale.ROOT,
        "%,d endpoints on the node, %,d in the cluster, %,d policies; %s%n",
        local,
        cluster,
        policies + 1,
        in("router", "iptables", "--version").strip());
    network();
    long start = System.nanoTime();
    populate();
    awaitChains();
    System.out.printf(
        Locale.ROOT,
        "all of it, written to the datastore and then to the kernel: %.1f s%n",
        (System.nanoTime() - start) / 1e9);
    System.out.printf(
        Locale.ROOT,
        "rules: %d IPv4, %d IPv6; sets: %d with %d members%n",
        count("iptables-save", "-A cali"),
        count("ip6tables-save", "-A cali"),
        count("ipset save", "create"),
        count("ipset save", "add"));
    atRest();
    endpoints();
    members();
    policies();
    byHand();
  }

  /// An endpoint comes.
  private void endpoints() throws IOException {
    Scrape before = scrape();
    System.out.print(latency());
    tellPhases(before);
  }

  /// An endpoint of another node comes into the set that has all endpoints.
  private void members() {
    System.out.printf(Locale.ROOT, "a member more in a set of %,d%n", cluster);
    Scrape before = scrape();
    try (Datastore datastore = open()) {
      for (int i = 0; i < TIMES; i++) {
        put(datastore, endpoint(cluster + i));
        pause();
      }
    }
    tellPhases(before);
  }

  /// A rule of a policy of this node's changes.
  private void policies() {
    System.out.println("another port in a policy's rule");
    Scrape before = scrape();
    try (Datastore datastore = open()) {
      for (int i = 0; i < TIMES; i++) {
        DocumentReader.read("policy", policy(0, 10_000 + i)).forEach(each -> put(datastore, each));
        pause();
      }
    }
    tellPhases(before);
  }

  /// The same changes without the agent, which would look at what others write.
  private void byHand() throws IOException {
    in("router", "kill", agentPid());
    System.out.println("by hand, a program started for each part");
    ByHand byHand = new ByHand(lab, "router");
    tellFloor("an endpoint", byHand.endpoint(i -> name(i % local), local / 16));
    tellFloor("a policy's rule", byHand.policy());
    tellFloor("a member", byHand.member(bigSet()));
  }

  /// The set of the whole cluster.
  private String bigSet() {
    return in(
            "router",
            "sh",
            "-c",
            "ipset -t list | awk '/^Name/ { name = $2 } /^Number/ && $4 >= %d { print name }'"
                .formatted(cluster))
        .strip();
  }

  /// Between changes a node has time.
  private static void pause() {
    LockSupport.parkNanos(150_000_000);
  }

  private static void tellFloor(String what, ByHand.Times times) {
    System.out.printf(Locale.ROOT, "  %s: %s%n", what, times);
  }

  /// Where an agent's time went. What is not in its programs is its own work and netlink.
  private void tellPhases(Scrape before) {
    Scrape after = scrape();
    double applies = after.since(before, "felix_int_dataplane_apply_time_seconds_count");
    System.out.printf(
        Locale.ROOT,
        "  an apply of the agent, mean of %.0f: %.2f ms; meanwhile %.2f calls of programs, %.2f ms, side by side in part (restore %.2f, ipset %.2f, save %.2f calls); taking in the news %.2f ms%n",
        applies,
        1e3 * after.meanSince(before, "felix_int_dataplane_apply_time_seconds"),
        after.since(before, "felix_exec_time_micros_count") / applies,
        after.since(before, "felix_exec_time_micros_sum") / applies / 1e3,
        after.since(before, "felix_iptables_restore_calls") / applies,
        after.since(before, "felix_ipset_calls") / applies,
        after.since(before, "felix_iptables_save_calls") / applies,
        1e3 * after.meanSince(before, "felix_calc_graph_update_time_seconds"));
  }

  private Scrape scrape() {
    return Scrape.parse(
        in("router", "curl", "-sf", "--noproxy", "*", "http://127.0.0.1:9091/metrics"));
  }

  private void atRest() throws IOException {
    String pid = agentPid();
    long ticks = ticks(pid);
    in("router", "sleep", "20");
    System.out.printf(
        Locale.ROOT,
        "agent: resident %s kB (most %s kB); at rest %.1f %% of a processor, with its regular looks%n",
        in("router", "sh", "-c", "awk '/VmRSS/ {print $2}' /proc/" + pid + "/status").strip(),
        in("router", "sh", "-c", "awk '/VmHWM/ {print $2}' /proc/" + pid + "/status").strip(),
        (ticks(pid) - ticks) / 20.0);
  }

  private String agentPid() throws IOException {
    return Files.readString(lab.directory().node("router").resolve("run/agent.pid")).strip();
  }

  /// Processor time used, in hundredths of a second (proc(5)), of the agent and of what it ran.
  private long ticks(String pid) {
    String[] words =
        in("router", "cat", "/proc/" + pid + "/stat").replaceFirst(".*\\)", "").strip().split(" ");
    return IntStream.rangeClosed(11, 14).mapToLong(i -> Long.parseLong(words[i])).sum();
  }

  private int count(String command, String start) {
    return Integer.parseInt(
        in("router", "sh", "-c", command + " | grep -c '^" + start + "' || true").strip());
  }

  private String in(String place, String... command) {
    return Command.run(lab.holder().enter(place, List.of(command)), "")
        .orThrow(String.join(" ", command));
  }

  private void network() {
    StringBuilder script = new StringBuilder(NewInterfaceIT.NETWORK);
    script.append("ip -n router -batch - <<'EOF'\n");
    for (int i = 0; i < local; i++) {
      script.append(
          "link add %1$s type veth peer name w%2$d netns world%nlink set %1$s up%n"
              .formatted(name(i), i));
    }
    script.append("EOF\n");
    Command.run(lab.holder().enter(List.of("sh")), script.toString()).orThrow("the network");
  }

  /// As those that orchestrators make up: eleven characters that have nothing in common.
  private static String name(int number) {
    return "cali" + "%011x".formatted(0x9e3779b97f4aL * (number + 1) & 0xfffffffffffL);
  }

  private Datastore open() {
    return Datastores.open(new DatastoreConfig.Embedded(lab.directory().datastore()));
  }

  private void populate() {
    try (Datastore datastore = open()) {
      DocumentReader.read("policies", NewInterfaceIT.POLICIES)
          .forEach(each -> put(datastore, each));
      StringBuilder yaml = new StringBuilder();
      for (int i = 0; i < policies; i++) {
        yaml.append(policy(i, 1000 + i));
      }
      // A set of the whole cluster.
      yaml.append(
          "- {apiVersion: v1, kind: policy, metadata: {name: big}, spec: {selector: \"kind == 'new'\", order: 1, ingress: [{action: allow, protocol: tcp, source: {selector: \"has(namespace)\"}}], egress: [{action: pass}]}}\n");
      DocumentReader.read("policies", yaml.toString()).forEach(each -> put(datastore, each));
      for (int i = 0; i < cluster; i++) {
        put(datastore, endpoint(i));
      }
    }
  }

  private static String policy(int number, int port) {
    String namespace = "namespace == 'ns-" + number / POLICIES_PER_NAMESPACE + "'";
    return "- {apiVersion: v1, kind: policy, metadata: {name: p-%d}, spec: {selector: \"%s\", ingress: [{action: allow, protocol: tcp, source: {selector: \"%s && role == 'r-%d'\"}, destination: {ports: [%d]}}], egress: [{action: allow}]}}%n"
        .formatted(number, namespace, namespace, number % 10, port);
  }

  private static void put(Datastore datastore, Resource resource) {
    datastore.apply(new Key.ForResource(resource.key()), resource);
  }

  private Resource endpoint(int number) {
    boolean here = number < local;
    Map<String, String> labels =
        Map.of(
            "namespace", "ns-" + number % (policies / POLICIES_PER_NAMESPACE),
            "role", "r-" + number % 10,
            "kind", number == 0 ? "new" : "old");
    return new WorkloadEndpoint(
        new WorkloadEndpoint.Metadata(
            "eth0",
            "w-" + number,
            "lab",
            here ? "router" : "node-" + number % 250,
            Labels.copyOf(labels)),
        new WorkloadEndpoint.Spec(
            List.of(new Ipv4Address(0x0a800000 + number).toPrefix()),
            List.of(),
            null,
            null,
            List.of(),
            here ? name(number) : "cali" + number,
            null));
  }

  private void awaitChains() {
    String last = new Ipv4Address(0x0a800000 + local - 1).toString();
    while (!in("router", "ip", "route").contains(last + " ")
        || count("ipset save", "add") < cluster
        || count("ip6tables-save", "-A cali-tw") < local) {
      LockSupport.parkNanos(100_000_000);
    }
  }

  private String latency() throws IOException {
    List<String> words = new ArrayList<>(JavaProgram.words(NewInterfaces.class));
    words.remove("-XX:TieredStopAtLevel=1");
    String lanMac = in("router", "cat", "/sys/class/net/lan1/address").strip();
    words.addAll(
        List.of(lab.directory().datastore().toString(), "router", lanMac, "" + NEW_ENDPOINTS));
    words.add("one-by-one");
    Process process =
        new ProcessBuilder(lab.holder().enter("world", words)).redirectErrorStream(true).start();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }
}
