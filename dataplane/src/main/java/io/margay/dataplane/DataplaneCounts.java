package io.margay.dataplane;

import io.margay.kernel.iptables.Table;
import io.margay.net.IpFamily;
import java.util.List;
import java.util.Map;

/// How much a dataplane wants in the kernel.
///
/// @param selectors sets of addresses by selector
/// @param tags sets of addresses by tag
/// @param families one for each IP version that is programmed
public record DataplaneCounts(int selectors, int tags, List<Family> families) {

  public DataplaneCounts {
    families = List.copyOf(families);
  }

  /// @param sets those of addresses and those of pools and hosts
  public record Family(IpFamily family, Map<Table, Rules> rulesByTable, int sets) {
    public Family {
      rulesByTable = Map.copyOf(rulesByTable);
    }
  }

  /// @param rules in all chains, those of others included
  public record Rules(int chains, int rules) {}
}
