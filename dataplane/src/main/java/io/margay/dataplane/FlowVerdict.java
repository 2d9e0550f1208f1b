package io.margay.dataplane;

import io.margay.calc.output.ActiveRule;
import io.margay.calc.output.NodeUpdate.LocalWorkload;
import io.margay.calc.output.RuleSet;
import io.margay.kernel.Flow;
import io.margay.model.PortRange;
import io.margay.model.Protocol;
import io.margay.model.Rule;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What the rules in the kernel say to the first packet of a flow: the walk through a workload's
/// chains (`cali-tw-...`, `cali-fw-...`), by the rules they are rendered from.
///
/// Destinations are judged after translation, as the kernel does: it asks policy behind `nat`.
record FlowVerdict(
    Map<String, RuleSet> policies,
    Map<String, RuleSet> profiles,
    Map<String, Set<IpAddress>> members) {

  enum Direction {
    INGRESS,
    EGRESS
  }

  boolean allows(LocalWorkload workload, Direction direction, Flow flow) {
    if (!workload.active()) {
      return false;
    }
    List<String> asked =
        direction == Direction.INGRESS
            ? workload.policies().ingress()
            : workload.policies().egress();
    boolean passed = asked.isEmpty();
    for (String name : asked) {
      Rule.Action action = firstVerdict(policies.get(name), direction, flow);
      if (action == Rule.Action.ALLOW || action == Rule.Action.DENY) {
        return action == Rule.Action.ALLOW;
      }
      if (action == Rule.Action.PASS) {
        passed = true;
        break;
      }
    }
    if (!passed) {
      return false;
    }
    for (String name : workload.profiles()) {
      Rule.Action action = firstVerdict(profiles.get(name), direction, flow);
      if (action == Rule.Action.ALLOW || action == Rule.Action.DENY) {
        return action == Rule.Action.ALLOW;
      }
    }
    return false;
  }

  /// @return null if no rule says anything
  private Rule.@Nullable Action firstVerdict(
      @Nullable RuleSet rules, Direction direction, Flow flow) {
    if (rules == null) {
      return null;
    }
    List<ActiveRule> all = direction == Direction.INGRESS ? rules.inbound() : rules.outbound();
    for (ActiveRule rule : all) {
      if (rule.action() != Rule.Action.LOG && matches(rule, flow)) {
        return rule.action();
      }
    }
    return null;
  }

  private boolean matches(ActiveRule rule, Flow flow) {
    IpFamily version = rule.ipVersion();
    if (version != null && version != flow.family()) {
      return false;
    }
    Protocol protocol = rule.protocol();
    Protocol notProtocol = rule.notProtocol();
    if ((protocol != null && protocol.number() != flow.protocol())
        || (notProtocol != null && notProtocol.number() == flow.protocol())) {
      return false;
    }
    Rule.Icmp icmp = rule.icmp();
    Rule.Icmp notIcmp = rule.notIcmp();
    if ((icmp != null && !matches(icmp, flow)) || (notIcmp != null && matches(notIcmp, flow))) {
      return false;
    }
    return matches(rule.source(), flow, flow.source(), flow.ports().source())
        && matches(rule.destination(), flow, flow.translatedDestination(), flow.translatedPort());
  }

  private static boolean matches(Rule.Icmp icmp, Flow flow) {
    Flow.Icmp actual = flow.icmp();
    Integer type = icmp.type();
    Integer code = icmp.code();
    return actual != null
        && (type == null || (type == actual.type() && (code == null || code == actual.code())));
  }

  private boolean matches(ActiveRule.Side side, Flow flow, IpAddress address, int port) {
    IpPrefix net = side.net();
    IpPrefix notNet = side.notNet();
    // A rule with a network of the other family is not rendered at all.
    if ((net != null && (net.family() != flow.family() || !net.masked().contains(address)))
        || (notNet != null
            && (notNet.family() != flow.family() || notNet.masked().contains(address)))) {
      return false;
    }
    return side.ipSetIds().stream().allMatch(id -> isIn(id, address))
        && side.notIpSetIds().stream().noneMatch(id -> isIn(id, address))
        && (side.ports().isEmpty() || isIn(side.ports(), port))
        && !isIn(side.notPorts(), port);
  }

  private boolean isIn(String id, IpAddress address) {
    return members.getOrDefault(id, Set.of()).contains(address);
  }

  private static boolean isIn(List<PortRange> ranges, int port) {
    return ranges.stream().anyMatch(range -> range.first() <= port && port <= range.last());
  }
}
