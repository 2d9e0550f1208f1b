package io.margay.dataplane;

import static io.margay.dataplane.golden.SeedScenario.key;
import static io.margay.dataplane.golden.SeedScenario.workload;
import static org.assertj.core.api.Assertions.assertThat;

import io.margay.calc.output.NodeUpdate.IpSetChanged;
import io.margay.calc.output.NodeUpdate.IpSetInactive;
import io.margay.calc.output.NodeUpdate.PolicyInactive;
import io.margay.calc.output.NodeUpdate.PoolActive;
import io.margay.calc.output.NodeUpdate.PoolInactive;
import io.margay.calc.output.NodeUpdate.WorkloadEndpointActive;
import io.margay.calc.output.NodeUpdate.WorkloadEndpointInactive;
import io.margay.dataplane.config.DataplaneConfig;
import io.margay.dataplane.config.DataplaneConfig.EndpointToHostAction;
import io.margay.dataplane.golden.RuleDump;
import io.margay.dataplane.golden.SeedScenario;
import io.margay.kernel.fake.FakeKernel.Write;
import io.margay.kernel.iptables.Table;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The driver against a simulated kernel: what it writes, in which order, and what it leaves alone.
class DataplaneTest {

  private final Host host = new Host();

  @Test
  void givesTheGuidesHostsTheRulesThatFelixGaveThem() {
    host.tell(SeedScenario.slave1());
    host.settle();
    assertThat(host.rules(IpFamily.IPV4)).isEqualTo(RuleDump.golden("slave1"));

    Host slave2 = new Host();
    slave2.tell(SeedScenario.slave2());
    slave2.settle();
    assertThat(slave2.rules(IpFamily.IPV4)).isEqualTo(RuleDump.golden("slave2"));
  }

  @Test
  void givesWorkloadsTheirRoutesNeighboursAndSets() {
    host.addLinks("cali0ef24b1", "cali0ef24b2");
    host.tell(SeedScenario.slave1());
    assertThat(host.settle().complete()).isTrue();
    assertThat(host.routes())
        .containsExactly("172.16.1.1/32 dev cali0ef24b1", "172.16.1.2/32 dev cali0ef24b2");
    assertThat(host.neighbours())
        .containsExactly(
            "172.16.1.1 ca:fe:1d:52:bb:e1 cali0ef24b1", "172.16.1.2 ca:fe:1d:52:bb:e2 cali0ef24b2");
    assertThat(members("cali4-s:CEmFgJFwDvohR01JKvOkO8D"))
        .containsExactlyInAnyOrder("172.16.1.1", "172.16.1.2", "172.16.1.3");
    assertThat(members("cali6-s:CEmFgJFwDvohR01JKvOkO8D")).isEmpty();
    assertThat(members("cali4-all-ipam-pools")).containsExactly("172.16.1.0/24");
    assertThat(members("cali4-masq-ipam-pools")).isEmpty();
    assertThat(host.kernel.sysctls().read("net/ipv4/conf/cali0ef24b1/rp_filter")).contains("1");
    assertThat(host.kernel.sysctls().read("net/ipv4/neigh/cali0ef24b1/proxy_delay")).contains("0");
    assertThat(host.kernel.sysctls().read("net/ipv6/conf/cali0ef24b2/forwarding")).contains("1");
  }

  @Test
  void writesNothingBeforeTheDatastoreIsInSync() {
    host.addLinks("cali0ef24b1");
    host.tell(SeedScenario.slave1());
    assertThat(host.dataplane().needsApply()).isFalse();
    assertThat(host.dataplane().applyOnce().changes()).isEmpty();
    assertThat(host.kernel.writes()).isEmpty();
  }

  @Test
  void aRestartWithNothingChangedWritesNothing() {
    host.addLinks("cali0ef24b1", "cali0ef24b2");
    host.tell(SeedScenario.slave1());
    host.settle();
    host.kernel.forgetWrites();

    host.restart();
    assertThat(host.dataplane().bootstrap().changes()).isEmpty();
    host.tell(SeedScenario.slave1());
    ApplyReport report = host.settle();

    assertThat(report).isEqualTo(new ApplyReport(List.of(), List.of(), List.of()));
    assertThat(host.kernel.writes()).isEmpty();
  }

  @Test
  void anApplyWithNothingNewDoesNotEvenRead() {
    host.tell(SeedScenario.slave1());
    host.settle();
    assertThat(host.dataplane().needsApply()).isFalse();
    host.kernel.failAlways("iptables-save", "", "not to be read");
    host.kernel.failAlways("ipset list", "", "not to be read");
    host.kernel.failAlways("ip route list", "", "not to be read");
    assertThat(host.dataplane().applyOnce().complete()).isTrue();
  }

  @Test
  void theOrderOfUpdatesMakesNoDifference() {
    host.addLinks("cali0ef24b1", "cali0ef24b2");
    host.tell(SeedScenario.slave1());
    host.settle();

    Host other = new Host();
    other.addLinks("cali0ef24b1", "cali0ef24b2");
    other.tell(SeedScenario.slave1().reversed());
    other.settle();

    assertThat(other.everything().get("rules of IPv4"))
        .isEqualTo(host.everything().get("rules of IPv4"));
    assertThat(other.everything().get("sets")).isEqualTo(host.everything().get("sets"));
  }

  @Test
  void aRemovedEndpointLeavesNothing() {
    host.addLinks("cali0ef24b2");
    host.tell(SeedScenario.slave2());
    host.settle();
    Map<String, Object> before = host.everything();

    host.addLinks("cali0ef24b1");
    host.tell(
        new WorkloadEndpointActive(key("slave1", "frontend1"), workload(1, List.of())),
        new IpSetChanged(
            SeedScenario.FRONTEND_SET, Set.of(IpAddress.parse("172.16.1.9")), Set.of()));
    host.settle();
    assertThat(host.routes()).contains("172.16.1.1/32 dev cali0ef24b1");

    host.kernel.forgetWrites();
    host.tell(
        new IpSetChanged(
            SeedScenario.FRONTEND_SET, Set.of(), Set.of(IpAddress.parse("172.16.1.9"))),
        new WorkloadEndpointInactive(key("slave1", "frontend1")));
    host.settle();
    assertThat(host.everything()).isEqualTo(before);
    assertThat(host.kernel.writes("conntrack delete")).containsExactly("172.16.1.1");
    assertThat(host.statuses).doesNotContainKey(key("slave1", "frontend1"));
  }

  @Test
  void withEverythingGoneOnlyTheSkeletonIsLeft() {
    host.addLinks("cali0ef24b1", "cali0ef24b2");
    host.settle();
    Map<String, Object> skeleton = host.everything();
    host.tell(SeedScenario.slave1());
    host.settle();

    host.tell(
        new WorkloadEndpointInactive(key("slave1", "frontend1")),
        new WorkloadEndpointInactive(key("slave1", "frontend2")),
        new PolicyInactive("namespace-default"),
        new IpSetInactive(SeedScenario.NAMESPACE_SET),
        new PoolInactive(IpPrefix.parse("172.16.1.0/24")));
    assertThat(host.settle().complete()).isTrue();
    assertThat(host.everything()).isEqualTo(skeleton);
  }

  @Test
  void aResyncPutsBackWhatSomeoneElseChanged() {
    putsBackWhatSomeoneElseChanged(host -> host.dataplane().resync());
  }

  @Test
  void aLookBesideTheWorkDoesTheSame() {
    putsBackWhatSomeoneElseChanged(host -> {
      KernelLook look = host.dataplane().beginLook(false);
      look.read();
      host.dataplane().endLook(look);
    });
  }

  @Test
  void aLookThatFailsHasEverythingReadAnew() {
    putsBackWhatSomeoneElseChanged(host -> {
      host.kernel.failNext("ipset list", "out of file descriptors");
      KernelLook look = host.dataplane().beginLook(false);
      look.read();
      host.dataplane().endLook(look);
    });
  }

  private void putsBackWhatSomeoneElseChanged(Consumer<Host> looking) {
    host.addLinks("cali0ef24b1", "cali0ef24b2");
    host.tell(SeedScenario.slave1());
    host.settle();
    Map<String, Object> before = host.everything();

    host.outside(kernel -> {
      kernel
          .iptables()
          .restore(
              IpFamily.IPV4,
              "*filter\n-F cali-tw-cali0ef24b1\n-F FORWARD\n-A FORWARD -j DROP\nCOMMIT\n");
      kernel.ipSets().restore("del cali4-s:CEmFgJFwDvohR01JKvOkO8D 172.16.1.3\n");
      kernel.routes().delete(kernel.routes().list(IpFamily.IPV4).getFirst());
      kernel.sysctls().set("net/ipv4/conf/cali0ef24b1/rp_filter", "0");
    });
    looking.accept(host);
    assertThat(host.dataplane().needsApply()).isTrue();
    assertThat(host.dataplane().applyOnce().complete()).isTrue();

    assertThat(host.rules(IpFamily.IPV4)).isEqualTo(before.get("rules of IPv4"));
    assertThat(host.everything().get("sets")).isEqualTo(before.get("sets"));
    assertThat(host.routes())
        .containsExactlyInAnyOrder(
            "172.16.1.1/32 dev cali0ef24b1", "172.16.1.2/32 dev cali0ef24b2");
    assertThat(host.kernel.sysctls().read("net/ipv4/conf/cali0ef24b1/rp_filter")).contains("1");
    assertThat(host.kernel.iptables().rules(IpFamily.IPV4, Table.FILTER, "FORWARD"))
        .endsWith("-j DROP")
        .hasSize(2);
  }

  @Test
  void aLookThatAWriteOvertookIsNotTakenForTheTruth() {
    host.addLinks("cali0ef24b1", "cali0ef24b2");
    host.settle();
    KernelLook look = host.dataplane().beginLook(false);
    look.read();
    host.tell(SeedScenario.slave1());
    host.settle();
    host.kernel.forgetWrites();

    host.dataplane().endLook(look);

    assertThat(host.dataplane().applyOnce()).isEqualTo(ApplyReport.NOTHING);
    assertThat(host.kernel.writes()).isEmpty();
  }

  @Test
  void aRouteDeletedByOthersIsPutBackWithoutAResync() {
    host.addLinks("cali0ef24b1", "cali0ef24b2");
    host.tell(SeedScenario.slave1());
    host.settle();
    host.outside(kernel ->
        kernel.routes().list(IpFamily.IPV4).stream()
            .filter(route -> route.destination().equals(IpPrefix.parse("172.16.1.1/32")))
            .forEach(kernel.routes()::delete));
    assertThat(host.dataplane().needsApply()).isTrue();
    host.dataplane().applyOnce();
    assertThat(host.routes()).contains("172.16.1.1/32 dev cali0ef24b1");
  }

  @Test
  void refusedRulesKeepTheOldOnesAndAreTriedAgain() {
    host.addLinks("cali0ef24b1", "cali0ef24b2");
    host.settle();
    RuleDump skeleton = host.rules(IpFamily.IPV4);

    host.kernel.failAlways("iptables-restore", "*filter", "line 3 failed");
    host.tell(SeedScenario.slave1());
    ApplyReport failed = host.settle();
    assertThat(failed.complete()).isFalse();
    assertThat(host.rules(IpFamily.IPV4).tables().get("filter"))
        .isEqualTo(skeleton.tables().get("filter"));
    assertThat(host.dataplane().needsApply()).isTrue();

    host.kernel.heal();
    assertThat(host.dataplane().applyOnce().complete()).isTrue();
    assertThat(host.rules(IpFamily.IPV4)).isEqualTo(RuleDump.golden("slave1"));
    assertThat(host.statuses).containsEntry(key("slave1", "frontend1"), EndpointStatus.UP);
  }

  @Test
  void aWorkloadWhoseRulesAreRefusedGetsNoRouteAndIsInError() {
    host.addLinks("cali0ef24b1");
    host.settle();
    host.kernel.failAlways("iptables-restore", "*filter", "line 3 failed");
    host.tell(SeedScenario.slave1());
    host.settle();
    assertThat(host.routes()).isEmpty();
    assertThat(host.statuses).containsEntry(key("slave1", "frontend1"), EndpointStatus.ERROR);
  }

  @Test
  void aRefusedSetHoldsBackTheRulesThatNeedIt() {
    host.settle();
    host.kernel.failAlways("ipset restore", "cali4-s:CEmF", "no memory");
    host.tell(SeedScenario.slave1());
    assertThat(host.settle().complete()).isFalse();
    assertThat(host.kernel.iptables().chainNames(IpFamily.IPV4, Table.FILTER))
        .doesNotContain("cali-pi-namespace-default");
    host.kernel.heal();
    assertThat(host.dataplane().applyOnce().complete()).isTrue();
    assertThat(host.rules(IpFamily.IPV4)).isEqualTo(RuleDump.golden("slave1"));
  }

  @Test
  void writesParametersThenSetsThenRulesThenRoutes() {
    host.addLinks("cali0ef24b1", "cali0ef24b2");
    host.tell(SeedScenario.slave1());
    host.settle();
    assertThat(writes("ip6tables-restore", "cali6-").map(Write::operation).distinct())
        .containsExactly(
            "sysctl write",
            "ipset restore",
            "iptables-restore",
            "ip route add",
            "ip neigh replace");
    assertThat(writes("iptables-restore", "cali4-").map(Write::operation).distinct())
        .containsSubsequence("sysctl write", "ipset restore", "ip6tables-restore");
    for (String restore : List.of("iptables-restore", "ip6tables-restore")) {
      assertThat(host.kernel.writes(restore))
          .extracting(text -> text.lines().findFirst().orElseThrow())
          .containsExactly("*nat", "*filter", "*raw");
    }
  }

  /// What was written, without a family's rules and sets.
  private Stream<Write> writes(String withoutRestore, String withoutSets) {
    return host.kernel.writes().stream()
        .filter(write -> !write.operation().equals(withoutRestore))
        .filter(write ->
            !write.operation().equals("ipset restore") || !write.text().contains(withoutSets));
  }

  @Test
  void writesTheFamiliesOnThreadsOfTheirOwn() {
    Host parallel = new Host(task -> Thread.ofPlatform().start(task));
    parallel.tell(SeedScenario.slave1());
    assertThat(parallel.settle().complete()).isTrue();
    host.tell(SeedScenario.slave1());
    host.settle();
    assertThat(parallel.everything()).isEqualTo(host.everything());
  }

  @Test
  void destroysASetOnlyAfterTheRulesThatReferredToIt() {
    host.tell(SeedScenario.slave1());
    host.settle();
    host.kernel.forgetWrites();
    host.tell(
        new WorkloadEndpointInactive(key("slave1", "frontend1")),
        new WorkloadEndpointInactive(key("slave1", "frontend2")),
        new PolicyInactive("namespace-default"),
        new IpSetInactive(SeedScenario.NAMESPACE_SET));
    assertThat(host.settle().complete()).isTrue();
    List<Write> writes = host.kernel.writes();
    for (String restore : List.of("iptables-restore", "ip6tables-restore")) {
      String set = restore.startsWith("ip6") ? "cali6-s:CEmF" : "cali4-s:CEmF";
      List<Write> ofFamily =
          writes.stream()
              .filter(write ->
                  write.operation().equals(restore) || write.text().contains("destroy " + set))
              .toList();
      assertThat(ofFamily).hasSizeGreaterThan(1);
      assertThat(ofFamily.getLast().text()).contains("destroy " + set);
    }
    assertThat(writes.stream().filter(write -> write.operation().equals("ipset restore")))
        .allMatch(write -> write.text().contains("destroy"));
  }

  @Test
  void aRouteWaitsUntilItsInterfaceIsUp() {
    host.tell(SeedScenario.slave1());
    assertThat(host.settle().complete()).isTrue();
    assertThat(host.routes()).isEmpty();
    assertThat(host.statuses).containsEntry(key("slave1", "frontend1"), EndpointStatus.DOWN);

    host.kernel.addLink("cali0ef24b1");
    host.dataplane().applyOnce();
    assertThat(host.routes()).isEmpty();

    host.kernel.setLinkUp("cali0ef24b1");
    assertThat(host.dataplane().needsApply()).isTrue();
    host.dataplane().applyOnce();
    assertThat(host.routes()).containsExactly("172.16.1.1/32 dev cali0ef24b1");
    assertThat(host.neighbours()).hasSize(1);
    assertThat(host.kernel.sysctls().read("net/ipv4/conf/cali0ef24b1/proxy_arp")).contains("1");
    assertThat(host.statuses).containsEntry(key("slave1", "frontend1"), EndpointStatus.UP);

    host.kernel.setLinkDown("cali0ef24b1");
    host.dataplane().applyOnce();
    assertThat(host.statuses).containsEntry(key("slave1", "frontend1"), EndpointStatus.DOWN);
    host.kernel.setLinkUp("cali0ef24b1");
    host.dataplane().applyOnce();
    assertThat(host.routes()).containsExactly("172.16.1.1/32 dev cali0ef24b1");
    assertThat(host.neighbours()).hasSize(1);
  }

  @Test
  void anInterfaceMadeAnewGetsItsParametersAgain() {
    host.addLinks("cali0ef24b1");
    host.tell(SeedScenario.slave1());
    host.settle();
    host.kernel.removeLink("cali0ef24b1");
    assertThat(host.settle().complete()).isTrue();
    host.addLinks("cali0ef24b1");
    host.settle();
    assertThat(host.kernel.sysctls().read("net/ipv4/conf/cali0ef24b1/rp_filter")).contains("1");
    assertThat(host.routes()).containsExactly("172.16.1.1/32 dev cali0ef24b1");
  }

  @Test
  void aListOfAllLinksMakesUpForLostNotices() {
    host.addLinks("cali0ef24b1");
    host.tell(SeedScenario.slave1());
    host.settle();
    host.stopFollowing();
    host.kernel.removeLink("cali0ef24b1");
    host.addLinks("cali0ef24b2");

    host.dataplane().onLinks(host.kernel.links().list());
    host.dataplane().resync();
    assertThat(host.dataplane().applyOnce().complete()).isTrue();
    assertThat(host.routes()).containsExactly("172.16.1.2/32 dev cali0ef24b2");
    assertThat(host.statuses)
        .containsEntry(key("slave1", "frontend1"), EndpointStatus.DOWN)
        .containsEntry(key("slave1", "frontend2"), EndpointStatus.UP);
  }

  @Test
  void aRefusedParameterPutsTheEndpointInErrorUntilItIsSet() {
    host.addLinks("cali0ef24b1", "cali0ef24b2");
    host.kernel.failAlways("sysctl write", "cali0ef24b1/rp_filter", "EACCES");
    host.tell(SeedScenario.slave1());
    assertThat(host.settle().complete()).isFalse();
    assertThat(host.statuses)
        .containsEntry(key("slave1", "frontend1"), EndpointStatus.ERROR)
        .containsEntry(key("slave1", "frontend2"), EndpointStatus.UP);
    host.kernel.heal();
    assertThat(host.dataplane().applyOnce().complete()).isTrue();
    assertThat(host.statuses).containsEntry(key("slave1", "frontend1"), EndpointStatus.UP);
  }

  @Test
  void parametersThatAreRightAreNotWritten() {
    host.addLinks("cali0ef24b1");
    host.kernel.sysctls().set("net/ipv4/conf/cali0ef24b1/rp_filter", "1");
    host.tell(SeedScenario.slave1());
    host.settle();
    assertThat(host.kernel.writes("sysctl write"))
        .doesNotContain("net/ipv4/conf/cali0ef24b1/rp_filter=1")
        .contains("net/ipv4/conf/cali0ef24b1/proxy_arp=1");
  }

  @Test
  void aHostThatJustBootedPassesNothingUntilPoliciesAreKnown() {
    ApplyReport report = host.dataplane().bootstrap();
    assertThat(report.complete()).isTrue();
    assertThat(host.rules(IpFamily.IPV4).rules("filter", "cali-to-wl-dispatch")).hasSize(1);
    assertThat(host.rules(IpFamily.IPV6).rules("filter", "cali-to-wl-dispatch").getFirst())
        .endsWith("-j DROP");
    assertThat(host.rules(IpFamily.IPV4).rules("filter", "FORWARD").getFirst())
        .endsWith("-j cali-FORWARD");
  }

  @Test
  void aSkeletonOfOtherSettingsIsReplaced() {
    host.restart(DataplaneConfig.DEFAULT);
    host.dataplane().bootstrap();
    host.restart(SeedScenario.CONFIG);
    assertThat(host.dataplane().bootstrap().changes()).isEmpty();
    assertThat(host.rules(IpFamily.IPV4).rules("filter", "cali-wl-to-host").getLast())
        .endsWith("-j DROP");

    assertThat(host.dataplane().bootstrapAnew().complete()).isTrue();
    assertThat(host.rules(IpFamily.IPV4).rules("filter", "cali-wl-to-host").getLast())
        .endsWith("-j RETURN");
    assertThat(host.rules(IpFamily.IPV4).rules("filter", "cali-to-wl-dispatch")).hasSize(1);
  }

  @Test
  void rulesOfAnEarlierRunStayUntilPoliciesAreKnown() {
    host.tell(SeedScenario.slave1());
    host.settle();
    Map<String, Object> before = host.everything();
    host.kernel.forgetWrites();

    host.restart();
    assertThat(host.dataplane().bootstrap().complete()).isTrue();
    assertThat(host.kernel.writes()).isEmpty();
    assertThat(host.everything()).isEqualTo(before);
  }

  @Test
  void whatAnEarlierRunLeftIsRemoved() {
    host.addLinks("cali0ef24b1", "cali0ef24b2", "cali0ef24b3");
    host.tell(SeedScenario.slave1());
    host.settle();

    host.restart();
    host.tell(SeedScenario.slave2());
    host.settle();
    assertThat(host.rules(IpFamily.IPV4)).isEqualTo(RuleDump.golden("slave2"));
    assertThat(host.routes()).containsExactly("172.16.1.3/32 dev cali0ef24b3");
    assertThat(host.neighbours()).hasSize(1);
    assertThat(host.kernel.writes("conntrack delete"))
        .containsExactlyInAnyOrder("172.16.1.1", "172.16.1.2");
  }

  @Test
  void anotherConfigurationGivesWhatARestartWithItWould() {
    host.addLinks("cali0ef24b1", "cali0ef24b2");
    host.tell(SeedScenario.slave1());
    host.settle();
    host.kernel.forgetWrites();
    DataplaneConfig drop = withAction(EndpointToHostAction.DROP);

    host.dataplane().reconfigure(drop);
    assertThat(host.dataplane().applyOnce().complete()).isTrue();
    assertThat(host.kernel.writes()).hasSize(2);
    assertThat(host.rules(IpFamily.IPV4).rules("filter", "cali-wl-to-host").getLast())
        .endsWith("-j DROP");

    host.kernel.forgetWrites();
    host.restart(drop);
    host.tell(SeedScenario.slave1());
    host.settle();
    assertThat(host.kernel.writes()).isEmpty();
  }

  @Test
  void withoutIpv6NothingOfItIsTouched() {
    host.restart(withoutIpv6());
    host.addLinks("cali0ef24b1");
    host.kernel.failAlways("ip6tables-save", "", "not to be read");
    host.tell(SeedScenario.slave1());
    assertThat(host.settle().complete()).isTrue();
    assertThat(host.kernel.writes("ip6tables-restore")).isEmpty();
    assertThat(host.kernel.writes("sysctl write")).noneMatch(text -> text.contains("ipv6"));
    assertThat(host.kernel.ipSets().list()).doesNotContainKey("cali6-all-ipam-pools");
  }

  @Test
  void masqueradesOnceAPoolAsksForIt() {
    host.settle();
    host.tell(new PoolActive(IpPrefix.parse("10.0.0.0/16"), true));
    host.settle();
    assertThat(members("cali4-masq-ipam-pools")).containsExactly("10.0.0.0/16");
    assertThat(host.rules(IpFamily.IPV4).rules("nat", "cali-nat-outgoing")).hasSize(1);
    assertThat(host.rules(IpFamily.IPV6).rules("nat", "cali-nat-outgoing")).isEmpty();
    host.tell(new PoolActive(IpPrefix.parse("10.0.0.0/16"), false));
    host.settle();
    assertThat(members("cali4-masq-ipam-pools")).isEmpty();
    assertThat(host.rules(IpFamily.IPV4).rules("nat", "cali-nat-outgoing")).isEmpty();
  }

  private Set<String> members(String set) {
    return host.kernel.ipSets().list().get(set).members();
  }

  private static DataplaneConfig withAction(EndpointToHostAction action) {
    DataplaneConfig config = SeedScenario.CONFIG;
    return new DataplaneConfig(
        config.marks(),
        config.interfacePrefixes(),
        config.failsafeInboundPorts(),
        config.failsafeOutboundPorts(),
        action,
        config.openStack(),
        config.ipip(),
        config.vxlan(),
        config.logPrefix(),
        config.insertMode(),
        config.ipv6(),
        config.maxIpSetSize());
  }

  private static DataplaneConfig withoutIpv6() {
    DataplaneConfig config = SeedScenario.CONFIG;
    return new DataplaneConfig(
        config.marks(),
        config.interfacePrefixes(),
        config.failsafeInboundPorts(),
        config.failsafeOutboundPorts(),
        config.endpointToHostAction(),
        config.openStack(),
        config.ipip(),
        config.vxlan(),
        config.logPrefix(),
        config.insertMode(),
        false,
        config.maxIpSetSize());
  }
}
