package io.margay.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.margay.dataplane.golden.RuleDump;
import io.margay.model.ResourceKey.WorkloadEndpointKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What can go wrong around an agent, under traffic within a host and across hosts: not one packet
/// is lost that policy allows, and not one comes through that it denies.
///
/// With the system property `margay.faults` set to `long`, each goes on for longer; see
/// `build/measure-faults`.
class FaultsIT {

  private static final boolean LONG = "long".equals(System.getProperty("margay.faults"));
  private static final List<String> NODES = List.of("slave1", "slave2");

  private static SeedLab lab;
  private static Traffic traffic;
  private static boolean extra;

  @BeforeAll
  static void up() throws IOException {
    lab = SeedLab.up();
    lab.applyText(Traffic.POLICY);
    NODES.forEach(lab::awaitRoutesTold);
    traffic = Traffic.start(lab);
    lab.in("slave1", "ip", "link", "add", "cali-extra", "type", "veth", "peer", "name", "extra0");
    lab.in("slave1", "ip", "link", "set", "cali-extra", "up");
    lab.in("slave1", "ip", "link", "set", "extra0", "up");
  }

  @AfterAll
  static void down() {
    if (traffic != null) {
      traffic.close();
    }
    if (lab != null) {
      lab.close();
    }
  }

  /// Each test finds an agent on slave1 that was started as usual, and whose peer knows its routes.
  @AfterEach
  void restart() {
    if (hasPid("slave1")) {
      lab.killAgent("slave1");
    }
    lab.startAgent("slave1");
    lab.awaitRoutesTold("slave2");
  }

  @Test
  void agentsAreKilled() throws IOException {
    int times = LONG ? 100 : 4;
    int packets =
        traffic.isUntouchedBy(
            times + " kills",
            () -> {
              for (int i = 0; i < times; i++) {
                String node = NODES.get(i % NODES.size());
                lab.killAgent(node);
                lab.startAgent(node);
              }
            });
    tell("%d times kill -9 and start, by turns on both hosts", packets, times);
  }

  /// Kills before they are ready, and while they write. Now and then one gets through: peers keep
  /// routes for no more than the restart time of BGP (RFC 4724 §4.2).
  @Test
  void agentsAreKilledAtAnyMomentOfTheirStart() throws IOException {
    int times = LONG ? 60 : 3;
    int packets =
        traffic.isUntouchedBy(
            times + " kills during start",
            () -> {
              lab.killAgent("slave1");
              for (int i = 0; i < times; i++) {
                long before = lab.agentOutput("slave1").lines().count();
                lab.launchAgent("slave1", List.of());
                int lines = i % 9;
                SeedLab.awaitThat(
                    () ->
                        hasPid("slave1")
                            && lab.agentOutput("slave1").lines().count() >= before + lines,
                    () -> "the agent says something: " + lastWords());
                lab.killAgent("slave1");
                if (i % 3 == 2) {
                  lab.startAgent("slave1");
                  lab.awaitRoutesTold("slave2");
                  lab.killAgent("slave1");
                }
              }
              lab.startAgent("slave1");
            });
    tell("%d times kill -9 at another moment of the start", packets, times);
  }

  private static boolean hasPid(String node) {
    Path file = lab.lab.directory().node(node).resolve("run").resolve("agent.pid");
    return Files.exists(file) && lab.isRunning(node, lab.agentPid(node));
  }

  @Test
  void eachCallOfAProgramFailsOnce() throws IOException {
    FaultyPrograms programs =
        new FaultyPrograms(lab.lab.directory().root().resolve("faulty"), false);
    startWith(programs);
    List<Object> with = afterChange(true);
    List<Object> without = afterChange(false);
    List<String> failed = new ArrayList<>();
    int packets =
        traffic.isUntouchedBy(
            "failing calls",
            () -> {
              int notReached = 0;
              for (int call = 1; notReached < 2; call++) {
                programs.failAt(call);
                changeTo(!extra);
                awaitState(extra ? with : without, "call %d failed".formatted(call));
                notReached = programs.failed().isEmpty() ? notReached + 1 : 0;
                failed.add(programs.failed().split(" ")[0]);
              }
              programs.failAt(0);
            });
    failed.removeIf(String::isEmpty);
    assertThat(new TreeSet<>(failed)).contains("ipset", "iptables-restore", "ip6tables-restore");
    tell("each of %d calls for a change fails once: %s", packets, failed.size(), failed);
  }

  @Test
  void eachCallOfAProgramFailsOnceAtStart() throws IOException {
    int step = LONG ? 1 : 7;
    FaultyPrograms programs =
        new FaultyPrograms(lab.lab.directory().root().resolve("faulty-start"), true);
    List<Object> before = state();
    List<String> failed = new ArrayList<>();
    int packets =
        traffic.isUntouchedBy(
            "failing calls at start",
            () -> {
              boolean reached = true;
              for (int call = 2; reached; call += step) {
                programs.failAt(call);
                startWith(programs);
                awaitState(before, "call %d of the start failed".formatted(call));
                reached = !programs.failed().isEmpty();
                failed.add(programs.failed().split(" ")[0]);
              }
              programs.failAt(0);
            });
    tell("each of %d calls at start fails once: %s", packets, failed.size() - 1, failed);
  }

  @Test
  void programsThatStayAreKilled() throws IOException {
    int times = LONG ? 50 : 6;
    List<Object> with = afterChange(true);
    List<Object> without = afterChange(false);
    int packets =
        traffic.isUntouchedBy(
            "killed programs",
            () -> {
              for (int i = 0; i < times; i++) {
                lab.in(
                    "slave1", "sh", "-c", "kill -9 $(pgrep -P " + agentOf("slave1") + ") || true");
                changeTo(!extra);
                awaitState(extra ? with : without, "its programs were killed");
              }
            });
    tell("%d times kill -9 of the programs that the agent keeps, before a change", packets, times);
  }

  @Test
  void iptablesIsSlow() throws IOException {
    FaultyPrograms programs = new FaultyPrograms(lab.lab.directory().root().resolve("slow"), false);
    startWith(programs);
    List<Object> with = afterChange(true);
    afterChange(false);
    programs.delay(LONG ? "10" : "0.7");
    int packets =
        traffic.isUntouchedBy(
            "slow programs",
            () -> {
              changeTo(true);
              awaitState(with, "programs are slow");
              programs.delay("0");
            });
    tell("each program takes %s s more", packets, LONG ? "10" : "0.7");
  }

  @Test
  void noFileDescriptorsAreLeft() throws IOException {
    List<Object> with = afterChange(true);
    List<Object> without = afterChange(false);
    String pid = agentOf("slave1");
    int packets =
        traffic.isUntouchedBy(
            "no file descriptors",
            () -> {
              String before = lab.agentOutput("slave1");
              lab.in("slave1", "prlimit", "--pid", pid, "--nofile=16:");
              lab.in("slave1", "sh", "-c", "kill -9 $(pgrep -P " + pid + ") || true");
              changeTo(true);
              SeedLab.awaitThat(
                  () -> lab.agentOutput("slave1").substring(before.length()).contains("next try"),
                  () -> "the agent says what it cannot: " + lab.agentOutput("slave1"));
              lab.in("slave1", "prlimit", "--pid", pid, "--nofile=4096:");
              awaitState(with, "there were no file descriptors");
              changeTo(false);
              awaitState(without, "there were no file descriptors");
            });
    tell("no file descriptor left, and its programs killed, during a change", packets);
  }

  @Test
  void disksForLogsAndRunFilesAreFull() throws IOException {
    Path files = lab.lab.directory().node("slave1");
    List<Object> with = afterChange(true);
    List<Object> without = afterChange(false);
    lab.killAgent("slave1");
    try {
      int packets =
          traffic.isUntouchedBy(
              "full disks",
              () -> {
                mount(files.resolve("log"), files.resolve("run"));
                String before = lab.agentOutput("slave1");
                lab.launchAgent("slave1", List.of());
                awaitSaid(before, "Ready:");
                fill(files.resolve("log"), files.resolve("run"));
                changeTo(true);
                awaitState(with, "the disks for logs and run files are full");
                changeTo(false);
                awaitState(without, "the disks for logs and run files are full");
              });
      tell("full disks for its log and its run files, and changes", packets);
    } finally {
      // The pid file is on a disk that is only there inside the lab.
      lab.in("slave1", "sh", "-c", "kill -9 $(cat " + files + "/run/agent.pid) || true");
      unmount(files.resolve("log"), files.resolve("run"));
    }
  }

  @Test
  void theDiskOfTheDatastoreIsFull() throws IOException {
    afterChange(false);
    List<Object> before = state();
    Path root = lab.lab.directory().root();
    Path store = Files.createDirectories(root.resolve("store"));
    Path config = lab.lab.directory().node("slave1").resolve("calicoctl.cfg");
    String usual = Files.readString(config);
    try {
      int packets =
          traffic.isUntouchedBy(
              "a full disk",
              () -> {
                mount(store);
                lab.in("slave1", "sh", "-c", "cp " + root + "/datastore.db* " + store);
                Files.writeString(config, usual.replace("/datastore.db", "/store/datastore.db"));
                lab.killAgent("slave1");
                String said = lab.agentOutput("slave1");
                lab.launchAgent("slave1", List.of());
                awaitSaid(said, "Ready:");
                fill(store);
                lab.killAgent("slave1");
                String saidFull = lab.agentOutput("slave1");
                lab.launchAgent("slave1", List.of());
                SeedLab.awaitThat(
                    () -> {
                      String now = lab.agentOutput("slave1").substring(saidFull.length());
                      return now.contains("Ready:") || now.contains("next try");
                    },
                    () -> "the agent gets on, or says why not: " + lastWords());
                lab.in("slave1", "rm", store + "/fill");
                awaitSaid(saidFull, "Ready:");
                awaitState(before, "the disk of the datastore was full");
              });
      tell("a full disk for the datastore, and a start", packets);
    } finally {
      Files.writeString(config, usual);
      lab.killAgent("slave1");
      unmount(store);
    }
  }

  private static void mount(Path... directories) {
    for (Path each : directories) {
      inLab("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", each.toString());
    }
  }

  private static void unmount(Path... directories) {
    for (Path each : directories) {
      inLab("umount", "-l", each.toString());
    }
  }

  /// Not on a host: what is mounted there is seen by that one command alone (ip-netns(8)).
  private static void inLab(String... command) {
    Command.run(lab.lab.holder().enter(List.of(command)), "").orThrow(String.join(" ", command));
  }

  private static void fill(Path... directories) {
    for (Path each : directories) {
      String command = "dd if=/dev/zero of=" + each + "/fill bs=1k 2>/dev/null || true";
      lab.in("slave1", "sh", "-c", command);
    }
  }

  private static void awaitSaid(String before, String text) {
    SeedLab.awaitThat(
        () -> lab.agentOutput("slave1").substring(before.length()).contains(text),
        () -> "the agent says '" + text + "': " + lab.agentOutput("slave1"));
  }

  @Test
  void interfacesFlap() throws IOException {
    int times = LONG ? 200 : 20;
    List<Object> with = afterChange(true);
    int packets =
        traffic.isUntouchedBy(
            "flaps",
            () -> {
              for (int i = 0; i < times; i++) {
                lab.in("slave1", "ip", "link", "set", "cali-extra", "down");
                lab.in("slave1", "ip", "link", "set", "cali-extra", "up");
              }
              awaitState(with, "an interface flaps");
              SeedLab.awaitThat(
                  () -> lab.in("slave1", "ip", "route").contains("172.16.1.77 dev cali-extra"),
                  () -> "the route is back: " + lab.in("slave1", "ip", "route"));
            });
    tell("%d flaps of another workload's interface", packets, times);
  }

  @Test
  void theAgentIsStopped() throws IOException {
    String pid = agentOf("slave1");
    List<Object> with = afterChange(true);
    List<Object> without = afterChange(false);
    int packets =
        traffic.isUntouchedBy(
            "SIGSTOP",
            () -> {
              lab.in("slave1", "kill", "-STOP", pid);
              changeTo(true);
              if (LONG) {
                lab.in("slave1", "sleep", "50");
              }
              changeTo(false);
              changeTo(true);
              lab.in("slave1", "sleep", LONG ? "10" : "1");
              lab.in("slave1", "kill", "-CONT", pid);
              // What entered the lab for it has stopped along with it (nsenter(1)).
              ProcessHandle.current()
                  .children()
                  .forEach(child -> Command.run(List.of("kill", "-CONT", child.pid() + ""), ""));
              awaitState(with, "the agent was stopped");
              changeTo(false);
              awaitState(without, "the agent was stopped");
            });
    tell("SIGSTOP for %s s, with changes meanwhile", packets, LONG ? "60" : "some");
  }

  /// By libfaketime, which tells the agent and its programs another time of day.
  @Test
  void theClockJumps() throws IOException {
    assumeTrue(LONG, "the clock jumps in the long run alone");
    String library = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";
    assumeTrue(Files.exists(Path.of(library)), "libfaketime (Debian package faketime) is missing");
    Path time = lab.lab.directory().root().resolve("time");
    List<Object> with = afterChange(true);
    List<Object> without = afterChange(false);
    lab.killAgent("slave1");
    Files.writeString(time, "+0\n");
    lab.launchAgent(
        "slave1",
        List.of(
            "env",
            "LD_PRELOAD=" + library,
            "FAKETIME_TIMESTAMP_FILE=" + time,
            "FAKETIME_NO_CACHE=1",
            "FAKETIME_DONT_FAKE_MONOTONIC=1"));
    lab.lab.awaitAgent(lab.host("slave1"));
    int packets =
        traffic.isUntouchedBy(
            "a clock that jumps",
            () -> {
              jump(time, "@2042-01-01 04:00:00", "04:0", true, with);
              jump(time, "@2003-01-01 19:30:00", "19:3", false, without);
              jump(time, "+0", "", true, with);
            });
    tell("the clock jumps 16 years ahead, 39 back, and home, with changes", packets);
  }

  /// @param hour how what the agent says then begins
  private static void jump(
      Path time, String to, String hour, boolean withExtra, List<Object> expected)
      throws IOException {
    Files.writeString(time, to + "\n");
    String before = lab.agentOutput("slave1");
    changeTo(withExtra);
    awaitState(expected, "the clock jumped to " + to);
    SeedLab.awaitThat(
        () ->
            lab.agentOutput("slave1")
                .substring(before.length())
                .lines()
                .anyMatch(line -> line.startsWith(hour)),
        () -> "the agent's clock says " + hour + ": " + lastWords());
  }

  // What is changed, and how it is known to be in the kernel.

  /// Adds or removes an endpoint, a rule, and a selector, which is a set.
  private static void changeTo(boolean withExtra) throws IOException {
    String endpoint =
        """
        - apiVersion: v1
          kind: workloadEndpoint
          metadata: {name: eth0, workload: extra, orchestrator: lab, node: slave1,
            labels: {namespace: default, role: extra}}
          spec: {interfaceName: cali-extra, mac: "02:00:00:00:00:77", ipNetworks: [172.16.1.77]}
        """;
    String rule = "{action: allow, protocol: tcp, source: {selector: role == 'extra'}}";
    String policy =
        Traffic.POLICY.replace(
            "  ingress:\n", "  ingress:\n" + (withExtra ? "  - " + rule + "\n" : ""));
    lab.applyText(policy);
    if (withExtra) {
      lab.applyText(endpoint);
    } else {
      lab.delete(new WorkloadEndpointKey("slave1", "lab", "extra", "eth0"));
    }
    extra = withExtra;
  }

  /// Makes the change if need be, and waits until the agent has written it.
  private static List<Object> afterChange(boolean withExtra) throws IOException {
    if (extra != withExtra) {
      changeTo(withExtra);
    }
    SeedLab.awaitThat(
        () -> {
          String rules = lab.in("slave1", "iptables-save", "-t", "filter");
          String routes = lab.in("slave1", "ip", "route");
          return rules.contains("cali-tw-cali-extra") == withExtra
              && lab.in("slave1", "ip6tables-save", "-t", "filter").contains("cali-tw-cali-extra")
                  == withExtra
              && routes.contains("172.16.1.77 dev cali-extra") == withExtra
              && (lab.in("slave1", "ipset", "list", "-n")
                      .lines()
                      .filter(l -> l.contains("-s:"))
                      .count()
                  == (withExtra ? 4 : 2));
        },
        () -> "the change is in the kernel: " + lastWords());
    return state();
  }

  /// Everything that the agent of slave1 holds.
  private static List<Object> state() {
    return List.of(
        RuleDump.parse(lab.in("slave1", "iptables-save")).ours(),
        RuleDump.parse(lab.in("slave1", "ip6tables-save")).ours(),
        sorted(lab.in("slave1", "ipset", "save"), "add "),
        sorted(lab.in("slave1", "ipset", "list", "-n"), "cali"),
        sorted(lab.in("slave1", "ip", "route"), "172.16.1."));
  }

  private static List<String> sorted(String text, String start) {
    return Arrays.stream(text.split("\n"))
        .map(String::strip)
        .filter(line -> line.startsWith(start))
        .sorted()
        .toList();
  }

  private static void awaitState(List<Object> expected, String what) {
    SeedLab.awaitThat(
        () -> state().equals(expected),
        () -> "after %s: %s\nexpected %s\n%s".formatted(what, state(), expected, lastWords()));
  }

  private static String lastWords() {
    List<String> lines = lab.agentOutput("slave1").lines().toList();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - 12), lines.size()));
  }

  private static String agentOf(String node) {
    return lab.agentPid(node);
  }

  private static void startWith(FaultyPrograms programs) {
    lab.killAgent("slave1");
    lab.launchAgent("slave1", programs.prefix());
    lab.lab.awaitAgent(lab.host("slave1"));
  }

  private static void tell(String what, int packets, Object... values) {
    System.out.printf("faults: %s: %,d packets as policy says%n", what.formatted(values), packets);
  }
}
