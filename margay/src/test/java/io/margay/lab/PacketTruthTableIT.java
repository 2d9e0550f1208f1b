package io.margay.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.lab.Topology.Host;
import io.margay.lab.TruthTable.Row;
import io.margay.lab.TruthTable.Shot;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import io.margay.net.MacAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// Every match field of a rule and its negation, by packets: from the policy that an operator
/// writes to what the kernel lets through.
///
/// One router with an agent has an endpoint for each row of the table. At the other end of all its
/// interfaces is one namespace, which sends every packet of the table and sees which come through.
///
/// ```
///   world ── src0 ────────── lan1 ── router ── cali1 ────────── p1 ── world
///                                          ├── cali2 ────────── p2 ── world
/// ```
class PacketTruthTableIT {

  private static final Host ROUTER =
      new Host("router", IpPrefix.parse("192.168.40.11/24"), true, Map.of());

  private static final MacAddress LAN_MAC = MacAddress.parse("02:00:00:00:00:01");
  private static final MacAddress WORLD_MAC = MacAddress.parse("02:00:00:00:00:02");
  private static final MacAddress ROUTER_MAC = MacAddress.parse("ee:ee:ee:ee:ee:ee");

  private final TruthTable table = TruthTable.read();

  @Test
  void everyRuleAllowsAndDeniesThePacketsThatItShould() throws IOException {
    Topology topology =
        new Topology("truth", "a router", List.of(ROUTER), List.of(), Map.of(), List.of());
    try (SeedLab lab = SeedLab.up(topology)) {
      Command.run(lab.lab.holder().enter(List.of("sh")), network()).orThrow("building the network");
      Path resources = Files.writeString(lab.lab.directory().root().resolve("r.yaml"), resources());
      lab.calicoctl("create", "-f", resources.toString());
      awaitRules(lab);

      Map<Integer, Shot> shots = new TreeMap<>();
      StringBuilder frames = new StringBuilder();
      Map<Integer, Row> rows = new TreeMap<>();
      for (Row row : table.rows()) {
        for (Shot shot : row.shots()) {
          int number = shots.size() + 1;
          shots.put(number, shot);
          rows.put(number, row);
          frames.append(line(row, shot, number));
        }
      }
      Row last = table.rows().getFirst();
      Shot marker = last.shots().stream().filter(Shot::allowed).findFirst().orElseThrow();
      frames.append(line(last, marker, shots.size() + 1));

      List<String> seen =
          Command.run(lab.lab.holder().enter("world", injector()), frames.toString())
              .orThrow("sending the packets")
              .lines()
              .toList();

      Map<String, String> wrong = new TreeMap<>();
      shots.forEach((number, shot) -> {
        boolean passed = seen.contains(number.toString());
        if (passed != shot.allowed()) {
          Row row = rows.get(number);
          wrong.put(
              "row %d '%s': %s".formatted(row.number(), row.name(), shot.text()),
              passed ? "passed, expected to be dropped" : "dropped, expected to pass");
        }
      });
      assertThat(wrong)
          .as(() -> "of %d packets\n%s".formatted(shots.size(), chainsOf(lab)))
          .isEmpty();
      assertThat(shots).hasSizeGreaterThan(400);
    }
  }

  private static List<String> injector() {
    List<String> words = new ArrayList<>(JavaProgram.words(Injector.class));
    return words;
  }

  private static String chainsOf(SeedLab lab) {
    return lab.in("router", "iptables-save", "-t", "filter")
        + lab.in("router", "ip6tables-save", "-t", "filter");
  }

  /// Waits for what is written last: a route to every endpoint, and the sets' members.
  private void awaitRules(SeedLab lab) {
    for (int version : new int[] {4, 6}) {
      SeedLab.awaitThat(
          () -> {
            String routes = lab.in("router", "ip", "-" + version, "route");
            return table.rows().stream()
                .allMatch(
                    row -> routes.contains(address("second", version, row.number()) + " dev cali"));
          },
          () -> "every endpoint has routes: " + lab.agentOutput());
    }
  }

  /// Frames that stand for what a row's packet is on the wire.
  private static String line(Row row, Shot shot, int number) {
    IpAddress source = address(shot.from(), shot.version(), row.number());
    IpAddress target = address(shot.to(), shot.version(), row.number());
    byte[] frame =
        RawPacket.frame(
            row.egress() ? ROUTER_MAC : LAN_MAC,
            row.egress() ? macOf(row) : WORLD_MAC,
            source,
            target,
            shot,
            number);
    String out = row.egress() ? "p" + row.number() : "src0";
    return out + " " + HexFormat.of().formatHex(frame) + "\n";
  }

  private static IpAddress address(String name, int version, int row) {
    String ipv4 =
        switch (name) {
          case "first" -> "10.65.0." + row;
          case "second" -> "10.66.0." + row;
          case "peer" -> "10.77.0.1";
          case "tagged" -> "10.78.0.1";
          case "plain" -> "10.79.0.1";
          case "other" -> "10.99.0.1";
          default -> throw new IllegalArgumentException("not an address: " + name);
        };
    String[] octets = ipv4.split("\\.");
    return IpAddress.parse(version == 4 ? ipv4 : "fd00:" + octets[1] + "::" + octets[3]);
  }

  private static MacAddress macOf(Row row) {
    return MacAddress.parse("02:00:00:00:01:%02x".formatted(row.number()));
  }

  /// The router's interfaces, and the namespace at their other ends. It has no addresses, so that
  /// it answers nothing. What the router cannot ask for, since nothing answers, it is told.
  private String network() {
    List<String> lines = new ArrayList<>();
    lines.add("set -e");
    lines.add("ip netns add world");
    lines.add("ip netns exec world sysctl -qw net.ipv6.conf.default.disable_ipv6=1");
    // The packets have no checksums.
    lines.add("ip netns exec router sysctl -qw net.netfilter.nf_conntrack_checksum=0");
    lines.add("ip netns exec router sysctl -qw net.ipv6.conf.default.accept_dad=0");
    List<String> links = new ArrayList<>();
    links.add(veth("lan1", LAN_MAC, "src0", WORLD_MAC));
    List<String> ends = new ArrayList<>();
    ends.add("link set src0 up");
    List<String> told = new ArrayList<>();
    told.add("link set lan1 up");
    for (Row row : table.rows()) {
      String name = "cali" + row.number();
      links.add(veth(name, ROUTER_MAC, "p" + row.number(), macOf(row)));
      ends.add("link set p" + row.number() + " up");
      told.add("link set " + name + " up");
      for (String end : List.of("first", "second")) {
        told.add(
            "neigh add %s lladdr %s dev %s nud permanent"
                .formatted(address(end, 6, row.number()), macOf(row), name));
      }
    }
    for (int version : new int[] {4, 6}) {
      for (String outside : List.of("peer", "tagged", "plain", "other")) {
        IpAddress address = address(outside, version, 0);
        told.add("route add " + address + " dev lan1");
        told.add("neigh add " + address + " lladdr " + WORLD_MAC + " dev lan1 nud permanent");
      }
    }
    batch(lines, "-n router", links);
    batch(lines, "-n world", ends);
    batch(lines, "-n router", told);
    return String.join("\n", lines) + "\n";
  }

  private static String veth(String name, MacAddress mac, String peer, MacAddress peerMac) {
    return "link add %s address %s type veth peer name %s address %s netns world"
        .formatted(name, mac, peer, peerMac);
  }

  private static void batch(List<String> lines, String options, List<String> commands) {
    lines.add("ip " + options + " -batch - <<'EOF'");
    lines.addAll(commands);
    lines.add("EOF");
  }

  /// What the operator creates.
  private String resources() {
    List<String> documents = new ArrayList<>();
    for (String name : List.of("peer", "tagged", "plain")) {
      documents.add(
          endpoint(
              "elsewhere",
              name,
              "{kind: outside%s}".formatted(name.equals("peer") ? ", role: peer" : ""),
              addresses(name, 0),
              name.equals("tagged") ? "[trusted]" : "[]",
              "cali-" + name));
    }
    documents.add("- {apiVersion: v1, kind: profile, metadata: {name: trusted, tags: [trusted]}}");
    for (Row row : table.rows()) {
      documents.addAll(documents(row));
    }
    return documents.stream().collect(Collectors.joining("\n", "", "\n"));
  }

  private List<String> documents(Row row) {
    List<String> documents = new ArrayList<>();
    List<String> profiles = new ArrayList<>();
    for (String rules : row.profiles()) {
      String name = "row-%d-%d".formatted(row.number(), profiles.size());
      documents.add(
          "- {apiVersion: v1, kind: profile, metadata: {name: %s}, spec: {ingress: %s}}"
              .formatted(name, rules));
      profiles.add(name);
    }
    documents.add(
        "- {apiVersion: v1, kind: policy, metadata: {name: row-%d}, spec: {selector: \"row =="
                .formatted(row.number())
            + " '%d'\", ingress: %s, egress: %s}}"
                .formatted(
                    row.number(),
                    "[" + String.join(", ", row.ingressRules()) + "]",
                    "[" + String.join(", ", row.egressRules()) + "]"));
    documents.add(
        endpoint(
            "router",
            "row" + row.number(),
            "{row: '%d'}".formatted(row.number()),
            addresses("first", row.number()) + ", " + addresses("second", row.number()),
            profiles.toString(),
            "cali" + row.number(),
            macOf(row).toString()));
    // A second endpoint, somewhere else, that has one of the addresses too.
    String half = "half-" + row.number();
    documents.add(
        "- {apiVersion: v1, kind: profile, metadata: {name: %1$s, tags: [%1$s]}}".formatted(half));
    documents.add(
        endpoint(
            "elsewhere",
            half,
            "{half: '%d'}".formatted(row.number()),
            addresses("second", row.number()),
            "[" + half + "]",
            "cali" + row.number()));
    return documents;
  }

  private static String addresses(String name, int row) {
    return "\"%s\", \"%s\"".formatted(address(name, 4, row), address(name, 6, row));
  }

  private static String endpoint(
      String node, String name, String labels, String addresses, String profiles, String device) {
    return endpoint(node, name, labels, addresses, profiles, device, WORLD_MAC.toString());
  }

  private static String endpoint(
      String node,
      String name,
      String labels,
      String addresses,
      String profiles,
      String device,
      String mac) {
    return "- {apiVersion: v1, kind: workloadEndpoint, metadata: {node: %s, orchestrator: lab,"
            .formatted(node)
        + " workload: %s, name: eth0, labels: %s}, spec: {interfaceName: %s, mac: \"%s\","
            .formatted(name, labels, device, mac)
        + " ipNetworks: [%s], profiles: %s}}".formatted(addresses, profiles);
  }
}
