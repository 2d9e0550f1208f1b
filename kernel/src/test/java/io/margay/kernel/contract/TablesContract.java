package io.margay.kernel.contract;

import static io.margay.net.IpFamily.IPV4;
import static io.margay.net.IpFamily.IPV6;
import static org.assertj.core.api.Assertions.assertThat;

import io.margay.kernel.ApplyOutcome;
import io.margay.kernel.Neighbour;
import io.margay.kernel.NextHop;
import io.margay.kernel.Route;
import io.margay.kernel.Route.Protocols;
import io.margay.kernel.Route.Scope;
import io.margay.kernel.Route.Type;
import io.margay.kernel.SysctlTable;
import io.margay.kernel.ipset.IpSet;
import io.margay.kernel.ipset.IpSetTable;
import io.margay.kernel.iptables.Chain;
import io.margay.kernel.iptables.ChainChange;
import io.margay.kernel.iptables.InsertMode;
import io.margay.kernel.iptables.IptablesTable;
import io.margay.kernel.iptables.Rule;
import io.margay.kernel.iptables.Table;
import io.margay.kernel.neighbour.NeighbourTable;
import io.margay.kernel.route.RouteOwnership;
import io.margay.kernel.route.RouteTable;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import io.margay.net.MacAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What every kernel must make of the tables that write to it: they reach what is wanted, and find
/// it to be so when they look again.
public abstract class TablesContract extends KernelContract {

  private static final Rule TO_OURS = new Rule("", "--jump cali-FORWARD");
  private static final Rule FROM_PODS =
      new Rule("-m set --match-set cali4-s:pods src", "--jump ACCEPT", "from the pods");
  private static final Rule WEB =
      new Rule("-p tcp -m multiport --destination-ports 80,443", "--jump ACCEPT");
  private static final Rule DROP = new Rule("", "--jump DROP", "Unknown interface");

  @BeforeEach
  void oneWorkloadAndAnUplink() {
    for (String link : List.of("cali0", "up0")) {
      world().addLink(link);
      world().setLinkUp(link);
    }
    world().addAddress("up0", "192.0.2.1/24");
    world().addAddress("up0", "2001:db8:1::1/64");
  }

  @Test
  void restartFindsNothingToWrite() {
    Tables tables = new Tables();
    tables.wantEverything();
    assertThat(tables.apply()).isNotEmpty();

    Tables restarted = new Tables();
    restarted.wantEverything();

    assertThat(restarted.apply()).isEmpty();
  }

  @Test
  void leavesNothingBehindOfWhatIsNoLongerWanted() {
    Tables tables = new Tables();
    tables.wantEverything();
    tables.apply();

    new Tables().apply();

    assertThat(world().ipSets().list()).isEmpty();
    assertThat(world().iptables().save(IPV4, Table.FILTER)).doesNotContain("cali");
    assertThat(world().neighbours().list(IPV4)).isEmpty();
    for (IpFamily family : IpFamily.values()) {
      assertThat(world().routes().list(family))
          .noneMatch(
              route -> route.protocol() == Protocols.BOOT || route.protocol() == Protocols.BIRD);
    }
  }

  @Test
  void repairsWhatSomeoneElseChanged() {
    Tables tables = new Tables();
    tables.wantEverything();
    tables.apply();
    world()
        .iptables()
        .restore(
            IPV4,
            """
            *filter
            -I FORWARD -m comment --comment "someone else" --jump ACCEPT
            -D cali-FORWARD 2
            COMMIT
            """);
    world().ipSets().restore("add cali4-s:pods 10.99.0.1\nCOMMIT\n");

    tables.invalidate();

    assertThat(tables.apply())
        .contains(
            new ChainChange(Table.FILTER, "FORWARD", ChainChange.Kind.HOOKED, 1, 1, true),
            new ChainChange(Table.FILTER, "cali-FORWARD", ChainChange.Kind.UPDATED, 2, 0, true));
    List<String> forward =
        world()
            .iptables()
            .save(IPV4, Table.FILTER)
            .lines()
            .filter(line -> line.startsWith("-A FORWARD"))
            .toList();
    assertThat(forward).hasSize(2);
    assertThat(forward.getFirst()).contains("-j cali-FORWARD");
    assertThat(forward.getLast()).contains("someone else");
    assertThat(world().ipSets().list().get("cali4-s:pods").members())
        .containsExactlyInAnyOrder("10.65.0.1", "10.65.0.2");
  }

  @Test
  void growsAndShrinksChainsByPosition() {
    Tables tables = new Tables();
    tables.rules.setChain(new Chain("cali-a", List.of(WEB, DROP)));
    tables.rules.setChain(new Chain("cali-b", List.of(WEB, WEB, WEB, DROP)));
    tables.apply();

    List<Rule> longer = List.of(WEB, new Rule("", "--goto cali-b"), WEB, DROP);
    tables.rules.setChain(new Chain("cali-a", longer));
    tables.rules.setChain(new Chain("cali-b", List.of(DROP)));
    tables.apply();

    Tables restarted = new Tables();
    restarted.rules.setChain(new Chain("cali-a", longer));
    restarted.rules.setChain(new Chain("cali-b", List.of(DROP)));
    assertThat(restarted.apply()).isEmpty();
  }

  /// One of each table, applied in the order that sets and rules need.
  private final class Tables {

    final IpSetTable sets = sets(IPV4);
    final IpSetTable sets6 = sets(IPV6);
    final IptablesTable rules =
        new IptablesTable(IPV4, Table.FILTER, world().iptables(), InsertMode.INSERT);
    final RouteTable workloads =
        new RouteTable(IPV4, world().routes(), RouteOwnership.onDevicesNamed(List.of("cali")));
    final RouteTable workloads6 =
        new RouteTable(IPV6, world().routes(), RouteOwnership.onDevicesNamed(List.of("cali")));
    final RouteTable learned =
        new RouteTable(IPV4, world().routes(), RouteOwnership.ofProtocol(Protocols.BIRD));
    final RouteTable learned6 =
        new RouteTable(IPV6, world().routes(), RouteOwnership.ofProtocol(Protocols.BIRD));
    final NeighbourTable<IpAddress, Neighbour> neighbours =
        NeighbourTable.of(
            IPV4, world().neighbours(), neighbour -> neighbour.device().startsWith("cali"));
    final SysctlTable sysctls = new SysctlTable(world().sysctls());

    private IpSetTable sets(IpFamily family) {
      String prefix = "cali" + family.version();
      return new IpSetTable(
          family,
          world().ipSets(),
          name -> name.startsWith(prefix),
          name -> prefix + "t" + name.substring(6));
    }

    void wantEverything() {
      sets.replace(
          new IpSet("cali4-s:pods", IpSet.Type.HASH_IP, IPV4, 1000),
          Set.of("10.65.0.1", "10.65.0.2"));
      sets.replace(
          new IpSet("cali4-pools", IpSet.Type.HASH_NET, IPV4, 1000),
          Set.of("10.65.3.4/16", "192.0.2.9/32", "0.0.0.0/0"));
      sets6.replace(
          new IpSet("cali6-s:pods", IpSet.Type.HASH_IP, IPV6, 1000),
          Set.of("fd00:65:0:0::1", "::ffff:10.0.0.1"));
      sets6.replace(
          new IpSet("cali6-pools", IpSet.Type.HASH_NET, IPV6, 1000),
          Set.of("fd00:65::7/64", "::/0", "fd00::9/128"));
      rules.setChain(
          new Chain("cali-FORWARD", List.of(FROM_PODS, WEB, new Rule("", "--jump cali-last"))));
      rules.setChain(new Chain("cali-last", List.of(DROP)));
      rules.setHook("FORWARD", List.of(TO_OURS));
      workloads.put(Route.onLink(IpPrefix.parse("10.65.0.1/32"), "cali0"));
      workloads6.put(Route.onLink(IpPrefix.parse("fd00:65::1/128"), "cali0"));
      learned.put(bird("10.66.0.0/26", NextHop.via(IpAddress.parse("192.0.2.7"))));
      learned6.put(bird("fd00:66::/122", NextHop.via(IpAddress.parse("2001:db8:1::7"))));
      neighbours.put(
          new Neighbour(
              "cali0", IpAddress.parse("10.65.0.1"), MacAddress.parse("ee:ee:ee:ee:ee:01")));
      sysctls.put("net/ipv4/conf/cali0/proxy_arp", "1");
      sysctls.put("net/ipv4/neigh/cali0/proxy_delay", "0");
    }

    private static Route bird(String destination, NextHop nextHop) {
      return new Route(
          IpPrefix.parse(destination),
          Type.UNICAST,
          Protocols.BIRD,
          Scope.GLOBAL,
          0,
          List.of(nextHop));
    }

    void invalidate() {
      sets.invalidate();
      sets6.invalidate();
      rules.invalidate();
      workloads.invalidate();
      workloads6.invalidate();
      learned.invalidate();
      learned6.invalidate();
      neighbours.invalidate();
      sysctls.invalidate();
    }

    /// All changes, after checking that nothing failed.
    List<Object> apply() {
      List<Object> changes = new ArrayList<>();
      for (ApplyOutcome<?> outcome :
          List.of(
              sets.applyUpdates(),
              sets6.applyUpdates(),
              rules.apply(),
              workloads.apply(),
              workloads6.apply(),
              learned.apply(),
              learned6.apply(),
              neighbours.apply(),
              sysctls.apply(),
              sets.applyDeletions(),
              sets6.applyDeletions())) {
        assertThat(outcome.failures()).isEmpty();
        changes.addAll(outcome.changes());
      }
      assertThat(learned.waiting()).isEmpty();
      assertThat(learned6.waiting()).isEmpty();
      return changes;
    }
  }
}
