package io.margay.dataplane.rules;

import static io.margay.dataplane.rules.Match.Direction.DESTINATION;
import static io.margay.dataplane.rules.Match.Direction.SOURCE;

import io.margay.calc.output.ActiveRule;
import io.margay.dataplane.config.DataplaneConfig;
import io.margay.dataplane.config.Marks;
import io.margay.dataplane.rules.Match.Direction;
import io.margay.kernel.iptables.Rule;
import io.margay.model.PortRange;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One rule of a policy or profile as rules of iptables: none, one, or as many as its port lists
/// need.
final class RuleRenderer {

  private final Marks marks;
  private final String logPrefix;
  private final IpFamily family;

  RuleRenderer(DataplaneConfig config, IpFamily family) {
    this.marks = config.marks();
    this.logPrefix = config.logPrefix();
    this.family = family;
  }

  /// A rule that a policy holds.
  List<Rule> ofPolicy(ActiveRule rule) {
    return render(
        rule,
        match ->
            switch (rule.action()) {
              case ALLOW -> verdict(match, marks.accept());
              case PASS -> verdict(match, marks.pass());
              case DENY -> List.of(match.then(Target.DROP));
              case LOG -> List.of(match.then(Target.log(logPrefix)));
            });
  }

  /// A rule that a profile holds. `pass` ends this profile and has the next one asked. Felix 2.1
  /// set the pass bit for it; but that bit is still set from the policies then, so that the first
  /// `pass` rule ended the profile whether it matched or not.
  List<Rule> ofProfile(ActiveRule rule) {
    return render(
        rule,
        match ->
            switch (rule.action()) {
              case ALLOW -> verdict(match, marks.accept());
              case PASS -> List.of(match.then(Target.RETURN));
              case DENY -> List.of(match.then(Target.DROP));
              case LOG -> List.of(match.then(Target.log(logPrefix)));
            });
  }

  private interface Verdict {
    List<Rule> of(Match match);
  }

  private static List<Rule> verdict(Match match, int bit) {
    return List.of(match.then(Target.setMark(bit)), Match.ANY.markSet(bit).then(Target.RETURN));
  }

  private List<Rule> render(ActiveRule rule, Verdict verdict) {
    List<Rule> rules = new ArrayList<>();
    for (FeasibleRule feasible : FeasibleRule.of(rule, family)) {
      for (List<PortRange> sourcePorts : blocks(rule.source().ports())) {
        for (List<PortRange> destinationPorts : blocks(rule.destination().ports())) {
          Match match = positive(rule, feasible, sourcePorts, destinationPorts);
          rules.addAll(verdict.of(negative(match, rule, feasible)));
        }
      }
    }
    return rules;
  }

  /// At least one block: an empty one if there are no ports.
  private static List<List<PortRange>> blocks(List<PortRange> ports) {
    return ports.isEmpty() ? List.of(List.of()) : PortBlocks.of(ports);
  }

  private Match positive(
      ActiveRule rule,
      FeasibleRule feasible,
      List<PortRange> sourcePorts,
      List<PortRange> destinationPorts) {
    Match match = Match.ANY;
    if (feasible.protocol() != null) {
      match = match.protocol(feasible.protocol());
    }
    match = positive(match, SOURCE, rule.source(), feasible.source().net(), sourcePorts);
    match =
        positive(
            match, DESTINATION, rule.destination(), feasible.destination().net(), destinationPorts);
    return feasible.icmp() == null ? match : match.icmp(family, feasible.icmp());
  }

  private Match positive(
      Match match,
      Direction direction,
      ActiveRule.Side side,
      @Nullable IpPrefix net,
      List<PortRange> ports) {
    if (net != null) {
      match = match.net(direction, net);
    }
    for (String id : side.ipSetIds()) {
      match = match.inSet(direction, SetNames.of(family, id));
    }
    return ports.isEmpty() ? match : match.ports(direction, ports);
  }

  private Match negative(Match match, ActiveRule rule, FeasibleRule feasible) {
    if (feasible.notProtocol() != null) {
      match = match.notProtocol(feasible.notProtocol());
    }
    match = negative(match, SOURCE, rule.source(), feasible.source().notNet());
    match = negative(match, DESTINATION, rule.destination(), feasible.destination().notNet());
    if (feasible.notIcmp() != null) {
      match = match.notIcmp(family, feasible.notIcmp());
    }
    match = notInRange(match, SOURCE, feasible.source().notRange());
    match = notInRange(match, DESTINATION, feasible.destination().notRange());
    return feasible.notIcmpByHeader() ? match.notIcmpByHeader(family) : match;
  }

  private Match negative(
      Match match, Direction direction, ActiveRule.Side side, @Nullable IpPrefix notNet) {
    if (notNet != null) {
      match = match.notNet(direction, notNet);
    }
    for (String id : side.notIpSetIds()) {
      match = match.notInSet(direction, SetNames.of(family, id));
    }
    for (List<PortRange> block : PortBlocks.of(side.notPorts())) {
      match = match.notPorts(direction, block);
    }
    return match;
  }

  private static Match notInRange(Match match, Direction direction, @Nullable IpPrefix range) {
    return range == null
        ? match
        : match.notInRange(direction, range.masked().address(), last(range));
  }

  /// The highest address of a network.
  private static IpAddress last(IpPrefix net) {
    byte[] octets = net.address().toBytes();
    for (int bit = net.length(); bit < net.family().bits(); bit++) {
      octets[bit / 8] |= (byte) (0x80 >>> bit % 8);
    }
    return IpAddress.of(octets);
  }
}
