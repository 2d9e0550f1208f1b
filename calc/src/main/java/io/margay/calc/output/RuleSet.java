package io.margay.calc.output;

import java.util.List;

/// The rules of a policy or profile, with selectors and tags replaced by the ids of their sets.
public record RuleSet(List<ActiveRule> inbound, List<ActiveRule> outbound, boolean untracked) {
  public RuleSet {
    inbound = List.copyOf(inbound);
    outbound = List.copyOf(outbound);
  }
}
