package io.margay.dataplane.rules;

import io.margay.calc.output.ActiveRule;
import io.margay.calc.output.RuleSet;
import io.margay.dataplane.config.DataplaneConfig;
import io.margay.kernel.iptables.Chain;
import io.margay.kernel.iptables.Rule;
import io.margay.model.Protocol;
import io.margay.net.IpFamily;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The two chains of a policy or a profile: its inbound and its outbound rules. Without rules a
/// chain is empty and thus says nothing.
public final class PolicyChains {

  private static final Logger log = LoggerFactory.getLogger(PolicyChains.class);

  private static final Set<Integer> PROTOCOLS_WITH_PORTS =
      Set.of(Protocol.Named.TCP.number(), Protocol.Named.UDP.number());

  private final IpFamily family;
  private final RuleRenderer renderer;

  public PolicyChains(DataplaneConfig config, IpFamily family) {
    this.family = family;
    this.renderer = new RuleRenderer(config, family);
  }

  /// `cali-pi-NAME` and `cali-po-NAME` (tables `raw` and `filter`).
  public List<Chain> policy(String name, RuleSet rules) {
    return chains(
        "policy " + name,
        ChainNames.policyInbound(name),
        ChainNames.policyOutbound(name),
        rules,
        renderer::ofPolicy);
  }

  /// The bodies of the rules in the kernel that a policy's rules became, in the order of its chain:
  /// for each rule those that ask whether a packet matches, and after each of them what follows
  /// from it, if that is a rule of its own.
  public List<List<String>> bodies(List<ActiveRule> rules) {
    return rules.stream()
        .map(rule -> renderer.ofPolicy(rule).stream().map(Rule::body).toList())
        .toList();
  }

  /// `cali-pri-NAME` and `cali-pro-NAME` (table `filter`).
  public List<Chain> profile(String name, RuleSet rules) {
    return chains(
        "profile " + name,
        ChainNames.profileInbound(name),
        ChainNames.profileOutbound(name),
        rules,
        renderer::ofProfile);
  }

  private List<Chain> chains(
      String owner,
      String inboundName,
      String outboundName,
      RuleSet rules,
      Function<ActiveRule, List<Rule>> render) {
    if (!isRenderable(rules.inbound()) || !isRenderable(rules.outbound())) {
      log.error(
          "A rule of {} has ports but is not for tcp or udp, which iptables would refuse. The whole"
              + " of it now denies, in both directions. Write it anew with a protocol that has"
              + " ports.",
          owner);
      List<Rule> deny = List.of(Match.ANY.then(Target.DROP));
      return List.of(new Chain(inboundName, deny), new Chain(outboundName, deny));
    }
    return List.of(
        new Chain(inboundName, rules(rules.inbound(), render)),
        new Chain(outboundName, rules(rules.outbound(), render)));
  }

  private static List<Rule> rules(List<ActiveRule> rules, Function<ActiveRule, List<Rule>> render) {
    return rules.stream().map(render).flatMap(List::stream).toList();
  }

  /// Validation keeps ports without tcp or udp away from here. Were one to slip through it would
  /// block the table, so it is asked again.
  private boolean isRenderable(List<ActiveRule> rules) {
    return rules.stream()
        .filter(PolicyChains::hasPorts)
        .flatMap(rule -> FeasibleRule.of(rule, family).stream())
        .allMatch(rule ->
            rule.protocol() != null && PROTOCOLS_WITH_PORTS.contains(rule.protocol().number()));
  }

  private static boolean hasPorts(ActiveRule rule) {
    return !rule.source().ports().isEmpty()
        || !rule.source().notPorts().isEmpty()
        || !rule.destination().ports().isEmpty()
        || !rule.destination().notPorts().isEmpty();
  }
}
