package io.margay.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.kernel.shape.ShapingTable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/// Limits on what goes to a workload and comes from it, on the real kernel.
@TestMethodOrder(OrderAnnotation.class)
class BandwidthLimitIT {

  private static final String FRONTEND1 = "172.16.1.1";
  private static final String FRONTEND2 = "172.16.1.2";
  private static final String INTERFACE = "cali0ef24b2";
  private static final String BUFFER = ShapingTable.bufferOf(INTERFACE);
  private static final int ALLOWED = 7001;
  private static final int DENIED = 7002;

  private static final long OCTETS = 4_000_000;

  /// What 16 Mbit/s take at least for all that the burst of 128 KiB does not let through at once,
  /// with much to spare for how a kernel counts.
  private static final double SECONDS_LIMITED = 1.0;

  private static final String LIMITS =
      "ingressBandwidth: 16000000, ingressBurst: 1048576, egressBandwidth: 16000000, egressBurst: 1048576";

  private static final String POLICY =
      """
      apiVersion: v1
      kind: policy
      metadata: {name: namespace-default}
      spec:
        selector: namespace == 'default'
        ingress:
        - {action: allow, protocol: tcp, source: {selector: namespace == 'default'},
           destination: {ports: [7001]}}
        egress: [{action: allow}]
      """;

  private static final List<Process> receivers = new ArrayList<>();
  private static SeedLab lab;

  @TempDir private static Path directory;

  @BeforeAll
  static void up() {
    lab = SeedLab.up();
    lab.applyText(POLICY);
    for (String place : List.of("slave1-frontend1", "slave1-frontend2")) {
      receivers.add(
          BulkTransfer.receiver(lab.lab, place, directory.resolve(place), ALLOWED, DENIED));
    }
  }

  @AfterAll
  static void down() {
    for (Process receiver : receivers) {
      receiver.descendants().forEach(ProcessHandle::destroyForcibly);
      receiver.destroyForcibly();
    }
    if (lab != null) {
      lab.close();
    }
  }

  private static void limit(String limits) {
    lab.applyText(
        """
        apiVersion: v1
        kind: workloadEndpoint
        metadata:
          name: slave1-frontend2
          workload: frontend
          orchestrator: k8s
          node: slave1
          labels: {service: frontend, namespace: default}
        spec: {interfaceName: %s, mac: 'ca:fe:1d:52:bb:e2', ipNetworks: [172.16.1.2], %s}
        """
            .formatted(INTERFACE, limits));
  }

  private static String disciplines() {
    return lab.in("slave1", "tc", "qdisc", "show");
  }

  private static String filters() {
    return lab.in("slave1", "tc", "filter", "show", "dev", INTERFACE, "ingress");
  }

  private static boolean isLimited() {
    String found = disciplines();
    return found.contains("qdisc tbf ca11: dev %s root".formatted(INTERFACE))
        && found.contains("qdisc tbf ca11: dev %s root".formatted(BUFFER))
        && filters().contains("Egress Redirect to device " + BUFFER);
  }

  private static void awaitLimited() {
    SeedLab.awaitThat(
        BandwidthLimitIT::isLimited,
        () -> "limited: " + disciplines() + filters() + lab.agentOutput("slave1"));
  }

  private static double seconds(String from, String to) {
    return BulkTransfer.Took.parse(
            lab.in(from, BulkTransfer.octets(to, ALLOWED, OCTETS).toArray(String[]::new)))
        .seconds();
  }

  @Test
  @Order(1)
  void limitsHoldInBothDirections() {
    limit("qosControls: {" + LIMITS + "}");
    awaitLimited();
    assertThat(disciplines()).contains("rate 16Mbit burst 128Kb");
    assertThat(seconds("slave1-frontend1", FRONTEND2)).isGreaterThan(SECONDS_LIMITED);
    assertThat(seconds("slave1-frontend2", FRONTEND1)).isGreaterThan(SECONDS_LIMITED);
  }

  @Test
  @Order(2)
  void policyDecidesAboutLimitedPacketsAsAboutOthers() {
    for (List<String> way :
        List.of(List.of("slave1-frontend1", FRONTEND2), List.of("slave1-frontend2", FRONTEND1))) {
      assertThat(
              Command.run(
                      lab.lab
                          .holder()
                          .enter(
                              way.getFirst(),
                              List.of(
                                  "python3",
                                  "-c",
                                  "import socket; socket.create_connection(('%s', %d), 2)"
                                      .formatted(way.getLast(), DENIED))),
                      "")
                  .output())
          .contains("timed out");
    }
  }

  @Test
  @Order(3)
  void calicoctlShowsTheLimits() {
    assertThat(lab.calicoctl("get", "workloadEndpoint", "-o", "yaml"))
        .contains("qosControls:", "ingressBandwidth: 16000000", "egressBurst: 1048576");
  }

  @Test
  @Order(4)
  void anAgentThatStartsAgainWritesNothing() {
    Path log = directory.resolve("monitor");
    Process monitor = lab.startIn("slave1", log, "tc", "monitor");
    try {
      awaitSeen(log, "91");
      lab.killAgent("slave1");
      lab.startAgent("slave1");
      awaitSeen(log, "92");
      assertThat(text(log)).doesNotContain("ca11:", "ffff:", "u32");
      assertThat(isLimited()).isTrue();
    } finally {
      monitor.descendants().forEach(ProcessHandle::destroyForcibly);
      monitor.destroyForcibly();
    }
  }

  /// Changes something else until the monitor has told of it, and so of all before.
  private static void awaitSeen(Path log, String handle) {
    SeedLab.awaitThat(
        () -> {
          lab.in(
              "slave1", "tc", "qdisc", "add", "dev", "eth1", "root", "handle", handle + ":", "htb");
          lab.in("slave1", "tc", "qdisc", "del", "dev", "eth1", "root");
          return text(log).contains("htb " + handle + ":");
        },
        () -> "the monitor sees " + handle + ": " + text(log));
  }

  private static String text(Path log) {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  @Order(5)
  void whatSomeoneRemovesIsPutBack() {
    lab.in("slave1", "ip", "link", "del", BUFFER);
    awaitLimited();
    lab.in("slave1", "tc", "qdisc", "del", "dev", INTERFACE, "root");
    lab.in("slave1", "tc", "qdisc", "del", "dev", INTERFACE, "clsact");
    awaitLimited();
    assertThat(seconds("slave1-frontend2", FRONTEND1)).isGreaterThan(SECONDS_LIMITED);
  }

  @Test
  @Order(6)
  void nothingIsLeftOfALimitThatIsTakenAway() {
    limit("");
    awaitNothingLeft();
    assertThat(seconds("slave1-frontend1", FRONTEND2)).isPositive();
  }

  private static void awaitNothingLeft() {
    SeedLab.awaitThat(
        () ->
            !disciplines().contains("ca11:")
                && !disciplines().contains("clsact")
                && !lab.in("slave1", "ip", "link").contains("bw-"),
        () -> "nothing is left: " + disciplines() + lab.in("slave1", "ip", "link"));
  }

  @Test
  @Order(7)
  void cleanupRemovesEveryTrace() {
    limit("qosControls: {" + LIMITS + "}");
    awaitLimited();
    lab.in("slave1", "tc", "qdisc", "add", "dev", "cali0ef24b1", "root", "handle", "7:", "htb");
    lab.killAgent("slave1");
    lab.in(
        "slave1",
        lab.lab.program("margay"),
        "node",
        "cleanup",
        "--run-dir=" + lab.lab.directory().node("slave1").resolve("run"));
    awaitNothingLeft();
    assertThat(disciplines()).as("someone else's").contains("htb 7: dev cali0ef24b1 root");
  }
}
