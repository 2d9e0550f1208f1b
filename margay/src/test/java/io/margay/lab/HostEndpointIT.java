package io.margay.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.datastore.Datastore;
import io.margay.datastore.DatastoreConfig;
import io.margay.datastore.Datastores;
import io.margay.datastore.Entry;
import io.margay.datastore.Key;
import io.margay.lab.Probe.Outcome;
import io.margay.lab.Topology.Host;
import io.margay.model.ResourceKey.HostEndpointKey;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/// A host's own interface under policy, by real packets: to the host, through it, and from it.
///
/// ```
///   outside .10 ──── 192.168.40.0/24 ──── .11 eth1 router lan2 .1 ──── 10.9.0.0/24 ──── .2 behind
/// ```
///
/// Nothing listens anywhere: a connection is refused if its packets pass.
@TestMethodOrder(OrderAnnotation.class)
class HostEndpointIT {

  private static final String ROUTER = "192.168.40.11";
  private static final String OUTSIDE = "192.168.40.10";
  private static final String BEHIND = "10.9.0.2";

  private static final Topology TOPOLOGY =
      new Topology(
          "host-endpoint",
          "a router between two networks",
          List.of(
              new Host("router", IpPrefix.parse(ROUTER + "/24"), true, Map.of()),
              new Host(
                  "outside",
                  IpPrefix.parse(OUTSIDE + "/24"),
                  false,
                  Map.of(IpPrefix.parse("10.9.0.0/24"), IpAddress.parse(ROUTER)))),
          List.of(),
          Map.of("EndpointReportingEnabled", "true"),
          List.of());

  private static final String NETWORK_BEHIND =
      """
      set -e
      ip netns add behind
      ip -n router link add lan2 type veth peer name eth0 netns behind
      ip -n router addr add 10.9.0.1/24 dev lan2
      ip -n router link set lan2 up
      ip -n behind addr add 10.9.0.2/24 dev eth0
      ip -n behind link set eth0 up
      ip -n behind route add default via 10.9.0.1
      """;

  private static SeedLab lab;

  @BeforeAll
  static void up() {
    lab = SeedLab.up(TOPOLOGY);
    Command.run(lab.lab.holder().enter(List.of("sh")), NETWORK_BEHIND)
        .orThrow("building the network behind");
  }

  @AfterAll
  static void down() {
    if (lab != null) {
      lab.close();
    }
  }

  @Test
  @Order(1)
  void withoutAHostEndpointEverythingPasses() {
    awaitOutcomes(
        "outside",
        Map.of(
            "icmp:" + ROUTER, Outcome.REACHED,
            "tcp:" + ROUTER + ":80", Outcome.REFUSED,
            "icmp:" + BEHIND, Outcome.REACHED));
  }

  @Test
  @Order(2)
  void aHostEndpointWithoutPolicyAndProfilePassesOnlyTheFailsafePorts() throws IOException {
    create(
        """
        apiVersion: v1
        kind: hostEndpoint
        metadata: {name: wan, node: router, labels: {role: host}}
        spec: {interfaceName: eth1}
        """);
    awaitOutcomes(
        "outside",
        Map.of(
            "icmp:" + ROUTER, Outcome.SILENT,
            "tcp:" + ROUTER + ":80", Outcome.SILENT,
            "tcp:" + ROUTER + ":22", Outcome.REFUSED,
            "icmp:" + BEHIND, Outcome.SILENT));
    awaitOutcomes(
        "router",
        Map.of(
            "icmp:" + OUTSIDE, Outcome.SILENT,
            "tcp:" + OUTSIDE + ":2379", Outcome.REFUSED,
            "icmp:" + BEHIND, Outcome.REACHED));
    awaitStatus(Key.EndpointStatus.UP);
  }

  @Test
  @Order(3)
  void profilesDecideWhereThereIsNoPolicy() throws IOException {
    create(
        """
        apiVersion: v1
        kind: profile
        metadata: {name: ping}
        spec:
          ingress: [{action: allow, protocol: icmp}]
          egress: [{action: allow, protocol: tcp}]
        """);
    apply(
        """
        apiVersion: v1
        kind: hostEndpoint
        metadata: {name: wan, node: router, labels: {role: host}}
        spec: {expectedIPs: [192.168.40.11], profiles: [ping]}
        """);
    awaitOutcomes(
        "outside",
        Map.of(
            "icmp:" + ROUTER, Outcome.REACHED,
            "tcp:" + ROUTER + ":80", Outcome.SILENT,
            "icmp:" + BEHIND, Outcome.REACHED));
    awaitOutcomes(
        "router",
        Map.of("icmp:" + OUTSIDE, Outcome.SILENT, "tcp:" + OUTSIDE + ":80", Outcome.REFUSED));
  }

  @Test
  @Order(4)
  void aPolicyDecidesBeforeProfilesForTheHostAndForWhatItForwards() throws IOException {
    create(
        """
        apiVersion: v1
        kind: policy
        metadata: {name: web}
        spec:
          selector: role == 'host'
          order: 10
          ingress: [{action: allow, protocol: tcp, destination: {ports: [80]}}]
          egress: [{action: pass}]
        """);
    awaitOutcomes(
        "outside",
        Map.of(
            "icmp:" + ROUTER, Outcome.SILENT,
            "tcp:" + ROUTER + ":80", Outcome.REFUSED,
            "tcp:" + ROUTER + ":81", Outcome.SILENT,
            "tcp:" + ROUTER + ":22", Outcome.REFUSED,
            "tcp:" + BEHIND + ":80", Outcome.REFUSED,
            "tcp:" + BEHIND + ":81", Outcome.SILENT));
    awaitOutcomes(
        "router",
        Map.of("icmp:" + OUTSIDE, Outcome.SILENT, "tcp:" + OUTSIDE + ":81", Outcome.REFUSED));
  }

  @Test
  @Order(5)
  void anUntrackedPolicyDecidesBeforeTrackingAndBothWays() throws IOException {
    create(
        """
        apiVersion: v1
        kind: policy
        metadata: {name: untracked}
        spec:
          selector: role == 'host'
          doNotTrack: true
          ingress:
          - {action: allow, protocol: tcp, destination: {ports: [8080]}}
          - {action: deny, protocol: tcp, destination: {ports: [80]}}
          egress: [{action: allow, protocol: tcp, source: {ports: [8080]}}]
        """);
    awaitOutcomes(
        "outside",
        Map.of(
            "tcp:" + ROUTER + ":8080", Outcome.REFUSED,
            "tcp:" + ROUTER + ":80", Outcome.SILENT,
            "tcp:" + ROUTER + ":22", Outcome.REFUSED,
            "icmp:" + ROUTER, Outcome.SILENT));
    assertThat(lab.in("router", "conntrack", "-L", "-p", "tcp", "--dport", "8080"))
        .doesNotContain("dport=8080");
  }

  @Test
  @Order(6)
  void aHostEndpointWithoutItsInterfaceIsInErrorAndGovernsNothing() {
    // Of another prefix length: the kernel removes secondary addresses with their primary one.
    lab.in("router", "ip", "addr", "add", "192.168.40.12/25", "dev", "eth1");
    lab.in("router", "ip", "addr", "del", "192.168.40.11/24", "dev", "eth1");
    awaitStatus(Key.EndpointStatus.ERROR);
    awaitOutcomes("outside", Map.of("icmp:192.168.40.12", Outcome.REACHED));
    lab.in("router", "ip", "addr", "add", "192.168.40.11/24", "dev", "eth1");
    awaitStatus(Key.EndpointStatus.UP);
    awaitOutcomes("outside", Map.of("icmp:192.168.40.12", Outcome.SILENT));
  }

  @Test
  @Order(7)
  void aRemovedHostEndpointLeavesNothing() {
    lab.calicoctl("delete", "hostEndpoint", "wan", "--node=router");
    awaitOutcomes(
        "outside",
        Map.of("icmp:" + ROUTER, Outcome.REACHED, "tcp:" + ROUTER + ":81", Outcome.REFUSED));
    awaitStatus(null);
    assertThat(lab.in("router", "iptables-save")).doesNotContain("eth1", "cali-pi-");
  }

  private static void create(String document) throws IOException {
    write("create", document);
  }

  private static void apply(String document) throws IOException {
    write("apply", document);
  }

  private static void write(String command, String document) throws IOException {
    Path file = Files.writeString(lab.lab.directory().root().resolve("resource.yaml"), document);
    lab.calicoctl(command, "-f", file.toString());
  }

  /// Waits until probes have these outcomes, all in one run.
  private static void awaitOutcomes(String from, Map<String, Outcome> expected) {
    List<String> command = new ArrayList<>(JavaProgram.words(Probe.class));
    Map<String, Outcome> sorted = new TreeMap<>(expected);
    command.addAll(sorted.keySet());
    String lines =
        String.join(
            "\n", sorted.entrySet().stream().map(e -> e.getKey() + " " + e.getValue()).toList());
    SeedLab.awaitThat(
        () -> lab.in(from, command.toArray(String[]::new)).strip().equals(lines),
        () ->
            "from %s:\n%s\nbut it is:\n%s\n%s"
                .formatted(
                    from,
                    lines,
                    lab.in(from, command.toArray(String[]::new)),
                    lab.in("router", "iptables-save", "-c", "-t", "filter")));
  }

  private static void awaitStatus(Key.@Nullable EndpointStatus expected) {
    Key<Key.EndpointStatus> key = new Key.HostEndpointStatus(new HostEndpointKey("router", "wan"));
    try (Datastore datastore =
        Datastores.open(new DatastoreConfig.Embedded(lab.lab.directory().datastore()))) {
      SeedLab.awaitThat(
          () -> datastore.get(key).map(Entry::value).orElse(null) == expected,
          () -> "status " + expected + "; it is " + datastore.get(key));
    }
  }
}
