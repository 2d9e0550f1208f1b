package io.margay.dataplane.rules;

import io.margay.calc.output.NodeUpdate.LocalHostEndpoint;
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

  private static final String START_OF_POLICIES = "Start of policies";

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
                chains(workload.policies().ingress(), ChainNames::policyInbound),
                chains(workload.profiles(), ChainNames::profileInbound))),
        new Chain(
            from,
            verdict(
                chains(workload.policies().egress(), ChainNames::policyOutbound),
                chains(workload.profiles(), ChainNames::profileOutbound))));
  }

  /// `cali-th-IF` and `cali-fh-IF` of table `filter`. The failsafe ports come before all else, so
  /// that no policy can cut an operator off.
  public List<Chain> host(String interfaceName, LocalHostEndpoint endpoint) {
    return List.of(
        new Chain(
            ChainNames.toHostEndpoint(interfaceName),
            afterFailsafe(
                ChainNames.FAILSAFE_OUT,
                verdict(
                    chains(endpoint.policies().egress(), ChainNames::policyOutbound),
                    chains(endpoint.profiles(), ChainNames::profileOutbound)))),
        new Chain(
            ChainNames.fromHostEndpoint(interfaceName),
            afterFailsafe(
                ChainNames.FAILSAFE_IN,
                verdict(
                    chains(endpoint.policies().ingress(), ChainNames::policyInbound),
                    chains(endpoint.profiles(), ChainNames::profileInbound)))));
  }

  /// `cali-th-IF` and `cali-fh-IF` of table `raw`: what an untracked policy accepts is accepted for
  /// good, and never becomes a connection. What none decides goes on to the table `filter`, so
  /// nothing is dropped at the end and no profile is asked.
  ///
  /// @return none if the endpoint has no untracked policies
  public List<Chain> hostUntracked(String interfaceName, LocalHostEndpoint endpoint) {
    if (endpoint.untrackedPolicies().isEmpty()) {
      return List.of();
    }
    return List.of(
        new Chain(
            ChainNames.toHostEndpoint(interfaceName),
            afterFailsafe(
                ChainNames.FAILSAFE_OUT,
                untracked(
                    chains(endpoint.untrackedPolicies().egress(), ChainNames::policyOutbound)))),
        new Chain(
            ChainNames.fromHostEndpoint(interfaceName),
            afterFailsafe(
                ChainNames.FAILSAFE_IN,
                untracked(
                    chains(endpoint.untrackedPolicies().ingress(), ChainNames::policyInbound)))));
  }

  private static List<Rule> afterFailsafe(String failsafeChain, List<Rule> rules) {
    List<Rule> all = new ArrayList<>();
    all.add(Match.ANY.then(Target.jump(failsafeChain)));
    all.addAll(rules);
    return all;
  }

  private List<Rule> untracked(List<String> policyChains) {
    List<Rule> rules = new ArrayList<>();
    rules.add(Match.ANY.then(Target.clearMark(marks.accept())));
    rules.add(Match.ANY.then(Target.clearMark(marks.pass()), START_OF_POLICIES));
    for (String chain : policyChains) {
      rules.add(Match.ANY.markClear(marks.pass()).then(Target.jump(chain)));
      rules.add(Match.ANY.markSet(marks.accept()).then(Target.NOTRACK));
      rules.add(returnIfAccepted("Return if policy accepted"));
    }
    return rules;
  }

  private static List<String> chains(List<String> names, UnaryOperator<String> chainName) {
    return names.stream().map(chainName).toList();
  }

  private List<Rule> verdict(List<String> policyChains, List<String> profileChains) {
    List<Rule> rules = new ArrayList<>();
    rules.add(Match.ANY.then(Target.clearMark(marks.accept())));
    if (!policyChains.isEmpty()) {
      rules.add(Match.ANY.then(Target.clearMark(marks.pass()), START_OF_POLICIES));
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
