package io.margay.dataplane.rules;

import io.margay.calc.output.ActiveRule;
import io.margay.model.PortRange;
import io.margay.model.Protocol;
import io.margay.model.Rule.Action;
import io.margay.model.Rule.Icmp;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Rules for tests, from text: `protocol=tcp src.net=10.0.0.0/8 dst.ports=80,8000:8010`.
final class Rules {

  private Rules() {}

  static ActiveRule allow(String conditions) {
    return rule(Action.ALLOW, conditions);
  }

  static ActiveRule rule(Action action, String conditions) {
    Map<String, String> fields = new TreeMap<>();
    for (String condition : conditions.split(" ")) {
      if (!condition.isEmpty()) {
        String[] pair = condition.split("=", 2);
        fields.put(pair[0], pair[1]);
      }
    }
    String version = fields.remove("version");
    ActiveRule rule =
        new ActiveRule(
            action,
            version == null ? null : version.equals("4") ? IpFamily.IPV4 : IpFamily.IPV6,
            protocol(fields.remove("protocol")),
            protocol(fields.remove("notProtocol")),
            icmp(fields.remove("icmp")),
            icmp(fields.remove("notIcmp")),
            side("src.", fields),
            side("dst.", fields));
    if (!fields.isEmpty()) {
      throw new IllegalArgumentException("unknown fields " + fields);
    }
    return rule;
  }

  private static ActiveRule.Side side(String prefix, Map<String, String> fields) {
    return new ActiveRule.Side(
        net(fields.remove(prefix + "net")),
        net(fields.remove(prefix + "notNet")),
        list(fields.remove(prefix + "sets")),
        list(fields.remove(prefix + "notSets")),
        ports(fields.remove(prefix + "ports")),
        ports(fields.remove(prefix + "notPorts")));
  }

  private static @Nullable Protocol protocol(@Nullable String text) {
    if (text == null) {
      return null;
    }
    return Character.isDigit(text.charAt(0))
        ? new Protocol.Numbered(Integer.parseInt(text))
        : Protocol.Named.valueOf(text.toUpperCase(Locale.ROOT));
  }

  private static @Nullable Icmp icmp(@Nullable String text) {
    if (text == null) {
      return null;
    }
    String[] parts = text.split("/");
    return new Icmp(
        parts[0].isEmpty() ? null : Integer.valueOf(parts[0]),
        parts.length == 1 ? null : Integer.valueOf(parts[1]));
  }

  private static @Nullable IpPrefix net(@Nullable String text) {
    return text == null ? null : IpPrefix.parse(text);
  }

  private static List<String> list(@Nullable String text) {
    return text == null ? List.of() : List.of(text.split(","));
  }

  static List<PortRange> ports(@Nullable String text) {
    List<PortRange> ports = new ArrayList<>();
    for (String port : list(text)) {
      String[] ends = port.split(":");
      ports.add(new PortRange(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1])));
    }
    return ports;
  }
}
