package io.margay.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.dataplane.golden.RuleDump;
import io.margay.datastore.DatastoreConfig.EtcdApi;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// What happens to the tenant network while something happens to its etcd of three members:
/// nothing. Two flows run all the time; in the end not one of their packets is missing.
///
/// `-Dmargay.outage.seconds=60` makes the outage of all members as long as one likes. How long each
/// recovery took is left in `target/etcd-recovery.txt`.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EtcdFaultsIT {

  private static final List<String> NODES = List.of("slave1", "slave2");
  private static final int MEMBERS = 3;
  private static final Duration OUTAGE =
      Duration.ofSeconds(Integer.getInteger("margay.outage.seconds", 4));

  private SeedLab lab;
  private LabEtcd etcd;
  private final List<RunningFlow> flows = new ArrayList<>();
  private final List<String> recoveries = new ArrayList<>();
  private int nextPort = 4000;

  @BeforeAll
  void up() {
    lab = SeedLab.up(SeedTopology.TOPOLOGY, new LabDatastore.Etcd(EtcdApi.V3, MEMBERS));
    etcd = lab.lab.etcd().orElseThrow();
    lab.apply("tenant-open/profile.yaml");
    allowPort(nextPort);
    NODES.forEach(node -> awaitPort(node, nextPort));
    flows.add(RunningFlow.start(lab, "slave1-frontend1", "172.16.1.2"));
    flows.add(RunningFlow.start(lab, "slave1-frontend1", "172.16.1.3"));
  }

  @AfterAll
  void down() throws IOException, InterruptedException {
    if (lab == null) {
      return;
    }
    try {
      for (var flow : flows) {
        assertThat(flow.gaps()).isEmpty();
      }
    } finally {
      lab.close();
      Files.write(Path.of("target", "etcd-recovery.txt"), recoveries);
    }
  }

  @Test
  void aLeaderThatIsKilled() {
    String before = forwarding();
    List<String> said = agentLines();
    int leader = leader();
    kill(leader);
    allowPort(++nextPort);
    recovered("leader killed: from the next write's answer", System.nanoTime(), nextPort);
    lab.lab.startEtcdMember(etcd, leader);
    etcd.awaitHealthy();
    allowPort(nextPort - 1); // so that what is compared is the fault's doing
    NODES.forEach(node -> awaitPort(node, nextPort - 1));
    nextPort--;
    assertThat(forwarding()).isEqualTo(before);
    assertThat(complaints(said)).as("at most one for each agent").hasSizeLessThanOrEqualTo(2);
  }

  @Test
  void allMembersDownForAWhile() {
    String before = forwarding();
    List<String> said = agentLines();
    IntStream.range(0, MEMBERS).forEach(this::kill);
    awaitComplaints(said, "etcdv3 at");
    hold(OUTAGE, before);
    IntStream.range(0, MEMBERS).forEach(member -> lab.lab.startEtcdMember(etcd, member));
    etcd.awaitHealthy();
    long healthy = System.nanoTime();
    allowPort(++nextPort);
    recovered("all members down for " + OUTAGE.toSeconds() + " s", healthy, nextPort);
    assertThat(complaints(said)).as("one for each agent").hasSize(2);
  }

  @Test
  void theNetworkToTheMembersIsCutAndMeanwhileTheHistoryIsCompacted() {
    String before = forwarding();
    List<String> said = agentLines();
    cut("-A");
    awaitComplaints(said, "etcdv3 at");
    allowPort(++nextPort);
    compact();
    assertThat(forwarding()).isEqualTo(before);
    cut("-D");
    recovered("network cut, history compacted meanwhile", System.nanoTime(), nextPort);
    assertThat(complaints(said)).as("one for each agent").hasSize(2);
  }

  /// Drops what the nodes send to etcd, and what etcd sends to them, in the switch's namespace.
  private void cut(String verb) {
    for (String node : NODES) {
      String address = lab.host(node).address().address().toString();
      inSwitch("iptables", verb, "INPUT", "-s", address, "-p", "tcp", "-j", "DROP");
      inSwitch("iptables", verb, "OUTPUT", "-d", address, "-p", "tcp", "-j", "DROP");
    }
  }

  @Test
  void aMemberThatNoLongerAnswersIsPassedOver() {
    String before = forwarding();
    List<String> said = agentLines();
    int slow = (leader() + 1) % MEMBERS;
    String pid = pid(slow);
    inSwitch("kill", "-STOP", pid);
    try {
      allowPort(++nextPort);
      recovered(
          "member stopped (SIGSTOP): from the next write's answer", System.nanoTime(), nextPort);
      assertThat(forwarding()).isNotEqualTo(before);
    } finally {
      inSwitch("kill", "-CONT", pid);
      resumeWaiters();
    }
    assertThat(complaints(said)).as("at most one for each agent").hasSizeLessThanOrEqualTo(2);
  }

  /// nsenter(1) stops when what it runs is stopped, and does not go on with it by itself; and a lab
  /// whose processes nobody waits for does not end.
  private static void resumeWaiters() {
    ProcessHandle.current()
        .children()
        .filter(each -> each.info().command().orElse("").endsWith("/nsenter"))
        .forEach(each ->
            Command.run(List.of("kill", "-CONT", Long.toString(each.pid())), "")
                .orThrow("going on"));
  }

  /// etcd raises this alarm when its quota is used up, and takes no write until it is disarmed.
  @Test
  void aFullDisk() {
    String before = forwarding();
    List<String> said = agentLines();
    String member = field(post(0, "/v3/maintenance/status", "{}"), "member_id");
    alarm("ACTIVATE", member);
    try {
      var refused =
          lab.lab.calicoctl(List.of("apply", "-f", lab.policyAllowing(nextPort + 1).toString()));
      assertThat(refused.exitCode()).isEqualTo(1);
      assertThat(refused.output()).contains("Its disk quota is used up", "[etcd-full]");
      hold(Duration.ofSeconds(1), before);
    } finally {
      alarm("DEACTIVATE", member);
    }
    allowPort(++nextPort);
    recovered("disk full: from the next write's answer", System.nanoTime(), nextPort);
    assertThat(complaints(said)).as("at most one for each agent").hasSizeLessThanOrEqualTo(2);
  }

  private void alarm(String action, String member) {
    post(
        0,
        "/v3/maintenance/alarm",
        "{\"action\":\"%s\",\"memberID\":\"%s\",\"alarm\":\"NOSPACE\"}".formatted(action, member));
  }

  /// Somebody deletes everything that Calico has in etcd, and then brings it back.
  @Test
  void anEmptiedDatastore() {
    String all =
        "\"key\":\"%s\",\"range_end\":\"%s\"".formatted(base64("/calico/"), base64("/calico0"));
    String before = forwarding();
    List<String> said = agentLines();
    String backup = post(0, "/v3/kv/range", "{" + all + "}");
    post(0, "/v3/kv/deleterange", "{" + all + "}");
    awaitComplaints(said, "emptied or replaced");
    hold(Duration.ofSeconds(1), before);
    List<List<String>> lost = restorable(backup);
    int most = lost.size() * 2 / 3;
    lost.subList(0, most).forEach(each -> put(each.getFirst(), each.getLast()));
    awaitComplaints(said, "/calico/v1/Ready is not true");
    hold(Duration.ofSeconds(1), before);
    lost.subList(most, lost.size()).forEach(each -> put(each.getFirst(), each.getLast()));
    assertThat(forwarding()).isEqualTo(before);
    put(base64("/calico/v1/Ready"), base64("true"));
    allowPort(++nextPort);
    recovered("datastore emptied and brought back", System.nanoTime(), nextPort);
    assertThat(complaints(said)).as("one for each agent and reason").hasSize(4);
  }

  /// Keys and values of a range, those of BGP last: without them there would be no routes.
  private static List<List<String>> restorable(String range) {
    Matcher values =
        Pattern.compile("\"key\":\"([^\"]+)\"[^}]*?\"value\":\"([^\"]+)\"").matcher(range);
    List<List<String>> found = new ArrayList<>();
    while (values.find()) {
      String key = text(values.group(1));
      // Agents report their status themselves, and the flag says that all is there.
      if (!key.startsWith("/calico/felix/") && !key.equals("/calico/v1/Ready")) {
        found.add(List.of(values.group(1), values.group(2)));
      }
    }
    return found.reversed();
  }

  private void put(String key, String value) {
    post(0, "/v3/kv/put", "{\"key\":\"%s\",\"value\":\"%s\"}".formatted(key, value));
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String text(String base64) {
    return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
  }

  private void recovered(String what, long since, int port) {
    NODES.forEach(node -> awaitPort(node, port));
    recoveries.add(
        "%s: right on both nodes after %d ms"
            .formatted(what, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since)));
  }

  /// Looks again and again whether what forwards is as it was.
  private void hold(Duration time, String expected) {
    long end = System.nanoTime() + time.toNanos();
    do {
      assertThat(forwarding()).isEqualTo(expected);
      LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
    } while (System.nanoTime() < end);
  }

  /// What decides about packets on both nodes.
  private String forwarding() {
    var all = new StringBuilder();
    for (String node : NODES) {
      all.append(RuleDump.parse(lab.in(node, "iptables-save")).ours())
          .append(lab.in(node, "ipset", "save"))
          .append(lab.in(node, "ip", "route"))
          .append(lab.in(node, "ip", "neigh", "show", "nud", "permanent"));
    }
    return all.toString();
  }

  /// Has the tenant's policy allow one more port, from everywhere.
  private void allowPort(int port) {
    lab.calicoctl("apply", "-f", lab.policyAllowing(port).toString());
  }

  private void awaitPort(String node, int port) {
    lab.awaitPortAllowed(node, port);
  }

  private String inSwitch(String... command) {
    return Command.run(lab.lab.holder().enter(List.of(command)), "")
        .orThrow(String.join(" ", command));
  }

  private String pid(int member) {
    return inSwitch("pgrep", "-f", "etcd --name=" + LabEtcd.name(member) + " ").strip();
  }

  private void kill(int member) {
    inSwitch("kill", "-9", pid(member));
  }

  /// The gateway's answer of the first member that says it leads.
  private int leader() {
    for (int member = 0; member < MEMBERS; member++) {
      String status = post(member, "/v3/maintenance/status", "{}");
      if (field(status, "member_id").equals(field(status, "leader"))) {
        return member;
      }
    }
    throw new AssertionError("nobody leads");
  }

  private void compact() {
    String revision = field(post(0, "/v3/maintenance/status", "{}"), "revision");
    post(0, "/v3/kv/compaction", "{\"revision\":\"" + revision + "\",\"physical\":true}");
  }

  private String post(int member, String path, String body) {
    return inSwitch(
        "curl", "-sf", "-d", body, etcd.shape().endpoints(etcd.address()).get(member) + path);
  }

  private static String field(String json, String name) {
    Matcher matcher = Pattern.compile("\"" + name + "\":\"(\\d+)\"").matcher(json);
    assertThat(matcher.find()).as(name + " in " + json).isTrue();
    return matcher.group(1);
  }

  /// Everything the agents have complained of.
  private List<String> agentLines() {
    return NODES.stream()
        .flatMap(node -> text(lab.lab.directory().node(node).resolve("agent.out")).lines())
        .filter(line -> line.contains("WARN") || line.contains("ERROR"))
        .toList();
  }

  /// What the agents have complained of since.
  private List<String> complaints(List<String> before) {
    var lines = new ArrayList<>(agentLines());
    before.forEach(lines::remove);
    return lines;
  }

  private void awaitComplaints(List<String> before, String text) {
    SeedLab.awaitThat(
        () -> complaints(before).stream().filter(line -> line.contains(text)).count() == 2,
        () -> "each agent complains of " + text + ": " + complaints(before));
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new LabException("cannot read " + file, e);
    }
  }
}
