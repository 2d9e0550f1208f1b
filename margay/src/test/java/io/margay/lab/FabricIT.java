package io.margay.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/// Nodes in fabrics of several AS, whose routers are of another make: what each kernel holds, which
/// way packets take, and what breaks when something does. The network goes from plan to plan while
/// agents and routers run.
@TestMethodOrder(OrderAnnotation.class)
class FabricIT {

  private static Fabric it;

  @BeforeAll
  static void up() {
    assumeTrue(
        Command.run(List.of("sh", "-c", "command -v bird && bird --version"), "")
            .output()
            .contains("version 2"),
        "BIRD 2 is not installed (Debian package bird2), so fabrics are not tested");
    it = Fabric.up();
  }

  @AfterAll
  static void down() {
    if (it != null) {
      it.close();
    }
  }

  /// What every node's kernel has: its own block as a blackhole, and some way to those of others.
  private static void awaitNodes(boolean neighborsDirectly) {
    for (int node : Fabric.NODES) {
      Map<String, Set<String>> expected = new TreeMap<>();
      for (int other : Fabric.NODES) {
        boolean same = Fabric.rackOf(node) == Fabric.rackOf(other);
        String gateway =
            same && neighborsDirectly
                ? Fabric.address(other)
                : Fabric.torAddress(Fabric.rackOf(node));
        expected.put(Fabric.block(other), Set.of(other == node ? "blackhole" : gateway));
      }
      it.awaitRoutes(Fabric.node(node), expected);
    }
  }

  private static int rackAs(int rack) {
    return 65000 + rack;
  }

  private static String toNodes(int rack, String template) {
    StringBuilder protocols = new StringBuilder();
    for (int node : Fabric.nodesOf(rack)) {
      protocols.append(
          template.formatted(node, Fabric.torAddress(rack), Fabric.address(node), rackAs(rack)));
    }
    return protocols.toString();
  }

  /// Inside the rack the ToR reflects, and its own address stands for what comes from outside.
  private static String reflected(int rack) {
    return toNodes(
        rack,
        """
        protocol bgp n%1$d from lab {
          local %2$s as %4$d; neighbor %3$s as %4$d; direct; rr client;
          ipv4 { import all; export where source = RTS_BGP; next hop self ebgp; };
        }
        """);
  }

  private static String toSpines(int rack, String spineAs, String torAs, String own) {
    StringBuilder protocols = new StringBuilder();
    for (int spine : Fabric.SPINES) {
      protocols.append(
          """
          protocol bgp spine%1$d from lab {
            local %2$s as %4$s; neighbor %3$s as %5$s;
            ipv4 { import all; export where source = RTS_BGP && %6$s; next hop self; };
          }
          """
              .formatted(
                  spine,
                  Fabric.uplinkAddress(spine, rack),
                  Fabric.spineAddress(spine, rack),
                  torAs,
                  spineAs.formatted(spine),
                  own));
    }
    return protocols.toString();
  }

  private static void spines(String spineAs, IntUnaryOperator torAs, String export, String more) {
    for (int spine : Fabric.SPINES) {
      StringBuilder protocols = new StringBuilder(more);
      for (int rack : Fabric.RACKS) {
        protocols.append(
            """
            protocol bgp tor%1$d from lab {
              local %2$s as %4$s; neighbor %3$s as %5$d;
              ipv4 { import all; export %6$s; next hop self; };
            }
            """
                .formatted(
                    rack,
                    Fabric.spineAddress(spine, rack),
                    Fabric.uplinkAddress(spine, rack),
                    spineAs.formatted(spine),
                    torAs.applyAsInt(rack),
                    export));
      }
      it.router(
          Fabric.spine(spine),
          100 + spine,
          "source = RTS_BGP || (source = RTS_STATIC && net != 0.0.0.0/0)",
          protocols.toString());
    }
  }

  /// To the nodes of the other rack, by both spines.
  private static void awaitTors() {
    for (int rack : Fabric.RACKS) {
      int other = 3 - rack;
      Map<String, Set<String>> expected = new TreeMap<>();
      Fabric.nodesOf(rack)
          .forEach(node -> expected.put(Fabric.block(node), Set.of(Fabric.address(node))));
      Fabric.nodesOf(other)
          .forEach(node ->
              expected.put(
                  Fabric.block(node),
                  Set.of(Fabric.spineAddress(1, rack), Fabric.spineAddress(2, rack))));
      it.awaitRoutes(Fabric.tor(rack), expected);
    }
  }

  @Test
  @Order(1)
  void anAsForEachRackAndRoutersThatAllKnowEachOther() {
    for (int rack : Fabric.RACKS) {
      int other = 3 - rack;
      it.router(
          Fabric.tor(rack),
          rack,
          "source = RTS_BGP",
          reflected(rack)
              + """
              protocol bgp tor%1$d from lab {
                local %2$s as %4$d; neighbor %3$s as %5$d;
                ipv4 { import all; export where source = RTS_BGP && bgp_path.len = 0; next hop self; };
              }
              """
                  .formatted(
                      other,
                      Fabric.coreAddress(rack),
                      Fabric.coreAddress(other),
                      rackAs(rack),
                      rackAs(other)));
    }
    Fabric.NODES.forEach(
        node -> it.node(node, rackAs(Fabric.rackOf(node)), rackAs(Fabric.rackOf(node))));

    awaitNodes(true);
    it.awaitRoutes(
        "tor1",
        Map.of(
            Fabric.block(1), Set.of(Fabric.address(1)),
            Fabric.block(2), Set.of(Fabric.address(2)),
            Fabric.block(3), Set.of(Fabric.coreAddress(2)),
            Fabric.block(4), Set.of(Fabric.coreAddress(2))));
    it.awaitTtl(1, 2, 62);
    it.awaitTtl(1, 3, 60);
    assertThat(it.rib(1, Fabric.block(3))).contains(" 65002 i");
    assertThat(it.rib(1, Fabric.block(2))).contains(" i").doesNotContain("6500");
  }

  @Test
  @Order(2)
  void anAsForEachRackBelowSpinesThatRoute() {
    spines("6510%d", FabricIT::rackAs, "where source = RTS_BGP", "");
    for (int rack : Fabric.RACKS) {
      it.router(
          Fabric.tor(rack),
          rack,
          "source = RTS_BGP",
          reflected(rack)
              + toSpines(rack, "6510%d", String.valueOf(rackAs(rack)), "bgp_path.len = 0"));
    }

    awaitTors();
    awaitNodes(true);
    it.awaitTtl(1, 2, 62);
    it.awaitTtl(1, 3, 59);
    assertThat(it.rib(1, Fabric.block(3))).containsPattern(" 6510[12] 65002 i");
  }

  @Test
  @Order(3)
  void aSpineThatIsGoneIsNotMissed() {
    it.lab.in("spine2", "ip", "link", "set", "down1", "down");
    it.lab.in("spine2", "ip", "link", "set", "down2", "down");

    SeedLab.awaitThat(
        () ->
            it.routes("tor1").get(Fabric.block(3)) instanceof Set<String> gateways
                && gateways.equals(Set.of(Fabric.spineAddress(1, 1))),
        () -> "tor1 has one way: " + it.routes("tor1"));
    it.awaitTtl(1, 3, 59);

    it.lab.in("spine2", "ip", "link", "set", "down1", "up");
    it.lab.in("spine2", "ip", "link", "set", "down2", "up");
    awaitTors();
  }

  @Test
  @Order(4)
  void aHostThatDiesInSilenceIsForgottenByAllAndNobodyElseIs() {
    // Its port at the switch: neither it nor its router sees a loss of carrier.
    Command.run(it.lab.lab.holder().enter(List.of("ip", "link", "set", "lan0p106", "nomaster")), "")
        .orThrow("cutting n2 off");

    for (int node : List.of(1, 3, 4)) {
      SeedLab.awaitThat(
          () -> !it.routes(Fabric.node(node)).containsKey(Fabric.block(2)),
          () -> "n%d has %s".formatted(node, it.routes(Fabric.node(node))));
    }
    assertThat(it.routes("n1")).containsOnlyKeys(Fabric.block(1), Fabric.block(3), Fabric.block(4));
    it.awaitTtl(1, 3, 59);

    Command.run(
            it.lab.lab.holder().enter(List.of("ip", "link", "set", "lan0p106", "master", "lan0")),
            "")
        .orThrow("plugging n2 in");
    awaitNodes(true);
  }

  /// All nodes share an AS, all ToRs another, all spines a third one: nothing specific comes down,
  /// so nobody sees its own AS in a path.
  @Test
  @Order(5)
  void aDefaultRouteIsAllThatComesDown() {
    spines(
        "64800",
        _ -> 64700,
        "where net = 0.0.0.0/0",
        """
        protocol static { ipv4; route 0.0.0.0/0 unreachable; route 10.65.0.0/16 unreachable; }
        """);
    for (int rack : Fabric.RACKS) {
      it.router(
          Fabric.tor(rack),
          rack,
          "source = RTS_BGP",
          toNodes(
                  rack,
                  """
                  protocol bgp n%1$d from lab {
                    local %2$s as 64700; neighbor %3$s as 64512;
                    ipv4 { import all; export where net = 0.0.0.0/0; next hop self; };
                  }
                  """)
              + toSpines(rack, "64800", "64700", "bgp_path.len = 1 && net != 0.0.0.0/0"));
    }
    Fabric.NODES.forEach(node -> it.node(node, 64512, 64700));

    for (int node : Fabric.NODES) {
      it.awaitRoutes(
          Fabric.node(node),
          Map.of(
              "default",
              Set.of(Fabric.torAddress(Fabric.rackOf(node))),
              Fabric.block(node),
              Set.of("blackhole")));
    }
    it.awaitRoutes(
        "tor1",
        Map.of(
            "default",
            Set.of(Fabric.spineAddress(1, 1), Fabric.spineAddress(2, 1)),
            Fabric.block(1),
            Set.of(Fabric.address(1)),
            Fabric.block(2),
            Set.of(Fabric.address(2))));
    it.awaitRoutes(
        "spine1",
        Map.of(
            "10.65.0.0/16",
            Set.of("unreachable"),
            Fabric.block(1),
            Set.of(Fabric.uplinkAddress(1, 1)),
            Fabric.block(2),
            Set.of(Fabric.uplinkAddress(1, 1)),
            Fabric.block(3),
            Set.of(Fabric.uplinkAddress(1, 2)),
            Fabric.block(4),
            Set.of(Fabric.uplinkAddress(1, 2))));
    it.awaitTtl(1, 2, 61);
    it.awaitTtl(1, 3, 59);
    // What is in the pool and nobody's ends at a spine, which says so.
    assertThat(
            Command.run(
                    it.lab
                        .lab
                        .holder()
                        .enter("pod1", List.of("ping", "-n", "-c", "1", "-W", "3", "10.65.200.1")),
                    "")
                .output())
        .containsPattern("From 10\\.3\\.[12]\\.0 icmp_seq=1 Destination Host Unreachable");
  }

  @Test
  @Order(6)
  void anAsForEachServer() {
    spines("6510%d", FabricIT::rackAs, "where source = RTS_BGP", "");
    for (int rack : Fabric.RACKS) {
      it.router(
          Fabric.tor(rack),
          rack,
          "source = RTS_BGP",
          toNodes(
                  rack,
                  """
                  protocol bgp n%1$d from lab {
                    local %2$s as %4$d; neighbor %3$s as 420000000%1$d;
                    ipv4 { import all; export where source = RTS_BGP; next hop self; };
                  }
                  """)
              + toSpines(rack, "6510%d", String.valueOf(rackAs(rack)), "bgp_path.len = 1"));
    }
    it.setting("export_own_only", "true");
    Fabric.NODES.forEach(node -> it.node(node, 4_200_000_000L + node, rackAs(Fabric.rackOf(node))));

    awaitTors();
    awaitNodes(false);
    it.awaitTtl(1, 2, 61);
    it.awaitTtl(1, 3, 59);
    assertThat(it.rib(1, Fabric.block(2))).contains(" 65001 4200000002 i");
    assertThat(it.rib(1, Fabric.block(3))).containsPattern(" 65001 6510[12] 65002 4200000003 i");
  }
}
