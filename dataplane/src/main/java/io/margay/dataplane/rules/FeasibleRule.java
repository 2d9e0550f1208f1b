package io.margay.dataplane.rules;

import io.margay.calc.output.ActiveRule;
import io.margay.model.Protocol;
import io.margay.model.Rule.Icmp;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A rule's conditions in a form that iptables takes.
///
/// One line that iptables-restore(8) refuses keeps the whole table from changing, for every
/// endpoint of the node. These, which an operator may well write, it refuses; what they mean is
/// said in other words, or the rule is left out where it can never match:
///
/// - ICMP types without the family's own ICMP as protocol ("line N failed");
/// - a protocol and a `notProtocol` ("multiple -p flags not allowed");
/// - a network and a `notNet` on one side ("multiple -s flags not allowed");
/// - not any address at all (iptables-nft: "Invalid argument").
///
/// Protocols are compared by number.
///
/// @param notIcmpByHeader whether the family's ICMP is excluded besides [#notProtocol]
record FeasibleRule(
    @Nullable Protocol protocol,
    @Nullable Protocol notProtocol,
    @Nullable String icmp,
    @Nullable String notIcmp,
    boolean notIcmpByHeader,
    Nets source,
    Nets destination) {

  /// The networks of one side.
  ///
  /// @param notNet excluded, if there is no `net`
  /// @param notRange excluded, part of `net`
  record Nets(@Nullable IpPrefix net, @Nullable IpPrefix notNet, @Nullable IpPrefix notRange) {}

  /// The conditions on protocol and ICMP type.
  private record Protocols(
      @Nullable Protocol protocol,
      @Nullable Protocol notProtocol,
      @Nullable String icmp,
      @Nullable String notIcmp,
      boolean notIcmpByHeader) {}

  /// What the rule comes to in one family: nothing if it can match no packet of it, and two rules
  /// where it takes two to say it.
  static List<FeasibleRule> of(ActiveRule rule, IpFamily family) {
    if (!concerns(rule, family) || isNever(rule.source()) || isNever(rule.destination())) {
      return List.of();
    }
    Nets source = nets(rule.source());
    Nets destination = nets(rule.destination());
    List<FeasibleRule> feasible = new ArrayList<>();
    for (Protocols p : protocols(rule, family)) {
      feasible.add(
          new FeasibleRule(
              p.protocol,
              p.notProtocol,
              p.icmp,
              p.notIcmp,
              p.notIcmpByHeader,
              source,
              destination));
    }
    return feasible;
  }

  /// Whether the rule is for this family. A version given decides; without one the name `icmp` or
  /// `icmpv6` does, though not the number. Networks of the other family exclude this one.
  private static boolean concerns(ActiveRule rule, IpFamily family) {
    IpFamily implied =
        switch (rule.protocol()) {
          case Protocol.Named.ICMP -> IpFamily.IPV4;
          case Protocol.Named.ICMPV6 -> IpFamily.IPV6;
          case null, default -> family;
        };
    IpFamily version = rule.ipVersion() == null ? implied : rule.ipVersion();
    return version == family
        && Stream.of(
                rule.source().net(),
                rule.source().notNet(),
                rule.destination().net(),
                rule.destination().notNet())
            .allMatch(net -> net == null || net.family() == family);
  }

  private static boolean isNever(ActiveRule.Side side) {
    IpPrefix net = side.net();
    IpPrefix notNet = side.notNet();
    return notNet != null && (notNet.length() == 0 || (net != null && notNet.contains(net)));
  }

  private static Nets nets(ActiveRule.Side side) {
    IpPrefix net = side.net();
    IpPrefix notNet = side.notNet();
    if (net == null || notNet == null) {
      return new Nets(net, notNet, null);
    }
    return new Nets(net, null, net.contains(notNet) ? notNet : null);
  }

  private static List<Protocols> protocols(ActiveRule rule, IpFamily family) {
    Protocol ownIcmp =
        switch (family) {
          case IPV4 -> Protocol.Named.ICMP;
          case IPV6 -> new Protocol.Numbered(Protocol.Named.ICMPV6.number());
        };
    Protocol protocol = rule.protocol();
    Protocol notProtocol = rule.notProtocol();
    if (isAnyToIptables(rule.icmp(), family)) {
      return List.of();
    }
    String icmp = typeAndCode(rule.icmp());
    String notIcmp = isAnyToIptables(rule.notIcmp(), family) ? null : typeAndCode(rule.notIcmp());
    if (icmp != null && protocol == null) {
      // Only an ICMP packet has a type.
      protocol = ownIcmp;
    }
    if (protocol != null) {
      boolean isIcmp = same(protocol, ownIcmp);
      if (same(protocol, notProtocol) || (icmp != null && !isIcmp)) {
        return List.of();
      }
      return List.of(new Protocols(protocol, null, icmp, isIcmp ? notIcmp : null, false));
    }
    if (notIcmp == null || same(ownIcmp, notProtocol)) {
      return List.of(new Protocols(null, notProtocol, null, null, false));
    }
    // What is not an ICMP packet of the type: ICMP of another type, and all that is not ICMP.
    return List.of(
        new Protocols(ownIcmp, null, null, notIcmp, false),
        notProtocol == null
            ? new Protocols(null, ownIcmp, null, null, false)
            : new Protocols(null, notProtocol, null, null, true));
  }

  private static boolean same(Protocol one, @Nullable Protocol other) {
    return other != null && one.number() == other.number();
  }

  /// IPv4's type 255 is reserved, and iptables takes it for "any type": a rule that allows it would
  /// allow them all.
  private static boolean isAnyToIptables(@Nullable Icmp icmp, IpFamily family) {
    return family == IpFamily.IPV4 && icmp != null && icmp.type() != null && icmp.type() == 255;
  }

  /// `T` or `T/C`; a code without a type says nothing.
  private static @Nullable String typeAndCode(@Nullable Icmp icmp) {
    if (icmp == null || icmp.type() == null) {
      return null;
    }
    return icmp.code() == null ? "" + icmp.type() : icmp.type() + "/" + icmp.code();
  }
}
