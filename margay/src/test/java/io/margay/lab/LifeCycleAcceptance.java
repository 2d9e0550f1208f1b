package io.margay.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.dataplane.golden.RuleDump;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/// An agent takes over from another version of itself, and is removed without a trace.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(OrderAnnotation.class)
abstract class LifeCycleAcceptance {

  /// Each datagram comes from a port of its own, so that each is a flow that asks policy.
  private static final String SENDER =
      """
      import os, socket, sys, time
      n = 0
      while not os.path.exists(sys.argv[1]):
          for port in (5000, 6000):
              s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
              s.sendto(b'%d' % n, ('172.16.1.2', port))
              s.close()
          n += 1
          time.sleep(0.001)
      print(n, flush=True)
      """;

  /// Says how many have come each time it is asked, by a file that appears.
  private static final String RECEIVER =
      """
      import select, socket, sys, time
      counts = {}
      polled = []
      for port in (5000, 6000):
          s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
          s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
          s.bind(('172.16.1.2', port))
          counts[s] = 0
          polled.append(s)
      told = None
      while True:
          for s in select.select(polled, [], [], 0.1)[0]:
              s.recv(100)
              counts[s] += 1
          now = [counts[s] for s in polled]
          if now != told and time.monotonic() % 1 < 0.2:
              print(*now, flush=True)
              told = now
      """;

  private SeedLab lab;

  @TempDir private static Path directory;

  /// What else the lab needs before the first test.
  void prepare(SeedLab up) {}

  @BeforeAll
  void up() throws IOException {
    lab = SeedLab.up();
    prepare(lab);
    Path policy = directory.resolve("probe.yaml");
    Files.writeString(
        policy,
        """
        apiVersion: v1
        kind: policy
        metadata:
          name: probe
        spec:
          order: 1
          selector: service == 'frontend'
          ingress:
          - action: allow
            protocol: udp
            destination:
              ports: [5000]
          - action: deny
            protocol: udp
            destination:
              ports: [6000]
          egress:
          - action: allow
        """);
    lab.calicoctl("apply", "-f", policy.toString());
    SeedLab.awaitThat(
        () ->
            lab.in("slave1", "iptables-save").contains("-A cali-tw-cali0ef24b2")
                && lab.in("slave1", "iptables-save").contains("-A cali-pi-probe"),
        () -> "the policy is in the kernel");
  }

  @AfterAll
  void down() {
    if (lab != null) {
      lab.close();
    }
  }

  @Test
  @Order(1)
  void rulesOfAnotherVersionAreReplacedWithoutAGap() throws Exception {
    RuleDump before = RuleDump.parse(lab.in("slave1", "iptables-save"));
    lab.killAgent("slave1");
    asAnotherVersionWroteIt();
    assertThat(lab.in("slave1", "iptables-save")).contains("felix-FORWARD", "cali-older");

    Path received = directory.resolve("received");
    Path sent = directory.resolve("sent");
    Path stop = directory.resolve("stop");
    Process receiver = lab.startIn("slave1-frontend2", received, "python3", "-c", RECEIVER);
    SeedLab.awaitThat(
        () -> lab.in("slave1-frontend2", "ss", "-unlH").contains(":6000"),
        () -> "the receiver listens: " + text(received));
    Process sender =
        lab.startIn("slave1-frontend1", sent, "python3", "-c", SENDER, stop.toString());
    try {
      SeedLab.awaitThat(() -> received(received) > 20, () -> text(received) + text(sent));
      lab.startAgent("slave1");
      SeedLab.awaitThat(
          () -> {
            String now = lab.in("slave1", "iptables-save");
            return !now.contains("felix-FORWARD")
                && !now.contains("cali-older")
                && RuleDump.parse(now).ours().equals(before.ours());
          },
          () -> lab.in("slave1", "iptables-save"));
      long atTheEnd = received(received);
      SeedLab.awaitThat(() -> received(received) > atTheEnd + 20, () -> text(received));
    } finally {
      Files.createFile(stop);
      sender.waitFor();
    }
    long all = Long.parseLong(text(sent).strip());
    try {
      SeedLab.awaitThat(
          () -> received(received) == all,
          () -> "sent %d, received %d".formatted(all, received(received)));
      assertThat(column(received, 1)).as("datagrams that policy denies").isZero();
    } finally {
      receiver.descendants().forEach(ProcessHandle::destroyForcibly);
      receiver.destroyForcibly();
    }
  }

  /// The same rules under other hashes, with a chain and a jump that this version does not write,
  /// and leftovers of an older generation.
  private void asAnotherVersionWroteIt() {
    StringBuilder other = new StringBuilder();
    for (String line : lab.in("slave1", "iptables-save", "-t", "filter").lines().toList()) {
      String renamed = line.replaceAll("cali:(.)([A-Za-z0-9_-]{15})", "cali:$2$1");
      if (line.equals("COMMIT")) {
        other.append("-A cali-older -j RETURN\n-A felix-FORWARD -j RETURN\n");
        other.append("-A cali-INPUT -j cali-older\n");
        other.append("-I FORWARD 1 -j felix-FORWARD\n");
      }
      other.append(renamed).append('\n');
      if (line.startsWith(":FORWARD")) {
        other.append(":cali-older - [0:0]\n:felix-FORWARD - [0:0]\n");
      }
    }
    Command.run(lab.lab.holder().enter("slave1", List.of("iptables-restore")), other.toString())
        .orThrow("restoring another version's rules");
  }

  private static long received(Path log) {
    return column(log, 0);
  }

  private static long column(Path log, int column) {
    List<String> lines = text(log).lines().toList();
    return lines.isEmpty() ? 0 : Long.parseLong(lines.getLast().split(" ")[column]);
  }

  private static String text(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      throw new LabException("cannot read " + file, e);
    }
  }

  @Test
  @Order(2)
  void cleanupRemovesEveryTraceAndNothingElse() {
    lab.in("slave1", "iptables", "-I", "FORWARD", "-s", "198.51.100.7", "-j", "DROP");
    lab.in("slave1", "ipset", "create", "foreign", "hash:ip");
    lab.in("slave1", "ip", "route", "add", "198.51.100.0/24", "via", "192.168.40.10");
    String run = lab.runDirectory("slave1");
    List<String> cleanup = List.of(lab.lab.program("margay"), "node", "cleanup", run);
    Command busy = Command.run(lab.lab.holder().enter("slave1", cleanup), "");
    assertThat(busy.exitCode()).as("while an agent runs").isEqualTo(1);
    assertThat(busy.output()).contains("another agent holds");

    lab.killAgent("slave1");
    Command first = Command.run(lab.lab.holder().enter("slave1", cleanup), "");
    assertThat(first.exitCode()).as(first.output()).isZero();
    assertThat(first.output()).contains("chain cali-FORWARD of filter");

    assertThat(lab.in("slave1", "iptables-save")).doesNotContain("cali");
    assertThat(lab.in("slave1", "ip6tables-save")).doesNotContain("cali");
    assertThat(lab.in("slave1", "ipset", "list", "-name").strip()).isEqualTo("foreign");
    assertThat(lab.in("slave1", "ip", "route")).doesNotContain("cali", "proto bird");
    assertThat(lab.in("slave1", "ip", "-6", "route", "show", "proto", "boot")).isEmpty();
    assertThat(lab.in("slave1", "ip", "neigh", "show", "nud", "permanent")).isEmpty();
    assertThat(lab.in("slave1", "iptables-save")).contains("-A FORWARD -s 198.51.100.7/32 -j DROP");
    assertThat(lab.in("slave1", "ip", "route")).contains("198.51.100.0/24 via 192.168.40.10");

    Command again = Command.run(lab.lab.holder().enter("slave1", cleanup), "");
    assertThat(again).isEqualTo(new Command(0, "Nothing of ours was there.\n"));
  }
}
