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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
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

  private static final int NAMESPACES = 500;
  private static final int POLICIES_PER_NAMESPACE = 4;
  private static final int TIMES = 60;

  private final int local;
  private final int cluster;
  private final Lab lab;

  private NodeScale(int local, int cluster, Lab lab) {
    this.local = local;
    this.cluster = cluster;
    this.lab = lab;
  }

  /// @param arguments endpoints on the node, endpoints in the cluster
  public static void main(String[] arguments) throws IOException {
    int local = Integer.parseInt(arguments[0]);
    int cluster = Integer.parseInt(arguments[1]);
    Topology topology =
        new Topology(
            "scale",
            "one node",
            List.of(new Host("router", IpPrefix.parse("192.168.40.11/24"), true, Map.of())),
            List.of(),
            Map.of(),
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
    new NodeScale(local, cluster, lab).measure();
  }

  private void measure() throws IOException {
    System.out.printf(
        Locale.ROOT,
        "%,d endpoints on the node, %,d in the cluster, %,d policies; %s%n",
        local,
        cluster,
        NAMESPACES * POLICIES_PER_NAMESPACE + 1,
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
    System.out.print(latency());
    floor();
    String pid = Files.readString(lab.directory().node("router").resolve("run/agent.pid")).strip();
    long ticks = ticks(pid);
    in("router", "sleep", "20");
    System.out.printf(
        Locale.ROOT,
        "agent: resident %s kB (most %s kB); at rest %.1f %% of a processor, with its regular looks%n",
        in("router", "sh", "-c", "awk '/VmRSS/ {print $2}' /proc/" + pid + "/status").strip(),
        in("router", "sh", "-c", "awk '/VmHWM/ {print $2}' /proc/" + pid + "/status").strip(),
        (ticks(pid) - ticks) / 20.0);
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
      for (int i = 0; i < NAMESPACES * POLICIES_PER_NAMESPACE; i++) {
        String namespace = "namespace == 'ns-" + i / POLICIES_PER_NAMESPACE + "'";
        yaml.append(
            "- {apiVersion: v1, kind: policy, metadata: {name: p-%d}, spec: {selector: \"%s\", ingress: [{action: allow, protocol: tcp, source: {selector: \"%s && role == 'r-%d'\"}, destination: {ports: [%d]}}], egress: [{action: allow}]}}%n"
                .formatted(i, namespace, namespace, i % 10, 1000 + i));
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

  private static void put(Datastore datastore, Resource resource) {
    datastore.apply(new Key.ForResource(resource.key()), resource);
  }

  private Resource endpoint(int number) {
    boolean here = number < local;
    Map<String, String> labels =
        Map.of(
            "namespace", "ns-" + number % NAMESPACES,
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
    words.add(1, "--enable-native-access=ALL-UNNAMED");
    words.remove("-XX:TieredStopAtLevel=1");
    String lanMac = in("router", "cat", "/sys/class/net/lan1/address").strip();
    words.addAll(List.of(lab.directory().datastore().toString(), "router", lanMac, "" + 3 * TIMES));
    words.add("one-by-one");
    return in("world", words.toArray(String[]::new));
  }

  /// The rules of one endpoint in both IP versions, its place in a dispatch chain as long as ours,
  /// a member of a set and a route, by a program for each, one after the other.
  private void floor() {
    int others = local / 16;
    StringBuilder rules = new StringBuilder("*filter\n:hand-dispatch - -\n");
    for (int i = 0; i <= others; i++) {
      rules.append(
          "-A hand-dispatch -m comment --comment \"hand:%016d\" --in-interface %s --goto cali-fw-%s%n"
              .formatted(i, name(i % local), name(i % local)));
    }
    String dispatch = rules.toString();
    StringBuilder chains = new StringBuilder();
    for (String direction : List.of("tw", "fw")) {
      chains.append(":hand-%s-N - -%n".formatted(direction));
      for (int i = 0; i < 8; i++) {
        chains.append(
            "-A hand-%s-N -m comment --comment \"hand:%016d\" -m mark --mark 0/0x2000000 --jump cali-%s-new%n"
                .formatted(direction, i, direction.equals("tw") ? "pi" : "po"));
      }
    }
    in("router", "ipset", "create", "hand", "hash:ip", "maxelem", "1048576");
    double[] millis = new double[TIMES];
    for (int i = 0; i < TIMES; i++) {
      String text = dispatch + chains.toString().replace("-N ", "-" + i + " ") + "COMMIT\n";
      String address = new Ipv4Address(0x0ac00000 + i).toString();
      String script =
          """
          t=$(date +%%s%%N)
          echo add hand %1$s | ipset restore
          iptables-restore --noflush <<'EOF'
          %2$sEOF
          ip6tables-restore --noflush <<'EOF'
          %2$sEOF
          echo route add %1$s dev %3$s | ip -batch -
          echo $((($(date +%%s%%N) - t) / 1000))
          """
              .formatted(address, text, name(0));
      String said =
          Command.run(lab.holder().enter("router", List.of("sh")), script).orThrow("floor");
      millis[i] = Integer.parseInt(said.strip()) / 1e3;
    }
    Arrays.sort(millis);
    System.out.printf(
        Locale.ROOT,
        "the same by hand, a program started for each part: p50 %.1f ms, p99 %.1f ms%n",
        millis[TIMES / 2],
        millis[TIMES * 99 / 100]);
  }
}
