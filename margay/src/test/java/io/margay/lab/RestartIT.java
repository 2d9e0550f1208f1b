package io.margay.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.dataplane.golden.RuleDump;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Agents die and start again, and others change what is ours.
class RestartIT {

  private static final List<String> NODES = List.of("slave1", "slave2");

  private static SeedLab lab;

  @BeforeAll
  static void up() {
    lab = SeedLab.up();
    lab.apply("tenant-open/policy.yaml");
    lab.apply("tenant-open/profile.yaml");
    SeedLab.awaitThat(
        () ->
            lab.in("slave2", "iptables-save")
                .lines()
                .noneMatch(line ->
                    line.startsWith("-A cali-pi-namespace-default") && line.endsWith("DROP")),
        () -> "the denial is gone");
  }

  @AfterAll
  static void down() {
    if (lab != null) {
      lab.close();
    }
  }

  @Test
  void aRestartWithNothingChangedWritesNothing(@TempDir Path logs) throws Exception {
    Path netlink = logs.resolve("netlink");
    Path rules = logs.resolve("rules");
    String setsBefore = lab.in("slave1", "ipset", "save");
    RuleDump rulesBefore = RuleDump.parse(lab.in("slave1", "iptables-save"));
    lab.killAgent("slave1");
    Path output = lab.lab.directory().node("slave1").resolve("agent.out");
    int toldBefore = text(output).length();

    Process netlinkMonitor =
        lab.startIn("slave1", netlink, "ip", "monitor", "link", "address", "route", "neigh");
    Process ruleMonitor =
        lab.startIn("slave1", rules, "stdbuf", "-oL", "xtables-monitor", "--event");
    try {
      // What is written after the agent, and seen, shows that the monitors would have seen more.
      lab.startAgent("slave1");
      SeedLab.awaitThat(() -> established("slave1"), () -> "the session is up again");
      lab.in("slave1", "ip", "route", "add", "203.0.113.1/32", "dev", "eth1");
      lab.in("slave1", "iptables", "-N", "marker");
      SeedLab.awaitThat(() -> text(netlink).contains("203.0.113.1"), () -> "route marker seen");
      SeedLab.awaitThat(() -> text(rules).contains("marker"), () -> "rule marker seen");
    } finally {
      netlinkMonitor.destroyForcibly();
      ruleMonitor.destroyForcibly();
    }
    assertThat(text(netlink).lines().filter(RestartIT::isOfTheAgent))
        .as("routes, links and neighbours written by the agent")
        .isEmpty();
    assertThat(text(rules).lines().filter(line -> line.contains("cali")))
        .as("rules written by the agent")
        .isEmpty();
    assertThat(text(output).substring(toldBefore))
        .as("what the agent says it did; sysctls leave no other trace")
        .contains("Ready:")
        .doesNotContain("Wrote ");
    assertThat(lab.in("slave1", "ipset", "save")).isEqualTo(setsBefore);
    lab.in("slave1", "iptables", "-X", "marker");
    lab.in("slave1", "ip", "route", "del", "203.0.113.1/32");
    assertThat(RuleDump.parse(lab.in("slave1", "iptables-save"))).isEqualTo(rulesBefore);
  }

  /// The kernel itself keeps the state of neighbours on the LAN up to date.
  private static boolean isOfTheAgent(String line) {
    return !line.isBlank()
        && !line.contains("203.0.113.1")
        && !(line.contains("dev eth1 lladdr") && !line.contains("PERMANENT"))
        && !line.startsWith("192.168.40.");
  }

  private static boolean established(String node) {
    return lab.in(node, "ss", "-tnH", "state", "established").contains(":179");
  }

  @Test
  void killedAgentsLoseNoPacketOfARunningFlow() throws Exception {
    var inside = RunningFlow.start(lab, "slave1-frontend1", "172.16.1.2");
    var across = RunningFlow.start(lab, "slave1-frontend1", "172.16.1.3");

    for (String node : NODES) {
      lab.killAgent(node);
      lab.startAgent(node);
      SeedLab.awaitThat(() -> established(node), () -> node + " is established again");
    }
    lab.lab.awaitRoutes();

    assertThat(inside.gaps()).as("inside a host").isEmpty();
    assertThat(across.gaps()).as("across hosts").isEmpty();
  }

  @Test
  void whatOthersChangeIsPutBackAndWhatIsForeignStays() {
    lab.in("slave1", "iptables", "-I", "FORWARD", "-s", "198.51.100.7", "-j", "DROP");
    lab.in("slave1", "iptables", "-A", "FORWARD", "-s", "198.51.100.8", "-j", "DROP");
    lab.in("slave1", "ip", "route", "add", "198.51.100.0/24", "via", "192.168.40.10");
    RuleDump before = RuleDump.parse(lab.in("slave1", "iptables-save"));
    String set = "cali4-s:CEmFgJFwDvohR01JKvOkO8D";

    lab.in("slave1", "iptables", "-F", "cali-FORWARD");
    lab.in("slave1", "ip", "route", "del", "172.16.1.1/32");
    lab.in("slave1", "ip", "route", "del", "172.16.1.3/32");
    lab.in("slave1", "ipset", "del", set, "172.16.1.2");

    lab.lab.awaitRoutes();
    SeedLab.awaitThat(
        () -> lab.in("slave1", "ipset", "list", set).contains("172.16.1.2"),
        () -> "the member is back");
    SeedLab.awaitThat(
        () -> RuleDump.parse(lab.in("slave1", "iptables-save")).ours().equals(before.ours()),
        () -> "the chain is back: " + RuleDump.parse(lab.in("slave1", "iptables-save")).ours());
    assertThat(RuleDump.parse(lab.in("slave1", "iptables-save")).rules("filter", "FORWARD"))
        .contains("-s 198.51.100.7/32 -j DROP", "-s 198.51.100.8/32 -j DROP");
    assertThat(lab.in("slave1", "ip", "route")).contains("198.51.100.0/24 via 192.168.40.10");
  }

  @Test
  void theDatastoreKnowsThatEndpointsAreUp(@TempDir Path directory) throws Exception {
    Path show = directory.resolve("show");
    LabShow it = new LabShow(lab.lab, new java.io.PrintStream(show.toFile()), new Style(false));
    it.everything();
    assertThat(text(show))
        .containsPattern("slave1 +slave1-frontend1 +up")
        .containsPattern("slave2 +slave2-database +up")
        .contains("cali-pi-namespace-default");
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new LabException("cannot read " + file, e);
    }
  }
}
