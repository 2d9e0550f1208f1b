package io.margay.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.lab.Probe.Outcome;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReachabilityTest {

  private static final String FRONTEND1 = "172.16.1.1";
  private static final String FRONTEND2 = "172.16.1.2";
  private static final String DATABASE = "172.16.1.3";
  private static final String OUTSIDE = "192.168.40.10";

  @Test
  void theTableNamesWhatPassesAndHasADashForWhatDoesNot() {
    Map<String, Map<String, Outcome>> outcomes = new LinkedHashMap<>();
    outcomes.put("slave1-frontend1", all(FRONTEND2, Outcome.REACHED, Outcome.REACHED));
    outcomes.get("slave1-frontend1").putAll(all(DATABASE, Outcome.SILENT, Outcome.REACHED));
    outcomes.get("slave1-frontend1").put("icmp:" + OUTSIDE, Outcome.REACHED);
    outcomes.put("outside", all(FRONTEND1, Outcome.SILENT, Outcome.SILENT));
    outcomes.get("outside").putAll(all(FRONTEND2, Outcome.SILENT, Outcome.REFUSED));
    outcomes.get("outside").putAll(all(DATABASE, Outcome.SILENT, Outcome.SILENT));

    String table = new Reachability(SeedTopology.TOPOLOGY, outcomes).render(new Style(false));

    assertThat(table.lines().limit(3))
        .containsExactly(
            "  FROM \\ TO          slave1-frontend1   slave1-frontend2   slave2-database   outside",
            "  slave1-frontend1                      icmp 80 3306       -    -  3306      icmp",
            "  outside            -    -  -          -    -  -          -    -  -");
  }

  private static Map<String, Outcome> all(String address, Outcome others, Outcome port3306) {
    Map<String, Outcome> outcomes = new LinkedHashMap<>();
    outcomes.put("icmp:" + address, others);
    outcomes.put("tcp:" + address + ":80", others);
    outcomes.put("tcp:" + address + ":3306", port3306);
    return outcomes;
  }
}
