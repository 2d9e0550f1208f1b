package io.margay.dataplane.rules;

import io.margay.calc.output.NodeUpdate.LocalWorkload;
import io.margay.dataplane.config.Marks;
import io.margay.kernel.iptables.Chain;
import io.margay.kernel.iptables.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/// The two chains of an endpoint: which policies and profiles are asked about its packets.
///
/// Policies are asked in their order until one accepts or passes. If there are any, only what one
/// of them passed gets to the profiles; what none accepts is dropped.
public final class EndpointChains {

  private final Marks marks;

  public EndpointChains(Marks marks) {
    this.marks = marks;
  }

  /// `cali-tw-IF` and `cali-fw-IF` (table `filter`).
  public List<Chain> workload(LocalWorkload workload) {
    String to = ChainNames.toWorkload(workload.interfaceName());
    String from = ChainNames.fromWorkload(workload.interfaceName());
    if (!workload.active()) {
      List<Rule> disabled = List.of(Match.ANY.then(Target.DROP, "Endpoint admin disabled"));
      return List.of(new Chain(to, disabled), new Chain(from, disabled));
    }
    return List.of(
        new Chain(
            to,
            verdict(
                chains(workload.policies(), ChainNames::policyInbound),
                chains(workload.profiles(), ChainNames::profileInbound))),
        new Chain(
            from,
            verdict(
                chains(workload.policies(), ChainNames::policyOutbound),
                chains(workload.profiles(), ChainNames::profileOutbound))));
  }

  private static List<String> chains(List<String> names, UnaryOperator<String> chainName) {
    return names.stream().map(chainName).toList();
  }

  private List<Rule> verdict(List<String> policyChains, List<String> profileChains) {
    List<Rule> rules = new ArrayList<>();
    rules.add(Match.ANY.then(Target.clearMark(marks.accept())));
    if (!policyChains.isEmpty()) {
      rules.add(Match.ANY.then(Target.clearMark(marks.pass()), "Start of policies"));
      for (String chain : policyChains) {
        rules.add(Match.ANY.markClear(marks.pass()).then(Target.jump(chain)));
        rules.add(returnIfAccepted("Return if policy accepted"));
      }
      rules.add(
          Match.ANY.markClear(marks.pass()).then(Target.DROP, "Drop if no policies passed packet"));
    }
    for (String chain : profileChains) {
      rules.add(Match.ANY.then(Target.jump(chain)));
      rules.add(returnIfAccepted("Return if profile accepted"));
    }
    rules.add(Match.ANY.then(Target.DROP, "Drop if no profiles matched"));
    return rules;
  }

  private Rule returnIfAccepted(String comment) {
    return Match.ANY.markSet(marks.accept()).then(Target.RETURN, comment);
  }
}
