package io.margay.kernel.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.kernel.KernelException;
import io.margay.kernel.iptables.Iptables;
import io.margay.kernel.iptables.Table;
import io.margay.net.IpFamily;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// The contract of [Iptables], on the lines the data plane writes. Rules are told by the hash in
/// their comment, as the data plane tells them.
public abstract class IptablesContract extends KernelContract {

  @Test
  void savesTheChainsAndRulesThatWereRestored() {
    givenChain("one", "two");

    assertThat(save(Table.FILTER)).contains("*filter").contains(":cali-a - [").contains("COMMIT");
    assertThat(hashes("cali-a")).containsExactly("one", "two");
  }

  @Test
  void keepsWhatTheInputDoesNotSpeakOf() {
    givenChain("one");

    restore(
        """
        *filter
        :cali-b - -
        -A cali-b -m comment --comment "cali:other" --jump DROP
        COMMIT
        """);

    assertThat(hashes("cali-a")).containsExactly("one");
    assertThat(hashes("cali-b")).containsExactly("other");
  }

  @Test
  void emptiesAChainThatIsDeclaredAgain() {
    givenChain("one", "two");

    restore(
        """
        *filter
        :cali-a - -
        -A cali-a -m comment --comment "cali:three" --jump DROP
        COMMIT
        """);

    assertThat(hashes("cali-a")).containsExactly("three");
  }

  @Test
  void replacesInsertsAppendsAndDeletesRulesByNumber() {
    givenChain("one", "two", "three");

    restore(
        """
        *filter
        -R cali-a 2 -m comment --comment "cali:TWO" --jump DROP
        -A cali-a -m comment --comment "cali:four" --jump DROP
        -D cali-a 1
        -I cali-a -m comment --comment "cali:zero" --jump DROP
        COMMIT
        """);

    assertThat(hashes("cali-a")).containsExactly("zero", "TWO", "three", "four");
  }

  @Test
  void hooksAChainIntoAKernelChainInFrontOfTheRulesOfOthers() {
    restore(
        """
        *filter
        -A FORWARD -m comment --comment "cali:foreign" --jump ACCEPT
        COMMIT
        """);

    restore(
        """
        *filter
        :cali-FORWARD - -
        -A cali-FORWARD -m comment --comment "cali:inside" --jump ACCEPT
        -I FORWARD -m comment --comment "cali:hook" --jump cali-FORWARD
        COMMIT
        """);

    assertThat(hashes("FORWARD")).containsExactly("hook", "foreign");
  }

  @Test
  void changesNothingWhenOneLineIsRefused() {
    givenChain("one");
    String before = rulesOnly(save(Table.FILTER));

    assertThatThrownBy(() ->
            restore(
                """
                *filter
                :cali-a - -
                -A cali-a -m comment --comment "cali:new" --jump ACCEPT
                -A cali-a -m comment --comment "cali:bad" --jump no-such-chain
                COMMIT
                """))
        .isInstanceOf(KernelException.class)
        .hasMessageContaining("no-such-chain");

    assertThat(rulesOnly(save(Table.FILTER))).isEqualTo(before);
    assertThat(hashes("cali-a")).containsExactly("one");
  }

  @Test
  void refusesToDeleteARuleThatIsNotThere() {
    givenChain("one");

    assertThatThrownBy(() ->
            restore(
                """
                *filter
                -D cali-a 2
                COMMIT
                """))
        .isInstanceOf(KernelException.class);
    assertThat(hashes("cali-a")).containsExactly("one");
  }

  @Test
  void deletesAChainOnceNothingJumpsToIt() {
    givenChain("one");
    restore(
        """
        *filter
        -A FORWARD -m comment --comment "cali:hook" --jump cali-a
        COMMIT
        """);

    assertThatThrownBy(() ->
            restore(
                """
                *filter
                :cali-a - -
                --delete-chain cali-a
                COMMIT
                """))
        .isInstanceOf(KernelException.class);
    assertThat(hashes("cali-a")).containsExactly("one");

    restore(
        """
        *filter
        :cali-a - -
        -D FORWARD 1
        --delete-chain cali-a
        COMMIT
        """);
    assertThat(save(Table.FILTER)).doesNotContain("cali-a");
  }

  @Test
  void keepsTablesAndFamiliesApart() {
    givenChain("one");

    for (Table table : Table.values()) {
      if (table != Table.FILTER) {
        assertThat(save(table)).doesNotContain("cali-a");
      }
    }
    assertThat(iptables().save(IpFamily.IPV6, Table.FILTER)).doesNotContain("cali-a");

    iptables()
        .restore(
            IpFamily.IPV6,
            """
            *raw
            :cali-six - -
            -A cali-six -m comment --comment "cali:six" --jump ACCEPT
            COMMIT
            """);

    assertThat(iptables().save(IpFamily.IPV6, Table.RAW)).contains("cali:six");
    assertThat(save(Table.RAW)).doesNotContain("cali:six");
  }

  private void givenChain(String... hashes) {
    StringBuilder input = new StringBuilder("*filter\n:cali-a - -\n");
    for (String hash : hashes) {
      input.append("-A cali-a -m comment --comment \"cali:%s\" --jump ACCEPT\n".formatted(hash));
    }
    restore(input.append("COMMIT\n").toString());
  }

  private void restore(String input) {
    iptables().restore(IpFamily.IPV4, input);
  }

  private String save(Table table) {
    return iptables().save(IpFamily.IPV4, table);
  }

  private List<String> hashes(String chain) {
    return Pattern.compile("(?m)^-A " + Pattern.quote(chain) + " .*cali:([a-zA-Z0-9_-]+)")
        .matcher(save(Table.FILTER))
        .results()
        .map((MatchResult result) -> result.group(1))
        .toList();
  }

  /// Without the remarks, which hold the time, and the counters.
  private static String rulesOnly(String saved) {
    return saved
        .lines()
        .filter(line -> !line.startsWith("#"))
        .map(line -> line.replaceAll(" \\[\\d+:\\d+\\]$", ""))
        .reduce("", (all, line) -> all + line + "\n");
  }

  private Iptables iptables() {
    return world().iptables();
  }
}
