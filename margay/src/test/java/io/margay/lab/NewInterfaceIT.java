package io.margay.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.lab.Topology.Host;
import io.margay.net.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// A new interface passes nothing before its policy is in, and never what its policy denies.
///
/// The system property `margay.endpoints` says how many are created; see `build/measure-faults`.
class NewInterfaceIT {

  private static final String ENDPOINTS = System.getProperty("margay.endpoints", "200");

  private static final Topology TOPOLOGY =
      new Topology(
          "new-interfaces",
          "a router",
          List.of(new Host("router", IpPrefix.parse("192.168.40.11/24"), true, Map.of())),
          List.of(),
          Map.of(),
          List.of());

  static final String NETWORK =
      """
      set -e
      ip netns add world
      ip netns exec world sysctl -qw net.ipv6.conf.default.disable_ipv6=1
      ip netns exec router sysctl -qw net.ipv6.conf.default.accept_dad=0
      ip -n router link add lan1 type veth peer name src0 address WORLD_MAC netns world
      ip -n router link set lan1 up
      ip -n world link set src0 up
      ip -n router route add PEER dev lan1
      ip -n router neigh add PEER lladdr WORLD_MAC dev lan1 nud permanent
      """
          .replace("WORLD_MAC", NewInterfaces.WORLD_MAC)
          .replace("PEER", NewInterfaces.PEER);

  static final String POLICIES =
      """
      - apiVersion: v1
        kind: policy
        metadata: {name: new}
        spec:
          selector: kind == 'new'
          ingress: [{action: allow, protocol: udp, destination: {ports: [7001]}}]
          egress: [{action: allow, protocol: udp, destination: {ports: [7001]}}]
      - apiVersion: v1
        kind: policy
        metadata: {name: open}
        spec: {selector: kind == 'open', ingress: [{action: allow}], egress: [{action: allow}]}
      """;

  @Test
  void passesNothingBeforeItsPolicyIsIn() {
    try (SeedLab lab = SeedLab.up(TOPOLOGY)) {
      Command.run(lab.lab.holder().enter(List.of("sh")), NETWORK).orThrow("building the network");
      lab.applyText(POLICIES);
      String lanMac = lab.in("router", "cat", "/sys/class/net/lan1/address").strip();
      List<String> words = new ArrayList<>(JavaProgram.words(NewInterfaces.class));
      words.addAll(
          List.of(lab.lab.directory().datastore().toString(), "router", lanMac, ENDPOINTS));
      String said = lab.inForLong("world", words.toArray(String[]::new));
      System.out.println("new interfaces: " + said.strip().lines().toList().getLast());
      Matcher counts =
          Pattern.compile(
                  "endpoints=(\\d+) packets=(\\d+) early=(\\d+) denied=(\\d+) control=(\\d+)")
              .matcher(said);
      assertThat(counts.find()).as(said + lab.agentOutput()).isTrue();
      assertThat(counts.group(1)).isEqualTo(ENDPOINTS);
      assertThat(Integer.parseInt(counts.group(2))).isGreaterThan(Integer.parseInt(ENDPOINTS));
      assertThat(counts.group(3)).as("endpoints that passed something too early").isEqualTo("0");
      assertThat(counts.group(4)).as("endpoints that passed what is denied").isEqualTo("0");
      assertThat(counts.group(5)).as("the same packets, where policy allows them").isEqualTo("25");
    }
  }
}
