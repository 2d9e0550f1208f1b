package io.margay.kubernetes.conversion;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import io.margay.model.PortRange;
import io.margay.model.Protocol;
import io.margay.model.selector.Expression;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What one rule asks of protocol and destination port.
///
/// @param protocol null for any
/// @param ports empty for any
/// @param destination which pods have a named port at that number; null for any
record PortMatch(
    @Nullable Protocol protocol, List<PortRange> ports, @Nullable Expression destination) {

  private static final PortMatch ANY = new PortMatch(null, List.of(), null);

  /// One match for each protocol, with all of its ports, and one for each number of a named port.
  /// Empty if ports are asked for and no pod has any of them; a match of everything if none are
  /// asked for.
  static List<PortMatch> of(
      @Nullable List<NetworkPolicyPort> ports, NamedPorts namedPorts, Naming naming)
      throws InconvertibleException {
    if (ports == null || ports.isEmpty()) {
      return List.of(ANY);
    }
    Map<Protocol, List<PortRange>> numbered = new LinkedHashMap<>();
    List<PortMatch> matches = new ArrayList<>();
    for (NetworkPolicyPort port : ports) {
      Protocol protocol = protocol(port.getProtocol());
      IntOrString number = port.getPort();
      if (number == null) {
        matches.add(new PortMatch(protocol, List.of(), null));
        continue;
      }
      if (!protocol.hasPorts()) {
        throw new InconvertibleException(
            "port %s of protocol %s; only ports of TCP and UDP can be matched"
                .formatted(text(number), protocol));
      }
      if (number.getStrVal() != null) {
        matches.addAll(named(protocol, number.getStrVal(), namedPorts, naming));
      } else {
        numbered
            .computeIfAbsent(protocol, _ -> new ArrayList<>())
            .add(range(number.getIntVal(), port.getEndPort()));
      }
    }
    numbered.forEach((protocol, ranges) -> matches.add(new PortMatch(protocol, ranges, null)));
    return matches;
  }

  private static List<PortMatch> named(
      Protocol protocol, String name, NamedPorts namedPorts, Naming naming) {
    return namedPorts.numbers(protocol.toString(), name).stream()
        .map(number ->
            new PortMatch(
                protocol,
                List.of(PortRange.single(number)),
                new Expression.LabelEquals(
                    naming.portLabel(protocol.toString(), name), number.toString())))
        .toList();
  }

  private static Protocol protocol(@Nullable String name) throws InconvertibleException {
    try {
      return name == null ? Protocol.Named.TCP : Protocol.parse(name.toLowerCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new InconvertibleException("protocol '" + name + "'; expected TCP, UDP or SCTP");
    }
  }

  private static PortRange range(@Nullable Integer first, @Nullable Integer last)
      throws InconvertibleException {
    int from = first == null ? 0 : first;
    int to = last == null ? from : last;
    if (from < 1 || to < from || to > 0xffff) {
      throw new InconvertibleException(
          "port %d%s; expected 1 to 65535, the end not before the beginning"
              .formatted(from, last == null ? "" : " to " + last));
    }
    return new PortRange(from, to);
  }

  private static String text(IntOrString number) {
    return number.getStrVal() != null ? number.getStrVal() : String.valueOf(number.getIntVal());
  }
}
