package io.margay.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.kernel.ipset.IpSets.ActualSet;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What the programs print, in the spellings of several versions.
class CommandOutputTest {

  @Test
  void readsSetsAsOldAndNewIpsetListThem() throws IOException {
    assertThat(CommandIpSets.parse(resource("ipset-list.txt")))
        .containsOnly(
            Map.entry(
                "cali40s:pods",
                new ActualSet("hash:ip", "inet", 1048576, Set.of("10.0.0.1", "10.0.0.2"))),
            Map.entry("cali60n:empty", new ActualSet("hash:net", "inet6", 65536, Set.of())),
            Map.entry(
                "others",
                new ActualSet(
                    "hash:net",
                    "inet",
                    65536,
                    Set.of("10.1.0.0/16", "10.1.2.0/24 nomatch", "10.2.0.0/16"))),
            Map.entry("ports", new ActualSet("bitmap:port", "", 0, Set.of("80", "443"))),
            Map.entry("both", new ActualSet("list:set", "", 0, Set.of("cali40s:pods", "others"))));
  }

  @Test
  void listsNothingWhereThereIsNothing() {
    assertThat(CommandIpSets.parse("")).isEmpty();
  }

  @Test
  void findsTheLineThatTheProgramNames() {
    String input = "*filter\n:cali-a - -\n-A cali-a --jump nowhere\nCOMMIT\n";
    String expected = "; line 3 is: -A cali-a --jump nowhere";

    for (String stderr :
        new String[] {
          "iptables-restore: line 3 failed\n",
          "iptables-restore v1.6.0: Couldn't load target `nowhere'\n\nError occurred at line: 3\n",
          "iptables-restore v1.8.9 (nf_tables): \nline 3: RULE_APPEND failed (Invalid): rule in chain a",
          "ipset v7.17: Error in line 3: Element cannot be added to the set: it's already added\n"
        }) {
      assertThat(failed(stderr).namedLine(input)).as(stderr).isEqualTo(expected);
    }
    assertThat(failed("Permission denied").namedLine(input)).isEmpty();
    assertThat(failed("line 9 failed").namedLine(input)).isEmpty();
  }

  @Test
  void asksForTheLockOnlyWhereIptablesRestoreKnowsHow() {
    assertThat(CommandIptables.knowsWait("iptables-restore v1.8.9 (nf_tables)\n")).isTrue();
    assertThat(CommandIptables.knowsWait("iptables-restore v1.8.9 (legacy)\n")).isTrue();
    assertThat(CommandIptables.knowsWait("iptables-restore v1.6.2\n")).isTrue();
    assertThat(CommandIptables.knowsWait("ip6tables-restore v2.0.0\n")).isTrue();
    assertThat(CommandIptables.knowsWait("iptables-restore v1.6.1\n")).isFalse();
    assertThat(CommandIptables.knowsWait("iptables-restore v1.4.21\n")).isFalse();
    assertThat(CommandIptables.knowsWait("")).isFalse();
  }

  private static Programs.Result failed(String stderr) {
    return new Programs.Result(1, "", stderr);
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = CommandOutputTest.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
