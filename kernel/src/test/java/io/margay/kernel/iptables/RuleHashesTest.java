package io.margay.kernel.iptables;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class RuleHashesTest {

  private static final Pattern APPENDED =
      Pattern.compile("-A (\\S+) -m comment --comment \"cali:([^\"]+)\" (.*)");

  @Test
  void agreeWithFelixOnASingleRule() {
    assertThat(RuleHashes.of("FORWARD", List.of(new Rule("", "--jump DROP"))))
        .containsExactly("hecdSCslEjdBPBPo");
    assertThat(RuleHashes.of("PREROUTING", List.of(new Rule("", "--jump cali-PREROUTING"))))
        .containsExactly("6gwbT8clXdHdC1b1");
  }

  @Test
  void agreeWithFelixOnEveryRuleOfANode() throws IOException {
    Map<String, List<Rule>> rules = new LinkedHashMap<>();
    Map<String, List<String>> hashes = new LinkedHashMap<>();
    String table = "";
    for (String line : text("felix-2.1-restore.rules").lines().toList()) {
      if (line.startsWith("*")) {
        table = line;
      }
      Matcher rule = APPENDED.matcher(line);
      if (rule.matches()) {
        String chain = table + " " + rule.group(1);
        rules.computeIfAbsent(chain, c -> new ArrayList<>()).add(new Rule("", rule.group(3)));
        hashes.computeIfAbsent(chain, c -> new ArrayList<>()).add(rule.group(2));
      }
    }

    assertThat(rules).hasSize(31);
    rules.forEach((chain, ofChain) ->
        assertThat(RuleHashes.of(chain.substring(chain.indexOf(' ') + 1), ofChain))
            .as(chain)
            .isEqualTo(hashes.get(chain)));
  }

  @Test
  void changeForARuleAndAllAfterIt() {
    Rule accept = new Rule("", "--jump ACCEPT");
    Rule drop = new Rule("", "--jump DROP");

    List<String> before = RuleHashes.of("cali-a", List.of(accept, accept, accept));
    List<String> after = RuleHashes.of("cali-a", List.of(accept, drop, accept));

    assertThat(after.get(0)).isEqualTo(before.get(0));
    assertThat(after.get(1)).isNotEqualTo(before.get(1));
    assertThat(after.get(2)).isNotEqualTo(before.get(2));
    assertThat(before).doesNotHaveDuplicates();
  }

  static String text(String resource) throws IOException {
    try (InputStream in = RuleHashesTest.class.getResourceAsStream(resource)) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }
}
