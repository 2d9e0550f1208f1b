package io.margay.lab;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreConfig;
import io.margay.datastore.Datastores;
import io.margay.datastore.Entry;
import io.margay.datastore.Key;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a monitoring system sees of a real agent.
class MonitoringIT {

  private static SeedLab lab;

  @TempDir private Path directory;

  @BeforeAll
  static void up() {
    lab = SeedLab.up();
    set("PrometheusMetricsEnabled", "true");
    set("HealthEnabled", "true");
    set("HealthTimeoutSecs", "2");
    set("ReportingIntervalSecs", "1");
    SeedLab.awaitThat(
        () ->
            get("slave1", 9099, "/readiness").startsWith("HTTP/1.1 200")
                && get("slave1", 9091, "/metrics").startsWith("HTTP/1.1 200"),
        () -> "the settings take effect without a restart: " + get("slave1", 9099, "/readiness"));
  }

  @AfterAll
  static void down() {
    if (lab != null) {
      lab.close();
    }
  }

  private static void set(String name, String value) {
    lab.calicoctl("config", "set", "--raw=felix", name, value);
  }

  /// The whole answer, empty if nobody listens.
  private static String get(String node, int port, String path) {
    String script =
        "exec 3<>/dev/tcp/127.0.0.1/%d || exit 0; printf 'GET %s HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3"
            .formatted(port, path);
    return Command.run(lab.lab.holder().enter(node, List.of("bash", "-c", script)), "").output();
  }

  @Test
  void metricsAgreeWithTheKernel() {
    String metrics = get("slave1", 9091, "/metrics");
    long chains =
        lab.in("slave1", "iptables-save", "-t", "filter")
            .lines()
            .filter(line -> line.startsWith(":cali-"))
            .count();
    long rules =
        lab.in("slave1", "iptables-save", "-t", "filter")
            .lines()
            .filter(line -> line.contains("--comment \"cali:"))
            .count();
    long sets =
        lab.in("slave1", "ipset", "list", "-name")
            .lines()
            .filter(each -> each.startsWith("cali4"))
            .count();
    assertThat(chains).isPositive();
    assertThat(value(metrics, "felix_iptables_chains{ip_version=\"4\",table=\"filter\"}"))
        .isEqualTo(chains);
    assertThat(value(metrics, "felix_iptables_rules{ip_version=\"4\",table=\"filter\"}"))
        .isEqualTo(rules);
    assertThat(value(metrics, "felix_ipsets_calico{ip_version=\"4\"}")).isEqualTo(sets);
    assertThat(value(metrics, "felix_active_local_endpoints")).isEqualTo(2);
    assertThat(value(metrics, "felix_cluster_num_workload_endpoints")).isEqualTo(3);
    assertThat(value(metrics, "felix_cluster_num_hosts")).isEqualTo(2);
    assertThat(value(metrics, "felix_resync_state")).isEqualTo(3);
    assertThat(value(metrics, "felix_iptables_restore_errors")).isZero();
    assertThat(value(metrics, "felix_iptables_restore_calls")).isPositive();
    assertThat(value(metrics, "felix_exec_time_micros_count")).isPositive();
    assertThat(value(metrics, "margay_ready")).isEqualTo(1);
  }

  @Test
  void aRepairIsCounted() {
    double before = value(get("slave2", 9091, "/metrics"), "margay_drift_repairs_total");
    lab.in("slave2", "iptables", "-F", "cali-OUTPUT");
    SeedLab.awaitThat(
        () -> value(get("slave2", 9091, "/metrics"), "margay_drift_repairs_total") == before + 1,
        () -> get("slave2", 9091, "/metrics"));
    assertThat(lab.in("slave2", "iptables-save")).contains("-A cali-OUTPUT");
    assertThat(agentOutput("slave2"))
        .contains("Put back: chain cali-OUTPUT of filter was changed by someone else");
  }

  @Test
  void settingsOfTheDatastoreHoldFromTheStartAndChangeWhileItRuns() {
    set("IptablesRefreshInterval", "0");
    set("LogSeverityScreen", "debug");
    lab.killAgent("slave2");
    String before = agentOutput("slave2");
    lab.startAgent("slave2");
    set("FailsafeInboundHostPorts", "22,2222");
    SeedLab.awaitThat(
        () -> agentOutput("slave2").substring(before.length()).contains("DEBUG"),
        () -> "details are told: " + agentOutput("slave2"));

    lab.in("slave2", "iptables", "-F", "cali-OUTPUT");
    set("IptablesRefreshInterval", "1");
    SeedLab.awaitThat(
        () -> lab.in("slave2", "iptables-save").contains("-A cali-OUTPUT"),
        () -> "the agent looks at the kernel now and then: " + agentOutput("slave2"));

    set("IptablesRefreshInterval", "10");
    set("LogSeverityScreen", "info");
    set("FailsafeInboundHostPorts", "22");
  }

  private static double value(String metrics, String name) {
    Matcher line =
        Pattern.compile("^" + Pattern.quote(name) + " (\\S+)$", Pattern.MULTILINE).matcher(metrics);
    assertThat(line.find()).as(name + " in " + metrics).isTrue();
    return Double.parseDouble(line.group(1));
  }

  private static String agentOutput(String node) {
    try {
      return Files.readString(lab.lab.directory().node(node).resolve("agent.out"));
    } catch (IOException e) {
      throw new LabException("no output", e);
    }
  }

  @Test
  void anAgentWhoseLoopIsStuckIsNotLiveAndComesBack() {
    assertThat(get("slave2", 9099, "/liveness")).startsWith("HTTP/1.1 200").endsWith("ok\n");
    // The program that writes rules stops, and the loop waits for it.
    List<String> programs =
        lab.in("slave2", "sh", "-c", "ps -eo pid,args")
            .lines()
            .filter(line -> line.matches(".*ip6?tables(-nft)?-restore.*"))
            .map(line -> line.strip().split(" ")[0])
            .toList();
    assertThat(programs).isNotEmpty();
    List<String> own = programs.stream().filter(pid -> sameNamespace(pid, "slave2")).toList();
    assertThat(own).isNotEmpty();
    own.forEach(pid -> lab.in("slave2", "kill", "-STOP", pid));
    try {
      lab.apply("tenant-open/policy.yaml");
      SeedLab.awaitThat(
          () -> get("slave2", 9099, "/liveness").startsWith("HTTP/1.1 503"),
          () -> get("slave2", 9099, "/liveness"));
      assertThat(get("slave2", 9099, "/liveness"))
          .contains("the dataplane loop has not answered for");
      assertThat(get("slave2", 9099, "/readiness")).startsWith("HTTP/1.1 503");
    } finally {
      own.forEach(pid -> lab.in("slave2", "kill", "-CONT", pid));
    }
    SeedLab.awaitThat(
        () -> get("slave2", 9099, "/readiness").startsWith("HTTP/1.1 200"),
        () -> get("slave2", 9099, "/readiness"));
  }

  private static boolean sameNamespace(String pid, String node) {
    return lab.in(node, "sh", "-c", "readlink /proc/%s/ns/net /proc/self/ns/net".formatted(pid))
            .lines()
            .distinct()
            .count()
        == 1;
  }

  @Test
  void anAgentThatHasNotReadItsDatastoreIsLiveAndNotReady() throws Exception {
    Path config = directory.resolve("calicoctl.cfg");
    Path socket = directory.resolve("notify");
    Path told = directory.resolve("told");
    Path output = directory.resolve("agent.out");
    Process listener =
        lab.startIn(
            "outside",
            told,
            "python3",
            "-uc",
            "import socket\n"
                + "s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)\n"
                + "s.bind('%s')\n".formatted(socket)
                + "while True: print(s.recv(4096).decode())");
    SeedLab.awaitThat(() -> Files.exists(socket), () -> "the listener listens");
    Path empty = directory.resolve("datastore.db");
    Files.writeString(
        config,
        """
        apiVersion: v1
        kind: calicoApiConfig
        spec:
          datastoreType: embedded
          embeddedPath: %s
        """
            .formatted(empty));
    Process agent =
        lab.startIn(
            "outside",
            output,
            "env",
            "NOTIFY_SOCKET=" + socket,
            "FELIX_HEALTHENABLED=true",
            lab.lab.program("margay"),
            "node",
            "--name=new",
            "--config=" + config,
            "--log-dir=" + directory,
            "--felix-config=/none",
            "--run-dir=" + directory.resolve("run"));
    try {
      SeedLab.awaitThat(
          () -> get("outside", 9099, "/readiness").startsWith("HTTP/1.1 503"), () -> text(output));
      assertThat(get("outside", 9099, "/readiness"))
          .contains("datastore: ", "kernel: nothing has been written yet");
      assertThat(get("outside", 9099, "/liveness")).startsWith("HTTP/1.1 200");
      SeedLab.awaitThat(() -> text(told).contains("WATCHDOG=1"), () -> text(told));
      assertThat(text(told)).contains("STATUS=Not ready. datastore: ").doesNotContain("READY=1");

      try (Datastore store = Datastores.open(new DatastoreConfig.Embedded(empty))) {
        store.apply(new Key.Ready(), true);
      }
      SeedLab.awaitThat(
          () -> get("outside", 9099, "/readiness").startsWith("HTTP/1.1 200"),
          () -> get("outside", 9099, "/readiness") + text(output));
      SeedLab.awaitThat(() -> text(told).contains("READY=1"), () -> text(told));
      signal("-TERM");
      SeedLab.awaitThat(() -> text(told).contains("STOPPING=1"), () -> text(told));
      SeedLab.awaitThat(() -> !agent.isAlive(), () -> "the agent ends: " + text(output));
    } finally {
      signal("-KILL");
      agent.destroyForcibly();
      listener.descendants().forEach(ProcessHandle::destroyForcibly);
      listener.destroyForcibly();
    }
    assertThat(
            lab.in(
                "outside",
                lab.lab.program("margay"),
                "node",
                "cleanup",
                "--run-dir=" + directory.resolve("run"),
                "--felix-config=/none"))
        .contains("Removed: chain cali-FORWARD of filter: deleted");
  }

  private static Command show(String... words) {
    List<String> command = new ArrayList<>(List.of(lab.lab.program("margay"), "node", "show"));
    command.addAll(List.of(words));
    command.add("--run-dir=" + lab.lab.directory().node("slave1").resolve("run"));
    return Command.run(lab.lab.holder().enter("slave1", command), "");
  }

  @Test
  void showCountsThePacketsThatARuleOfAPolicyMatched() throws Exception {
    lab.calicoctl(
        "apply",
        "-f",
        Files.writeString(
                directory.resolve("counted.yaml"),
                """
                apiVersion: v1
                kind: policy
                metadata:
                  name: counted
                spec:
                  order: 1
                  selector: service == 'frontend'
                  ingress:
                  - action: allow
                    protocol: tcp
                    destination:
                      ports: [1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31, 33]
                  - action: allow
                    protocol: icmp
                  egress:
                  - action: allow
                """)
            .toString());
    SeedLab.awaitThat(() -> show("policy", "counted").exitCode() == 0, () -> "it is there");
    SeedLab.awaitThat(
        () -> lab.in("slave1", "iptables-save").contains("-A cali-pi-counted"),
        () -> "it is in the kernel");
    JsonNode before = new ObjectMapper().readTree(show("policy", "counted", "-o", "json").output());
    assertThat(hits(before, "ingress", 2)).isZero();
    // Each ping is a flow, of which the first packet alone asks policy.
    for (int i = 0; i < 3; i++) {
      lab.in("slave1-frontend1", "ping", "-n", "-c", "1", "-W", "5", "172.16.1.2");
    }
    JsonNode after = new ObjectMapper().readTree(show("policy", "counted", "-o", "json").output());
    assertThat(hits(after, "ingress", 2)).isEqualTo(3);
    assertThat(hits(after, "egress", 1)).isEqualTo(hits(before, "egress", 1) + 3);
    assertThat(hits(after, "ingress", 1)).isZero();
    assertThat(after.path("endpoints").asText()).isEqualTo("slave1-frontend1, slave1-frontend2");
    assertThat(show("policy", "counted").output())
        .containsPattern("IP +DIRECTION +RULE +ACTION +PACKETS +BYTES +MATCH")
        .containsPattern("4 +ingress +2 +allow +3 +252 +-p icmp");
    lab.calicoctl("delete", "policy", "counted");
  }

  private static long hits(JsonNode policy, String direction, int rule) {
    for (JsonNode row : policy.path("rules")) {
      if (row.path("ip").asInt() == 4
          && row.path("direction").asText().equals(direction)
          && row.path("rule").asInt() == rule) {
        return row.path("packets").asLong();
      }
    }
    throw new AssertionError("no rule " + rule + " " + direction + " in " + policy);
  }

  @Test
  void showTellsOfEndpointsChainsAndSets() {
    assertThat(show("endpoint", "slave1-frontend1").output())
        .containsPattern("Status +up")
        .containsPattern("Interface +cali0ef24b1")
        .containsPattern("4 +cali-fw-cali0ef24b1 +1 ");
    assertThat(show("endpoint", "cali0ef24b1").output()).containsPattern("Id +k8s/frontend/");
    assertThat(show("chains").output()).containsPattern("4 +filter +cali-FORWARD +\\d+ ");
    assertThat(show("chains", "cali-FORWARD").output()).contains("-j cali-from-wl-dispatch");
    assertThat(show("sets").output()).contains("cali4-s:CEmFgJFwDvohR01JKvOkO8D");
    assertThat(show("graph").output()).containsPattern("slave1-frontend2 +cali0ef24b2 +up");
  }

  @Test
  void showSaysWhatIsWrong() {
    Command mistyped = show("endpoint", "slave1-fronted1");
    assertThat(mistyped.exitCode()).isEqualTo(1);
    assertThat(mistyped.output())
        .startsWith("margay node show: no endpoint 'slave1-fronted1' on this node. Did you mean")
        .contains("slave1-frontend1");
    Command nobody =
        Command.run(
            List.of(lab.lab.program("margay"), "node", "show", "graph", "--run-dir=" + directory),
            "");
    assertThat(nobody.exitCode()).isEqualTo(1);
    assertThat(nobody.output())
        .startsWith("margay node show: no agent answers at " + directory.resolve("agent.sock"));
  }

  private void signal(String signal) {
    Path pid = directory.resolve("run/agent.pid");
    if (Files.exists(pid)) {
      Command.run(
          lab.lab.holder().enter("outside", List.of("kill", signal, text(pid).strip())), "");
    }
  }

  @Test
  void theDatastoreKnowsThatTheAgentLives() {
    try (Datastore store =
        Datastores.open(new DatastoreConfig.Embedded(lab.lab.directory().datastore()))) {
      SeedLab.awaitThat(
          () -> status(store).filter(each -> !each.firstUpdate()).isPresent(),
          () -> "a second report: " + status(store));
      assertThat(status(store).orElseThrow().uptimeSeconds()).isPositive();
    }
  }

  private static Optional<Key.AgentStatus> status(Datastore store) {
    return store.get(new Key.NodeStatus("slave1")).map(Entry::value);
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new LabException("cannot read " + file, e);
    }
  }
}
