package io.margay.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
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

/// Nodes that know of each other through a reflector only, and what its end means to packets.
@TestMethodOrder(OrderAnnotation.class)
class ReflectorIT {

  private static final List<String> NODES = List.of("slave1", "slave2");
  private static final String REFLECTOR = "192.168.40.10";

  private static SeedLab lab;
  private static Process reflector;

  @BeforeAll
  static void up() {
    lab = SeedLab.up();
    lab.apply("tenant-open/policy.yaml");
    lab.apply("tenant-open/profile.yaml");
    lab.calicoctl("config", "set", "nodeToNodeMesh", "off");
    awaitLost();
    lab.applyText(
        """
        - {apiVersion: v1, kind: bgpPeer, metadata: {scope: global, peerIP: 192.168.40.10}, spec: {asNumber: 64512}}
        """);
    startReflector();
    lab.lab.awaitRoutes();
  }

  @AfterAll
  static void down() {
    if (lab != null) {
      lab.close();
    }
  }

  /// Without a session between them, neither node knows the other's workloads.
  private static void awaitLost() {
    SeedLab.awaitThat(
        () -> route("slave1", "172.16.1.3").isEmpty() && route("slave2", "172.16.1.1").isEmpty(),
        () -> "routes are gone: " + lab.in("slave1", "ip", "route"));
  }

  private static String route(String node, String address) {
    return lab.in(node, "ip", "-4", "route", "show", address);
  }

  private static Path log() {
    return lab.lab.directory().root().resolve("reflector.log");
  }

  private static String socket() {
    return lab.lab.directory().root().resolve("reflector.sock").toString();
  }

  private static void startReflector() {
    reflector =
        lab.startIn(
            "outside",
            log(),
            lab.lab.program("margay"),
            "reflector",
            "--listen",
            REFLECTOR,
            "--as",
            "64512",
            "--router-id",
            REFLECTOR,
            "--datastore",
            lab.lab.directory().calicoctlConfig().toString(),
            "--status-socket",
            socket());
    SeedLab.awaitThat(() -> text(log()).contains("ready: "), () -> "ready: " + text(log()));
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new LabException("cannot read " + file, e);
    }
  }

  private static String margay(String... arguments) {
    List<String> words = new ArrayList<>(List.of(lab.lab.program("margay")));
    words.addAll(List.of(arguments));
    return lab.in("outside", words.toArray(String[]::new));
  }

  private static void awaitEstablished() {
    SeedLab.awaitThat(
        () ->
            NODES.stream()
                .allMatch(
                    node -> lab.in(node, "ss", "-tnH", "state", "established").contains(REFLECTOR)),
        () -> "both nodes have a session: " + text(log()));
  }

  @Test
  @Order(1)
  void nodesReachEachOtherDirectlyByWhatTheReflectorSays() {
    assertThat(route("slave1", "172.16.1.3")).contains("via 192.168.40.12 dev eth1 proto bird");
    assertThat(route("slave2", "172.16.1.1")).contains("via 192.168.40.11 dev eth1 proto bird");
    assertThat(lab.in("slave1", "ss", "-tnH", "state", "established"))
        .contains(REFLECTOR)
        .doesNotContain("192.168.40.12");
    assertThat(lab.in("slave1-frontend1", "ping", "-n", "-c", "1", "172.16.1.3"))
        .contains("ttl=62");
    // It forwards nothing and so keeps its hands off the kernel.
    assertThat(lab.in("outside", "ip", "-4", "route")).doesNotContain("proto bird");
  }

  @Test
  @Order(2)
  void theReflectorShowsItsClientsAndTheirRoutes() {
    assertThat(margay("reflector", "status", "--status-socket", socket()))
        .contains("192.168.40.11")
        .contains("192.168.40.12")
        .contains("Established");
    assertThat(margay("bgp", "show", "rib", "172.16.1.3/32", "--socket", socket()))
        .contains("172.16.1.3/32")
        .contains("192.168.40.12");
    assertThat(
            margay("bgp", "show", "adj-out", "--peer", "192.168.40.12", "-4", "--socket", socket()))
        .contains("172.16.1.1/32")
        .doesNotContain("172.16.1.3/32");
  }

  @Test
  @Order(3)
  void aReflectorThatIsKilledAndComesBackCostsNoPacket() throws Exception {
    var flow = RunningFlow.start(lab, "slave1-frontend1", "172.16.1.3");

    kill("-KILL");
    SeedLab.awaitThat(
        () ->
            NODES.stream()
                .noneMatch(
                    node -> lab.in(node, "ss", "-tnH", "state", "established").contains(REFLECTOR)),
        () -> "sessions are gone");
    assertThat(route("slave1", "172.16.1.3")).contains("via 192.168.40.12");
    startReflector();
    awaitEstablished();
    SeedLab.awaitThat(
        () ->
            margay("bgp", "show", "rib", "172.16.1.0/24", "--longer", "--socket", socket())
                .contains("3 routes"),
        () -> "it knows all again: " + text(log()));

    assertThat(flow.gaps()).isEmpty();
  }

  @Test
  @Order(4)
  void aReflectorThatIsStoppedTakesItsRoutesAlong() {
    kill("-TERM");

    awaitLost();
    SeedLab.awaitThat(() -> !reflector.isAlive(), () -> "it has ended: " + text(log()));
    startReflector();
    lab.lab.awaitRoutes();
  }

  /// Hold time 9 s and restart time 120 s: whoever took the silence for a restart would keep the
  /// routes for longer than this test waits.
  @Test
  @Order(5)
  void whatADeadHostToldGoesWithItsHoldTime() {
    lab.calicoctl("config", "set", "--raw=bgp", "hold_time", "9");
    lab.lab.awaitRoutes();
    awaitEstablished();
    SeedLab.awaitThat(
        () ->
            margay("bgp", "show", "neighbors", "--socket", socket(), "-o", "json")
                    .replace(" ", "")
                    .split("\"holdTimeSeconds\":9,", -1)
                    .length
                == 3,
        () -> margay("bgp", "show", "neighbors", "--socket", socket(), "-o", "json"));

    lab.in("slave2", "ip", "link", "set", "eth1", "down");

    SeedLab.awaitThat(
        () -> route("slave1", "172.16.1.3").isEmpty(),
        () -> "slave1 has forgotten slave2: " + route("slave1", "172.16.1.3"));
    assertThat(lab.in("slave1-frontend1", "ping", "-n", "-c", "1", "172.16.1.2")).contains("ttl=");
  }

  private static void kill(String signal) {
    List<ProcessHandle> all = new ArrayList<>(reflector.descendants().toList());
    all.add(reflector.toHandle());
    for (ProcessHandle each : all) {
      if (each.info().command().orElse("").endsWith("java")) {
        Command.run(List.of("kill", signal, Long.toString(each.pid())), "")
            .orThrow("kill " + signal);
      }
    }
  }
}
