package io.margay.kernel.fake;

import static io.margay.net.IpFamily.IPV4;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.margay.kernel.ipset.IpSets;
import io.margay.kernel.iptables.Rule;
import io.margay.kernel.iptables.Table;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.junit.jupiter.api.Test;

class FakeIptablesSpellingTest {

  private final FakeKernel kernel = new FakeKernel();

  @Test
  void savesTheRulesOfANodeAsTheRealOneDoes() throws IOException {
    IpSets sets = kernel.ipSets();
    sets.restore("create cali4-s:CEmFgJFwDvohR01JKvOkO8D hash:ip\n");
    sets.restore("create cali4-s:i357Nlxxj3AMBTQ4WyOllNt hash:ip\n");

    kernel.iptables().restore(IPV4, text("felix-2.1-restore.rules"));

    String expected = text("felix-2.1-save.rules");
    for (Table table : List.of(Table.RAW, Table.NAT, Table.FILTER)) {
      String ofTable = expected.substring(expected.indexOf("*" + table));
      assertThat(rules(kernel.iptables().save(IPV4, table)))
          .containsExactlyInAnyOrderElementsOf(
              rules(ofTable.substring(0, ofTable.indexOf("COMMIT"))));
    }
  }

  private static List<String> rules(String saved) {
    return saved.lines().filter(line -> line.startsWith("-A")).toList();
  }

  private static String text(String resource) throws IOException {
    try (InputStream in = Rule.class.getResourceAsStream(resource)) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }
}
