package io.margay.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.margay.lab.Topology.Host;
import io.margay.lab.Topology.Workload;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import io.margay.net.MacAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/// Which chains a packet enters, from each of four origins to each of four destinations, as the
/// kernel itself tells.
///
/// ```
///   ==+===================+===================+==  192.168.40.0/24
///     | .11               | .12               | .13
///   slave1 (traced)     slave2              slave3
///    | cali0ef24b1  .1    | cali0ef24b3  .3   | cali0ef24b4  .4
///    | cali0ef24b2  .2    |                   |      172.16.1.0/24
/// ```
///
/// The agent of slave1 is dead meanwhile: what it wrote stays, and nobody moves the rule that
/// switches TRACE on, which has to come first.
@TestMethodOrder(OrderAnnotation.class)
class PacketWalkIT {

  private static final int FIRST_PORT = 20_000;
  private static final int MARKER = 20_100;
  private static final String PORTS = FIRST_PORT + ":" + MARKER;

  private static final Map<String, String> ORIGINS =
      Map.of(
          "process", "slave1",
          "workload", "slave1-frontend1",
          "host", "slave2",
          "remote workload", "slave2-database");

  private static final Map<String, String> DESTINATIONS =
      Map.of(
          "process", "192.168.40.11",
          "workload", "172.16.1.2",
          "host", "192.168.40.13",
          "remote workload", "172.16.1.4");

  private static final String FOURTH_ENDPOINT =
      """
      apiVersion: v1
      kind: workloadEndpoint
      metadata: {name: eth0, workload: cache, orchestrator: k8s, node: slave3,
        labels: {namespace: default, service: cache}}
      spec: {interfaceName: cali0ef24b4, mac: "ca:fe:1d:52:bb:e4", ipNetworks: [172.16.1.4]}
      """;

  private static final String HOST_ENDPOINT =
      """
      - apiVersion: v1
        kind: hostEndpoint
        metadata: {name: lan, node: slave1, labels: {role: host}}
        spec: {interfaceName: eth1}
      - apiVersion: v1
        kind: policy
        metadata: {name: early}
        spec:
          selector: role == 'host'
          doNotTrack: true
          ingress: [{action: deny, protocol: udp, destination: {ports: [1]}}]
          egress: [{action: deny, protocol: udp, destination: {ports: [1]}}]
      - apiVersion: v1
        kind: policy
        metadata: {name: host}
        spec: {selector: role == 'host', ingress: [{action: allow}], egress: [{action: allow}]}
      """;

  private static SeedLab lab;

  @BeforeAll
  static void up() throws IOException {
    Path endpoint = Files.writeString(Files.createTempFile("endpoint", ".yaml"), FOURTH_ENDPOINT);
    lab = SeedLab.up(topology(endpoint));
    Files.delete(endpoint);
    assumeTrue(
        lab.in("slave1", "iptables", "--version").contains("nf_tables"),
        "only iptables-nft can trace inside a network namespace");
    lab.apply("tenant-open/policy.yaml");
    lab.in("slave2", "ip", "route", "add", "default", "via", "192.168.40.11", "table", "100");
    for (String destination : List.of("host", "remote workload")) {
      String[] rule =
          "ip rule add priority 100 ipproto udp dport 20000-20100 lookup 100".split(" ");
      List<String> words = new ArrayList<>(List.of(rule));
      words.addAll(List.of("to", DESTINATIONS.get(destination)));
      lab.in("slave2", words.toArray(String[]::new));
    }
  }

  private static Topology topology(Path endpoint) {
    Topology seed = SeedTopology.TOPOLOGY;
    List<Host> hosts =
        IntStream.rangeClosed(1, 3)
            .mapToObj(i ->
                new Host("slave" + i, IpPrefix.parse("192.168.40.1" + i + "/24"), true, Map.of()))
            .toList();
    List<Workload> workloads = new ArrayList<>(seed.workloads());
    workloads.add(
        new Workload(
            "slave3-cache",
            "slave3",
            "cali0ef24b4",
            MacAddress.parse("ca:fe:1d:52:bb:e4"),
            IpAddress.parse("172.16.1.4"),
            List.of()));
    List<Path> resources = new ArrayList<>(seed.resources());
    resources.add(endpoint);
    return new Topology(
        "walk", "three hosts on one LAN", hosts, workloads, seed.settings(), resources);
  }

  @AfterAll
  static void down() {
    if (lab != null) {
      lab.close();
    }
  }

  @Test
  @Order(1)
  void everyPacketEntersTheChainsOfTheWalk() throws IOException {
    SeedLab.awaitThat(
        () -> {
          String rules = lab.in("slave1", "iptables-save", "-t", "filter");
          return rules.contains("-A cali-pi-namespace-default")
              && rules
                  .lines()
                  .noneMatch(line ->
                      line.startsWith("-A cali-pi-namespace-default") && line.endsWith("DROP"));
        },
        () -> "the denial is gone");
    assertWalks("packet-walk.txt");
  }

  @Test
  @Order(2)
  void aHostEndpointAddsItsChains() throws IOException {
    lab.startAgent("slave1");
    Path file = Files.writeString(lab.lab.directory().root().resolve("r.yaml"), HOST_ENDPOINT);
    lab.calicoctl("create", "-f", file.toString());
    SeedLab.awaitThat(
        () ->
            lab.in("slave1", "iptables-save", "-t", "raw").contains("-A cali-pi-early")
                && lab.in("slave1", "iptables-save", "-t", "filter").contains("-A cali-po-host"),
        () -> "chains of the host endpoint: " + lab.in("slave1", "iptables-save"));
    assertWalks("packet-walk-host-endpoint.txt");
  }

  private static void assertWalks(String resource) throws IOException {
    Map<String, PacketWalk> expected = PacketWalk.read(resource);
    assertThat(expected).hasSize(ORIGINS.size() * DESTINATIONS.size());
    lab.killAgent("slave1");
    List<String> titles = List.copyOf(expected.keySet());
    Path log = Files.createTempFile("trace", ".log");
    trace("-I");
    Process monitor = lab.startIn("slave1", log, "stdbuf", "-oL", "xtables-monitor", "--trace");
    try {
      awaitMarker(log);
      for (int i = 0; i < titles.size(); i++) {
        String[] ends = titles.get(i).split(" -> ");
        send(ORIGINS.get(ends[0]), DESTINATIONS.get(ends[1]), FIRST_PORT + i);
      }
      SeedLab.awaitThat(
          () -> walks(log, titles).equals(expected),
          () -> "walks:\n" + difference(expected, walks(log, titles)) + read(log));
    } finally {
      monitor.destroyForcibly();
      trace("-D");
      Files.delete(log);
    }
  }

  /// Switches TRACE on or off for the packets of this test.
  private static void trace(String command) {
    for (String chain : List.of("PREROUTING", "OUTPUT")) {
      lab.in(
          "slave1",
          "iptables",
          "-t",
          "raw",
          command,
          chain,
          "-p",
          "udp",
          "--dport",
          PORTS,
          "-j",
          "TRACE");
    }
  }

  private static void awaitMarker(Path log) {
    SeedLab.awaitThat(
        () -> {
          send("slave1", "192.168.40.11", MARKER);
          return PacketWalk.traced(read(log)).containsKey(MARKER);
        },
        () -> "the monitor sees packets: " + read(log));
  }

  private static void send(String place, String address, int port) {
    lab.in(place, "bash", "-c", "echo > /dev/udp/%s/%d".formatted(address, port));
  }

  private static Map<String, PacketWalk> walks(Path log, List<String> titles) {
    Map<Integer, PacketWalk> traced = PacketWalk.traced(read(log));
    Map<String, PacketWalk> walks = new LinkedHashMap<>();
    for (int i = 0; i < titles.size(); i++) {
      PacketWalk walk = traced.get(FIRST_PORT + i);
      if (walk != null) {
        walks.put(titles.get(i), walk);
      }
    }
    return walks;
  }

  private static String difference(
      Map<String, PacketWalk> expected, Map<String, PacketWalk> actual) {
    Map<String, String> lines = new TreeMap<>();
    expected.forEach((title, walk) -> {
      PacketWalk found = actual.get(title);
      if (!walk.equals(found)) {
        lines.put(title, "expected %s\n but was %s\n".formatted(walk, found));
      }
    });
    return lines.toString();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new LabException("cannot read " + file, e);
    }
  }
}
