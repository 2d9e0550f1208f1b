package io.margay.dataplane.rules;

import io.margay.kernel.iptables.Rule;
import io.margay.model.PortRange;
import io.margay.model.Protocol;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.util.List;
import java.util.stream.Collectors;

/// What a packet must be like for a rule to match: fragments in the order in which they were added,
/// spelt as iptables-extensions(8) does. Each method gives a longer match and leaves this one as it
/// is.
///
/// The spelling takes part in a rule's hash: it is Felix's, also where iptables-save prints it
/// otherwise.
record Match(String text) {

  /// Every packet.
  static final Match ANY = new Match("");

  /// One side of a packet.
  enum Direction {
    SOURCE("source", "src"),
    DESTINATION("destination", "dst");

    private final String word;
    private final String abbreviation;

    Direction(String word, String abbreviation) {
      this.word = word;
      this.abbreviation = abbreviation;
    }
  }

  Rule then(Target target) {
    return new Rule(text, target.text());
  }

  /// @param comment a remark for whoever reads iptables-save
  Rule then(Target target, String comment) {
    return new Rule(text, target.text(), comment);
  }

  private Match and(String fragment) {
    return new Match(text.isEmpty() ? fragment : text + " " + fragment);
  }

  Match markSet(int bits) {
    return and("-m mark --mark 0x%x/0x%x".formatted(bits, bits));
  }

  Match markClear(int bits) {
    return and("-m mark --mark 0/0x%x".formatted(bits));
  }

  /// @param name of an interface; a `+` at its end stands for any further characters
  Match inInterface(String name) {
    return and("--in-interface " + name);
  }

  Match outInterface(String name) {
    return and("--out-interface " + name);
  }

  /// The way back to the source does not lead through the interface the packet came in by.
  Match reversePathFails() {
    return and("-m rpfilter --invert");
  }

  /// The source is one of the host's own addresses.
  Match sourceIsLocal() {
    return and("-m addrtype --src-type LOCAL");
  }

  /// The source is not an address of the outgoing interface.
  Match sourceIsNotOnOutInterface() {
    return and("-m addrtype ! --src-type LOCAL --limit-iface-out");
  }

  /// @param states of the connection, for example `RELATED,ESTABLISHED`
  Match conntrackState(String states) {
    return and("-m conntrack --ctstate " + states);
  }

  Match protocol(String protocol) {
    return and("-p " + protocol);
  }

  Match protocol(Protocol protocol) {
    return protocol(protocol.toString());
  }

  Match notProtocol(Protocol protocol) {
    return and("! -p " + protocol);
  }

  /// The protocol is not the ICMP of the family. For rules that have their one `-p` already: the
  /// same question asked of the header itself (u32 match).
  Match notIcmpByHeader(IpFamily family) {
    return and(
        switch (family) {
          case IPV4 -> "-m u32 --u32 \"6&0xFF=0:0,2:255\"";
          case IPV6 -> "-m u32 --u32 \"3&0xFF=0:57,59:255\"";
        });
  }

  /// Host bits are written as given.
  Match net(Direction direction, IpPrefix net) {
    return and("--" + direction.word + " " + net);
  }

  Match notNet(Direction direction, IpPrefix net) {
    return and("! --" + direction.word + " " + net);
  }

  /// One address, written without a prefix length.
  Match address(Direction direction, IpAddress address) {
    return and("--" + direction.word + " " + address);
  }

  /// For rules that have their one `--source` or `--destination` already.
  Match notInRange(Direction direction, IpAddress first, IpAddress last) {
    return and("-m iprange ! --" + direction.abbreviation + "-range " + first + "-" + last);
  }

  /// @param set a name that the kernel knows
  Match inSet(Direction direction, String set) {
    return and("-m set --match-set " + set + " " + direction.abbreviation);
  }

  Match notInSet(Direction direction, String set) {
    return and("-m set ! --match-set " + set + " " + direction.abbreviation);
  }

  /// @param ports no more than [PortBlocks#SLOTS] allows
  Match ports(Direction direction, List<PortRange> ports) {
    return and("-m multiport --" + direction.word + "-ports " + commas(ports));
  }

  Match notPorts(Direction direction, List<PortRange> ports) {
    return and("-m multiport ! --" + direction.word + "-ports " + commas(ports));
  }

  Match port(Direction direction, int port) {
    return ports(direction, List.of(PortRange.single(port)));
  }

  /// @param typeAndCode `T` or `T/C`
  Match icmp(IpFamily family, String typeAndCode) {
    return and(
        switch (family) {
          case IPV4 -> "-m icmp --icmp-type " + typeAndCode;
          case IPV6 -> "-m icmp6 --icmpv6-type " + typeAndCode;
        });
  }

  Match notIcmp(IpFamily family, String typeAndCode) {
    return and(
        switch (family) {
          case IPV4 -> "-m icmp ! --icmp-type " + typeAndCode;
          case IPV6 -> "-m icmp6 ! --icmpv6-type " + typeAndCode;
        });
  }

  private static String commas(List<PortRange> ports) {
    return ports.stream().map(PortRange::toString).collect(Collectors.joining(","));
  }
}
