package io.margay.kernel.ipset;

import static io.margay.net.IpFamily.IPV4;
import static io.margay.net.IpFamily.IPV6;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.kernel.ApplyOutcome;
import io.margay.kernel.fake.FakeKernel;
import io.margay.kernel.iptables.Table;
import io.margay.net.IpFamily;
import java.util.Set;
import org.junit.jupiter.api.Test;

class IpSetTableTest {

  private static final IpSet PODS = new IpSet("cali4-s:pods", IpSet.Type.HASH_IP, IPV4, 1000);
  private static final IpSet WEB = new IpSet("cali4-s:web", IpSet.Type.HASH_IP, IPV4, 1000);
  private static final IpSet POOLS = new IpSet("cali4-pools", IpSet.Type.HASH_NET, IPV4, 1000);

  private final FakeKernel kernel = new FakeKernel();
  private final IpSetTable table = table(IPV4);

  private IpSetTable table(IpFamily family) {
    String prefix = "cali" + family.version();
    return new IpSetTable(
        family,
        kernel.ipSets(),
        name -> name.startsWith(prefix),
        name -> prefix + "t" + name.substring(6));
  }

  @Test
  void buildsANewSetAsideAndShowsItOnlyWhenFull() {
    table.replace(PODS, Set.of("10.0.0.2", "10.0.0.1"));

    ApplyOutcome<SetChange> outcome = table.applyUpdates();

    assertThat(kernel.writes("ipset restore"))
        .containsExactly(
            """
            create cali4ts:pods hash:ip family inet maxelem 1000
            add cali4ts:pods 10.0.0.1
            add cali4ts:pods 10.0.0.2
            create cali4-s:pods hash:ip family inet maxelem 1000
            swap cali4-s:pods cali4ts:pods
            destroy cali4ts:pods
            COMMIT
            """);
    assertThat(outcome.changes())
        .containsExactly(new SetChange("cali4-s:pods", SetChange.Kind.CREATED, 2, 0, false));
    assertThat(table.needsApply()).isFalse();
  }

  @Test
  void writesNothingWhenASetIsThereAlready() {
    givenFromOutside(
        """
        create cali4-s:pods hash:ip family inet maxelem 1000
        add cali4-s:pods 10.0.0.1
        create cali4-pools hash:net family inet maxelem 1000
        add cali4-pools 10.1.0.0/16
        add cali4-pools 10.2.0.1/32
        """);
    table.replace(PODS, Set.of("10.0.0.1"));
    table.replace(POOLS, Set.of("10.1.7.7/16", "10.2.0.1/32"));

    assertThat(table.applyUpdates().changes()).isEmpty();
    assertThat(table.applyDeletions().changes()).isEmpty();
    assertThat(kernel.writes()).isEmpty();
  }

  @Test
  void bringsAnExistingSetUpToDateByItsMembersAlone() {
    givenFromOutside(
        """
        create cali4-s:pods hash:ip family inet maxelem 1000
        add cali4-s:pods 10.0.0.1
        add cali4-s:pods 10.0.0.9
        """);
    table.replace(PODS, Set.of("10.0.0.1", "10.0.0.2"));

    table.applyUpdates();

    assertThat(kernel.writes("ipset restore"))
        .containsExactly(
            """
            del cali4-s:pods 10.0.0.9 --exist
            add cali4-s:pods 10.0.0.2
            COMMIT
            """);
  }

  @Test
  void writesOneRunForTheChangesOfSeveralSets() {
    table.replace(PODS, Set.of("10.0.0.1"));
    table.replace(WEB, Set.of());
    table.applyUpdates();
    kernel.forgetWrites();

    table.addMembers("cali4-s:pods", Set.of("10.0.0.2"));
    table.removeMembers("cali4-s:pods", Set.of("10.0.0.1"));
    table.addMembers("cali4-s:web", Set.of("10.0.0.3"));
    ApplyOutcome<SetChange> outcome = table.applyUpdates();

    assertThat(kernel.writes("ipset restore"))
        .containsExactly(
            """
            del cali4-s:pods 10.0.0.1 --exist
            add cali4-s:pods 10.0.0.2
            add cali4-s:web 10.0.0.3
            COMMIT
            """);
    assertThat(outcome.changes()).hasSize(2).noneMatch(SetChange::drift);
  }

  @Test
  void writesNothingForAMemberThatCameAndWent() {
    table.replace(PODS, Set.of("10.0.0.1"));
    table.applyUpdates();
    kernel.forgetWrites();

    table.addMembers("cali4-s:pods", Set.of("10.0.0.2"));
    table.removeMembers("cali4-s:pods", Set.of("10.0.0.2", "10.0.0.1"));
    table.addMembers("cali4-s:pods", Set.of("10.0.0.1"));

    assertThat(table.needsApply()).isFalse();
    assertThat(table.applyUpdates().changes()).isEmpty();
    assertThat(kernel.writes()).isEmpty();
  }

  @Test
  void swapsInASetOfAnotherSize() {
    table.replace(PODS, Set.of("10.0.0.1"));
    table.applyUpdates();

    table.replace(new IpSet(PODS.name(), IpSet.Type.HASH_IP, IPV4, 2000), Set.of("10.0.0.1"));
    ApplyOutcome<SetChange> outcome = table.applyUpdates();

    assertThat(outcome.changes())
        .containsExactly(new SetChange("cali4-s:pods", SetChange.Kind.REPLACED, 1, 0, false));
    assertThat(kernel.ipSets().list())
        .hasSize(1)
        .containsEntry(
            "cali4-s:pods", new IpSets.ActualSet("hash:ip", "inet", 2000, Set.of("10.0.0.1")));
  }

  @Test
  void replacesASetOfAnotherType() {
    givenFromOutside("create cali4-s:pods hash:net family inet maxelem 1000\n");
    table.replace(PODS, Set.of("10.0.0.1"));

    assertThat(table.applyUpdates().complete()).isTrue();

    assertThat(kernel.ipSets().list().get("cali4-s:pods").type()).isEqualTo("hash:ip");
  }

  @Test
  void startsOverWithATemporarySetThatWasLeftBehind() {
    givenFromOutside(
        "create cali4ts:pods hash:ip family inet maxelem 1000\nadd cali4ts:pods 10.9.9.9\n");
    table.replace(PODS, Set.of("10.0.0.1"));

    assertThat(table.applyUpdates().complete()).isTrue();
    assertThat(table.applyDeletions().complete()).isTrue();

    assertThat(kernel.ipSets().list()).containsOnlyKeys("cali4-s:pods");
    assertThat(members("cali4-s:pods")).containsExactly("10.0.0.1");
  }

  @Test
  void destroysUnwantedSetsOnlyWhenItIsTheirTurn() {
    givenFromOutside(
        """
        create cali4-s:old hash:ip
        create cali6-s:other hash:ip family inet6
        create mine hash:ip
        """);
    table.replace(PODS, Set.of());

    table.applyUpdates();
    assertThat(kernel.ipSets().list()).containsKey("cali4-s:old");
    ApplyOutcome<SetChange> outcome = table.applyDeletions();

    assertThat(outcome.changes())
        .containsExactly(new SetChange("cali4-s:old", SetChange.Kind.DESTROYED, 0, 0, false));
    assertThat(kernel.ipSets().list()).containsOnlyKeys("cali6-s:other", "mine", "cali4-s:pods");
  }

  @Test
  void leavesASetThatARuleStillUsesAndComesBackToItAtTheNextRefresh() {
    givenFromOutside("create cali4-s:old hash:ip\ncreate cali4-s:older hash:ip\n");
    kernel.outside(() ->
        kernel
            .iptables()
            .restore(
                IPV4,
                "*filter\n-A INPUT -m set --match-set cali4-s:old src --jump DROP\nCOMMIT\n"));

    ApplyOutcome<SetChange> outcome = table.applyDeletions();

    assertThat(outcome.failures()).singleElement().asString().contains("cali4-s:old");
    assertThat(kernel.ipSets().list()).containsOnlyKeys("cali4-s:old");
    assertThat(table.needsApply()).isFalse();

    kernel.outside(() -> kernel.iptables().restore(IPV4, "*filter\n-D INPUT 1\nCOMMIT\n"));
    assertThat(kernel.iptables().rules(IPV4, Table.FILTER, "INPUT")).isEmpty();
    table.invalidate();
    assertThat(table.applyDeletions().complete()).isTrue();
    assertThat(kernel.ipSets().list()).isEmpty();
  }

  @Test
  void wantsASetAgainBeforeItWasDestroyed() {
    table.replace(PODS, Set.of("10.0.0.1"));
    table.applyUpdates();
    table.remove(PODS.name());
    table.applyUpdates();

    table.replace(PODS, Set.of("10.0.0.2"));
    table.applyUpdates();
    table.applyDeletions();

    assertThat(members("cali4-s:pods")).containsExactly("10.0.0.2");
  }

  @Test
  void oneSetThatCannotBeWrittenDoesNotKeepBackTheOthers() {
    IpSet tiny = new IpSet("cali4-s:a", IpSet.Type.HASH_IP, IPV4, 1);
    table.replace(tiny, Set.of("10.0.0.1", "10.0.0.2"));
    table.replace(PODS, Set.of("10.0.0.1"));

    ApplyOutcome<SetChange> outcome = table.applyUpdates();

    assertThat(outcome.failures())
        .singleElement()
        .asString()
        .contains("cali4-s:a")
        .contains("Hash is full");
    assertThat(kernel.ipSets().list()).containsKey("cali4-s:pods").doesNotContainKey("cali4-s:a");
    assertThat(table.needsApply()).isTrue();

    table.replace(tiny, Set.of("10.0.0.2"));
    assertThat(table.applyUpdates().complete()).isTrue();
    table.applyDeletions();
    assertThat(kernel.ipSets().list()).containsOnlyKeys("cali4-s:a", "cali4-s:pods");
  }

  @Test
  void readsAnewWhenAMemberIsThereUnexpectedly() {
    table.replace(PODS, Set.of("10.0.0.1"));
    table.applyUpdates();
    givenFromOutside("add cali4-s:pods 10.0.0.2\nadd cali4-s:pods 10.0.0.7\n");

    table.addMembers(PODS.name(), Set.of("10.0.0.2", "10.0.0.3"));

    assertThat(table.applyUpdates().complete()).isTrue();
    assertThat(members("cali4-s:pods"))
        .containsExactlyInAnyOrder("10.0.0.1", "10.0.0.2", "10.0.0.3");
  }

  @Test
  void namesASetThatSomeoneElseChanged() {
    table.replace(PODS, Set.of("10.0.0.1"));
    table.replace(WEB, Set.of("10.0.0.1"));
    table.applyUpdates();
    givenFromOutside("add cali4-s:pods 10.9.9.9\n");

    table.invalidate();
    ApplyOutcome<SetChange> outcome = table.applyUpdates();

    assertThat(outcome.changes())
        .extracting(SetChange::toString)
        .containsExactly(
            "ipset cali4-s:pods was changed by someone else: 0 members added, 1 removed");
    assertThat(members("cali4-s:pods")).containsExactly("10.0.0.1");
  }

  @Test
  void keepsSetsWhenTheyCannotBeRead() {
    kernel.failAlways("ipset list", "", "Operation not permitted");
    table.replace(PODS, Set.of("10.0.0.1"));

    assertThat(table.applyUpdates().complete()).isFalse();
    assertThat(table.applyDeletions().complete()).isFalse();
    assertThat(kernel.writes()).isEmpty();

    kernel.heal();
    assertThat(table.applyUpdates().complete()).isTrue();
    assertThat(members("cali4-s:pods")).containsExactly("10.0.0.1");
  }

  @Test
  void takesTheMembersOfItsFamilyFromAMixedList() {
    IpSetTable ipv6 = table(IPV6);
    Set<String> mixed = Set.of("10.0.0.1", "FD00:0:0::1", "::ffff:10.0.0.1");
    table.replace(PODS, mixed);
    ipv6.replace(new IpSet("cali6-s:pods", IpSet.Type.HASH_IP, IPV6, 1000), mixed);

    table.applyUpdates();
    ipv6.applyUpdates();

    assertThat(members("cali4-s:pods")).containsExactly("10.0.0.1");
    assertThat(members("cali6-s:pods")).containsExactlyInAnyOrder("fd00::1", "::ffff:10.0.0.1");
    kernel.forgetWrites();
    ipv6.invalidate();
    assertThat(ipv6.applyUpdates().changes()).isEmpty();
    assertThat(kernel.writes()).isEmpty();
  }

  @Test
  void spellsNetworksAsIpsetDoes() {
    table.replace(POOLS, Set.of("10.1.2.3/16", "192.0.2.1/32", "0.0.0.0/0"));

    table.applyUpdates();

    assertThat(members("cali4-pools"))
        .containsExactlyInAnyOrder("10.1.0.0/16", "192.0.2.1", "0.0.0.0/1", "128.0.0.0/1");
    table.invalidate();
    assertThat(table.applyUpdates().changes()).isEmpty();
  }

  @Test
  void refusesWhatCannotBeAMember() {
    assertThatThrownBy(() -> table.replace(PODS, Set.of("10.0.0.0/24")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("10.0.0.0/24")
        .hasMessageContaining("cali4-s:pods");
    assertThatThrownBy(() -> table.replace(PODS, Set.of("pod-1")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("pod-1");
    assertThatThrownBy(() -> table.addMembers("cali4-s:web", Set.of("10.0.0.1")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("cali4-s:web");
  }

  private void givenFromOutside(String input) {
    kernel.outside(() -> kernel.ipSets().restore(input));
  }

  private Set<String> members(String name) {
    return kernel.ipSets().list().get(name).members();
  }
}
