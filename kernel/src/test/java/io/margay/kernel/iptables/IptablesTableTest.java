package io.margay.kernel.iptables;

import static io.margay.net.IpFamily.IPV4;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.margay.kernel.ApplyOutcome;
import io.margay.kernel.fake.FakeKernel;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class IptablesTableTest {

  private static final Rule ACCEPT = new Rule("", "--jump ACCEPT");
  private static final Rule DROP = new Rule("", "--jump DROP");
  private static final Rule TO_OURS = new Rule("", "--jump cali-FORWARD");
  private static final Rule WEB =
      new Rule("-p tcp -m multiport --destination-ports 80", "--jump ACCEPT", "the web");

  private final FakeKernel kernel = new FakeKernel();
  private final IptablesTable table = table(InsertMode.INSERT);

  private IptablesTable table(InsertMode mode) {
    return new IptablesTable(IPV4, Table.FILTER, kernel.iptables(), mode);
  }

  @Test
  void writesChainsAndHooksInOneGo() {
    table.setChain(chain("cali-FORWARD", new Rule("", "--jump cali-web"), DROP));
    table.setChain(chain("cali-web", WEB));
    table.setHook("FORWARD", List.of(TO_OURS));

    ApplyOutcome<ChainChange> outcome = table.apply();

    assertThat(outcome.complete()).isTrue();
    assertThat(kernel.writes("iptables-restore"))
        .containsExactly(
            """
            *filter
            :cali-FORWARD - -
            :cali-web - -
            -A cali-FORWARD -m comment --comment "cali:FEWud2M9TYkOR3n5" --jump cali-web
            -A cali-FORWARD -m comment --comment "cali:eIoeab1JOuZefoDE" --jump DROP
            -A cali-web -m comment --comment "cali:Ve64rBtjr4pIarZu" -m comment --comment "the web" -p tcp -m multiport --destination-ports 80 --jump ACCEPT
            -I FORWARD -m comment --comment "cali:wUHhoiAYhphO9Mso" --jump cali-FORWARD
            COMMIT
            """);
  }

  @Test
  void writesNothingWhenNothingDiffers() {
    givenApplied(chain("cali-FORWARD", ACCEPT, DROP));
    IptablesTable restarted = table(InsertMode.INSERT);
    restarted.setChain(chain("cali-FORWARD", ACCEPT, DROP));

    ApplyOutcome<ChainChange> outcome = restarted.apply();

    assertThat(outcome.complete()).isTrue();
    assertThat(outcome.changes()).isEmpty();
    assertThat(restarted.needsApply()).isFalse();
    assertThat(kernel.writes()).isEmpty();
  }

  @Test
  void readsNothingEitherWhenNothingWasAsked() {
    givenApplied(chain("cali-FORWARD", ACCEPT));
    kernel.failNext("iptables-save", "not expected");

    assertThat(table.needsApply()).isFalse();
    assertThat(table.apply().complete()).isTrue();
  }

  @Test
  void replacesAppendsAndDeletesByPosition() {
    givenApplied(chain("cali-a", ACCEPT, DROP), chain("cali-b", ACCEPT, DROP, DROP));

    table.setChain(chain("cali-a", ACCEPT, WEB, DROP));
    table.setChain(chain("cali-b", ACCEPT));
    ApplyOutcome<ChainChange> outcome = table.apply();

    assertThat(commands())
        .containsExactly("-R cali-a 2", "-A cali-a", "-D cali-b 2", "-D cali-b 2");
    assertThat(saved("cali-b")).containsExactly("-j ACCEPT");
    assertThat(outcome.changes())
        .containsExactly(
            new ChainChange(Table.FILTER, "cali-a", ChainChange.Kind.UPDATED, 2, 0, false),
            new ChainChange(Table.FILTER, "cali-b", ChainChange.Kind.UPDATED, 0, 2, false));
  }

  @Test
  void emptiesAndWritesAnewAChainThatIsWrittenAtOnce() {
    table.setChainAtOnce(chain("cali-web", WEB, DROP));
    table.apply();
    kernel.forgetWrites();

    table.setChainAtOnce(chain("cali-web", WEB, ACCEPT, DROP));
    ApplyOutcome<ChainChange> outcome = table.apply();

    assertThat(outcome.complete()).isTrue();
    assertThat(kernel.writes("iptables-restore").getFirst())
        .startsWith("*filter\n:cali-web - -\n-A cali-web ")
        .doesNotContain("-R ", "-D ")
        .containsOnlyOnce("--destination-ports 80")
        .endsWith("--jump DROP\nCOMMIT\n");
    assertThat(saved("cali-web")).hasSize(3);
  }

  @Test
  void appendsToAChainThatIsWrittenAtOnce() {
    table.setChainAtOnce(chain("cali-web", WEB));
    table.apply();
    kernel.forgetWrites();

    table.setChainAtOnce(chain("cali-web", WEB, DROP));
    table.apply();

    assertThat(kernel.writes("iptables-restore").getFirst()).startsWith("*filter\n-A cali-web ");
    assertThat(saved("cali-web")).hasSize(2);
  }

  @Test
  void leavesCountersOfUnchangedRulesAlone() {
    givenApplied(chain("cali-a", ACCEPT, DROP));
    kernel.iptables().count(IPV4, Table.FILTER, "cali-a", 1, 7);

    table.setChain(chain("cali-a", ACCEPT, WEB));
    table.apply();

    assertThat(kernel.iptables().packets(IPV4, Table.FILTER, "cali-a")).containsExactly(7L, 0L);
  }

  @Test
  void deletesAChainAfterTheRulesThatJumpToIt() {
    givenApplied(
        chain("cali-a", new Rule("", "--jump cali-b"), DROP), chain("cali-b", ACCEPT, DROP));

    table.setChain(chain("cali-a", DROP));
    table.removeChain("cali-b");
    ApplyOutcome<ChainChange> outcome = table.apply();

    assertThat(outcome.complete()).isTrue();
    assertThat(kernel.iptables().chainNames(IPV4, Table.FILTER)).containsExactly("cali-a");
  }

  @Test
  void removesChainsThatNobodyWantsAnyMoreAtTheFirstApply() {
    givenFromOutside(
        """
        *filter
        :felix-FORWARD - -
        :cali-old - -
        :DOCKER - -
        -A cali-old --jump felix-FORWARD
        -A FORWARD --jump DOCKER
        -I FORWARD --jump felix-FORWARD
        COMMIT
        """);

    ApplyOutcome<ChainChange> outcome = table.apply();

    assertThat(outcome.complete()).isTrue();
    assertThat(kernel.iptables().chainNames(IPV4, Table.FILTER)).containsExactly("DOCKER");
    assertThat(saved("FORWARD")).containsExactly("-j DOCKER");
    assertThat(outcome.changes())
        .extracting(ChainChange::chain, ChainChange::kind, ChainChange::drift)
        .containsExactly(
            tuple("FORWARD", ChainChange.Kind.HOOKED, false),
            tuple("cali-old", ChainChange.Kind.DELETED, false),
            tuple("felix-FORWARD", ChainChange.Kind.DELETED, false));
  }

  @Test
  void putsItsHookBeforeTheRulesOfOthers() {
    givenFromOutside("*filter\n-A FORWARD -i eth0 --jump DROP\nCOMMIT\n");

    table.setChain(chain("cali-FORWARD"));
    table.setHook("FORWARD", List.of(TO_OURS, ACCEPT));
    table.apply();

    assertThat(saved("FORWARD")).containsExactly("-j cali-FORWARD", "-j ACCEPT", "-i eth0 -j DROP");
  }

  @Test
  void putsItsHookAfterTheRulesOfOthersInAppendMode() {
    givenFromOutside("*filter\n-A FORWARD -i eth0 --jump DROP\nCOMMIT\n");
    IptablesTable appending = table(InsertMode.APPEND);

    appending.setChain(chain("cali-FORWARD"));
    appending.setHook("FORWARD", List.of(TO_OURS, ACCEPT));
    appending.apply();

    assertThat(saved("FORWARD")).containsExactly("-i eth0 -j DROP", "-j cali-FORWARD", "-j ACCEPT");
  }

  @Test
  void takesItsHookBackToTheTopWhenSomeoneInsertsBeforeIt() {
    givenApplied(chain("cali-FORWARD", DROP));
    table.setHook("FORWARD", List.of(TO_OURS));
    table.apply();
    givenFromOutside("*filter\n-I FORWARD -i eth0 --jump ACCEPT\nCOMMIT\n");

    table.invalidate();
    ApplyOutcome<ChainChange> outcome = table.apply();

    assertThat(saved("FORWARD")).containsExactly("-j cali-FORWARD", "-i eth0 -j ACCEPT");
    assertThat(outcome.changes())
        .extracting(ChainChange::toString)
        .containsExactly(
            "chain FORWARD of filter was changed by someone else: 1 rule written, 1 deleted");
  }

  @Test
  void removesItsHookWhenNoneIsWanted() {
    givenApplied(chain("cali-FORWARD", DROP));
    table.setHook("FORWARD", List.of(TO_OURS));
    table.apply();

    table.setHook("FORWARD", List.of());
    table.removeChain("cali-FORWARD");

    assertThat(table.needsApply()).isTrue();
    assertThat(table.apply().complete()).isTrue();
    assertThat(saved("FORWARD")).isEmpty();
    assertThat(kernel.iptables().chainNames(IPV4, Table.FILTER)).isEmpty();
  }

  @Test
  void neverDeletesSomeoneElsesRuleThoughItCameUnseen() {
    givenApplied(chain("cali-FORWARD", DROP));
    table.setHook("FORWARD", List.of(TO_OURS));
    table.apply();
    givenFromOutside("*filter\n-I FORWARD -i eth0 --jump ACCEPT\nCOMMIT\n");

    table.setHook("FORWARD", List.of(ACCEPT));
    table.apply();

    assertThat(saved("FORWARD")).containsExactly("-j ACCEPT", "-i eth0 -j ACCEPT");
  }

  @Test
  void namesAChainThatSomeoneElseChanged() {
    givenApplied(chain("cali-a", ACCEPT, DROP, DROP), chain("cali-b", ACCEPT));
    givenFromOutside("*filter\n-D cali-a 1\nCOMMIT\n");

    table.invalidate();
    ApplyOutcome<ChainChange> outcome = table.apply();

    assertThat(outcome.changes())
        .extracting(ChainChange::toString)
        .containsExactly(
            "chain cali-a of filter was changed by someone else: 3 rules written, 0 deleted");
    assertThat(saved("cali-a")).containsExactly("-j ACCEPT", "-j DROP", "-j DROP");
  }

  @Test
  void aLookReadsTheRulesOnlyIfSomeoneElseWrote() {
    givenApplied(chain("cali-a", ACCEPT, DROP));
    table.setChain(chain("cali-a", ACCEPT, WEB));
    table.apply();
    look(() -> {});
    assertThat(table.needsApply()).isFalse();

    givenFromOutside("*filter\n-D cali-a 1\nCOMMIT\n");
    look(() -> {});
    assertThat(table.apply().changes()).hasSize(1).allMatch(ChainChange::drift);
    assertThat(saved("cali-a")).hasSize(2);

    look(() -> {});
    assertThat(table.needsApply()).isFalse();
  }

  @Test
  void aThoroughLookReadsThemInAnyCase() {
    givenApplied(chain("cali-a", ACCEPT));
    RulesLook look = table.beginLook(true);
    kernel.beforeNext("iptables-save", () -> givenFromOutside("*filter\n-F cali-a\nCOMMIT\n"));
    look.read();
    table.endLook(look);
    assertThat(table.apply().changes()).hasSize(1).allMatch(ChainChange::drift);
  }

  @Test
  void whatSomeoneElseWroteInTheirOwnChainsLeavesNothingToDo() {
    givenApplied(chain("cali-a", ACCEPT));
    givenFromOutside("*filter\n:theirs - -\n-A theirs -j ACCEPT\nCOMMIT\n");
    look(() -> {});
    assertThat(table.needsApply()).isFalse();

    table.setChain(chain("cali-a", ACCEPT, DROP));
    assertThat(table.apply().changes()).hasSize(1).noneMatch(ChainChange::drift);
  }

  @Test
  void aLookThatAWriteOvertookIsLeftToTheNextOneAFewTimes() {
    givenApplied(chain("cali-a", ACCEPT), chain("cali-b", ACCEPT));
    givenFromOutside("*filter\n-F cali-b\nCOMMIT\n");
    for (int i = 0; i < 2; i++) {
      Chain changed = chain("cali-a", i == 0 ? DROP : ACCEPT);
      look(() -> {
        table.setChain(changed);
        table.apply();
      });
      assertThat(table.needsApply()).isFalse();
      assertThat(saved("cali-b")).isEmpty();
    }

    look(() -> {
      table.setChain(chain("cali-a", DROP, DROP));
      table.apply();
    });
    table.apply();
    assertThat(saved("cali-b")).containsExactly("-j ACCEPT");
    assertThat(saved("cali-a")).containsExactly("-j DROP", "-j DROP");
  }

  /// @param meanwhile what happens after it was read
  private void look(Runnable meanwhile) {
    RulesLook look = table.beginLook(false);
    look.read();
    meanwhile.run();
    table.endLook(look);
  }

  @Test
  void restoresAChainThatSomeoneElseFlushedOrDeleted() {
    givenApplied(chain("cali-a", ACCEPT), chain("cali-b", ACCEPT));
    givenFromOutside("*filter\n-F cali-a\n-F cali-b\n--delete-chain cali-b\nCOMMIT\n");

    table.invalidate();
    ApplyOutcome<ChainChange> outcome = table.apply();

    assertThat(saved("cali-a")).containsExactly("-j ACCEPT");
    assertThat(saved("cali-b")).containsExactly("-j ACCEPT");
    assertThat(outcome.changes()).allMatch(ChainChange::drift);
  }

  @Test
  void readsAnewAndTriesAgainWhenSomeoneElseWroteInBetween() {
    givenApplied(chain("cali-a", ACCEPT, DROP, DROP));
    kernel.beforeNext(
        "iptables-restore", () -> kernel.iptables().restore(IPV4, "*filter\n-F cali-a\nCOMMIT\n"));

    table.setChain(chain("cali-a", ACCEPT, DROP, WEB));
    ApplyOutcome<ChainChange> outcome = table.apply();

    assertThat(outcome.complete()).isTrue();
    assertThat(saved("cali-a")).hasSize(3);
  }

  @Test
  void keepsWhatIsThereWhenRefusedAndTriesAgainLater() {
    givenApplied(chain("cali-a", ACCEPT));
    kernel.failAlways("iptables-restore", "", "Resource temporarily unavailable");
    table.setChain(chain("cali-a", DROP));

    ApplyOutcome<ChainChange> refused = table.apply();

    assertThat(refused.complete()).isFalse();
    assertThat(refused.changes()).isEmpty();
    assertThat(refused.failures().getFirst())
        .hasMessageContaining("filter")
        .hasMessageContaining("Resource temporarily unavailable")
        .hasMessageContaining("keeps the rules it had");
    assertThat(saved("cali-a")).containsExactly("-j ACCEPT");
    assertThat(table.needsApply()).isTrue();

    kernel.heal();
    assertThat(table.apply().complete()).isTrue();
    assertThat(saved("cali-a")).containsExactly("-j DROP");
  }

  @Test
  void reportsThatTheRulesCannotBeRead() {
    kernel.failAlways("iptables-save", "", "Permission denied");
    table.setChain(chain("cali-a", ACCEPT));

    assertThat(table.apply().complete()).isFalse();
    assertThat(kernel.writes()).isEmpty();
  }

  @Test
  void refusesNamesByWhichItWouldNotKnowItsOwnChains() {
    assertThatThrownBy(() -> table.setChain(chain("DOCKER", ACCEPT)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("DOCKER");
    assertThatThrownBy(() -> table.setHook("cali-FORWARD", List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private void givenApplied(Chain... chains) {
    Arrays.stream(chains).forEach(table::setChain);
    assertThat(table.apply().failures()).isEmpty();
    kernel.forgetWrites();
  }

  private void givenFromOutside(String input) {
    kernel.outside(() -> kernel.iptables().restore(IPV4, input));
  }

  private List<String> saved(String chain) {
    return kernel.iptables().rules(IPV4, Table.FILTER, chain).stream()
        .map(rule -> rule.replaceFirst("-m comment --comment \"cali:[^\"]*\" ", ""))
        .toList();
  }

  /// The commands of the last write, without the rules.
  private List<String> commands() {
    return kernel
        .writes("iptables-restore")
        .getLast()
        .lines()
        .filter(line -> line.startsWith("-"))
        .map(line -> line.replaceFirst(" -m comment.*", ""))
        .toList();
  }

  private static Chain chain(String name, Rule... rules) {
    return new Chain(name, List.of(rules));
  }
}
