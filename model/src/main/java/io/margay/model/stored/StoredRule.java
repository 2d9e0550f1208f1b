package io.margay.model.stored;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.margay.model.Names;
import io.margay.model.PortRange;
import io.margay.model.Protocol;
import io.margay.model.Rule;
import io.margay.model.selector.Selector;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The stored form of rules: flat, `src_` and `dst_` before what belongs to a side, `!` before what
/// is negated.
final class StoredRule {

  private StoredRule() {}

  static void encode(StoredObject parent, String name, List<Rule> rules) {
    ArrayNode array = parent.json().putArray(name);
    rules.forEach(rule -> array.add(encode(rule).json()));
  }

  static StoredObject encode(Rule rule) {
    StoredObject stored = new StoredObject().put("action", actionText(rule.action()));
    stored.putIfGiven("ip_version", rule.ipVersion() == null ? null : rule.ipVersion().version());
    encodeProtocol(stored, "protocol", rule.protocol());
    encodeProtocol(stored, "!protocol", rule.notProtocol());
    encodeIcmp(stored, "", rule.icmp());
    encodeIcmp(stored, "!", rule.notIcmp());
    encodeEntity(stored, "src_", rule.source());
    encodeEntity(stored, "dst_", masked(rule.destination()));
    return stored;
  }

  private static String actionText(Rule.Action action) {
    return switch (action) {
      case ALLOW, DENY, LOG -> action.toString();
      case PASS -> "next-tier";
    };
  }

  private static void encodeProtocol(
      StoredObject stored, String name, @Nullable Protocol protocol) {
    switch (protocol) {
      case Protocol.Named named -> stored.put(name, named);
      case Protocol.Numbered(int number) -> stored.putIfGiven(name, (Integer) number);
      case null -> {}
    }
  }

  private static void encodeIcmp(StoredObject stored, String not, Rule.@Nullable Icmp icmp) {
    if (icmp != null) {
      stored.putIfGiven(not + "icmp_type", icmp.type());
      stored.putIfGiven(not + "icmp_code", icmp.code());
    }
  }

  /// Calico v1.1 stores destination networks without host bits and source networks as written.
  private static Rule.Entity masked(Rule.Entity entity) {
    return new Rule.Entity(
        entity.net() == null ? null : entity.net().masked(),
        entity.notNet() == null ? null : entity.notNet().masked(),
        entity.selector(),
        entity.notSelector(),
        entity.tag(),
        entity.notTag(),
        entity.ports(),
        entity.notPorts());
  }

  private static void encodeEntity(StoredObject stored, String side, Rule.Entity entity) {
    stored.putIfGiven(side + "tag", entity.tag());
    stored.putIfGiven(side + "net", entity.net());
    stored.putIfGiven(side + "selector", entity.selector());
    encodePorts(stored, side + "ports", entity.ports());
    stored.putIfGiven("!" + side + "tag", entity.notTag());
    stored.putIfGiven("!" + side + "net", entity.notNet());
    stored.putIfGiven("!" + side + "selector", entity.notSelector());
    encodePorts(stored, "!" + side + "ports", entity.notPorts());
  }

  private static void encodePorts(StoredObject stored, String name, List<PortRange> ports) {
    if (ports.isEmpty()) {
      return;
    }
    ArrayNode array = stored.json().putArray(name);
    for (PortRange port : ports) {
      if (port.isSingle()) {
        array.add(port.first());
      } else {
        array.add(port.toString());
      }
    }
  }

  static List<Rule> decodeAll(StoredObject parent, String name) {
    List<JsonNode> elements = parent.elements(name);
    return elements.stream().map(node -> decode(StoredObject.of(node, "a rule"))).toList();
  }

  static Rule decode(StoredObject stored) {
    Protocol protocol = protocol(stored, "protocol");
    Rule rule =
        new Rule(
            action(stored.text("action")),
            ipVersion(stored.integer("ip_version")),
            protocol,
            protocol(stored, "!protocol"),
            icmp(stored, ""),
            icmp(stored, "!"),
            entity(stored, "src_"),
            entity(stored, "dst_"));
    if ((hasPorts(rule.source()) || hasPorts(rule.destination()))
        && (protocol == null || !protocol.hasPorts())) {
      throw new InvalidStoredValueException(
          "a rule has ports and %s, expected the protocol tcp or udp"
              .formatted(protocol == null ? "no protocol" : "the protocol " + protocol));
    }
    return rule;
  }

  private static boolean hasPorts(Rule.Entity entity) {
    return !entity.ports().isEmpty() || !entity.notPorts().isEmpty();
  }

  /// An absent action is `allow`. The `pass` of documents is not what Calico v1.1 stores or
  /// accepts.
  private static Rule.Action action(@Nullable String text) {
    return switch (text) {
      case null -> Rule.Action.ALLOW;
      case "", "allow" -> Rule.Action.ALLOW;
      case "deny" -> Rule.Action.DENY;
      case "log" -> Rule.Action.LOG;
      case "next-tier" -> Rule.Action.PASS;
      default ->
          throw new InvalidStoredValueException(
              "action = '%s', expected allow, deny, log or next-tier".formatted(text));
    };
  }

  private static @Nullable IpFamily ipVersion(@Nullable Integer version) {
    return switch (version) {
      case null -> null;
      case 4 -> IpFamily.IPV4;
      case 6 -> IpFamily.IPV6;
      default ->
          throw new InvalidStoredValueException(
              "ip_version = %d, expected 4 or 6".formatted(version));
    };
  }

  private static @Nullable Protocol protocol(StoredObject stored, String name) {
    JsonNode node = stored.field(name);
    if (node == null) {
      return null;
    }
    if (!node.isTextual() && !node.isIntegralNumber()) {
      throw StoredObject.wrongType(node, name, "a protocol name or number");
    }
    return StoredObject.read(node.asText(), name, Protocol::parse);
  }

  private static Rule.@Nullable Icmp icmp(StoredObject stored, String not) {
    Integer type = octet(stored, not + "icmp_type");
    Integer code = octet(stored, not + "icmp_code");
    return type == null && code == null ? null : new Rule.Icmp(type, code);
  }

  /// Type 0 is an echo reply (RFC 792), so 0 is in order, though Felix 2.1 refused it.
  private static @Nullable Integer octet(StoredObject stored, String name) {
    Integer value = stored.integer(name);
    if (value != null && (value < 0 || value > 255)) {
      throw new InvalidStoredValueException("%s = %d, expected 0-255".formatted(name, value));
    }
    return value;
  }

  private static Rule.Entity entity(StoredObject stored, String side) {
    return new Rule.Entity(
        stored.parsed(side + "net", IpPrefix::parse),
        stored.parsed("!" + side + "net", IpPrefix::parse),
        selector(stored, side + "selector"),
        selector(stored, "!" + side + "selector"),
        tag(stored, side + "tag"),
        tag(stored, "!" + side + "tag"),
        ports(stored, side + "ports"),
        ports(stored, "!" + side + "ports"));
  }

  static @Nullable String selector(StoredObject stored, String name) {
    String text = stored.nonEmptyText(name);
    if (text != null) {
      StoredObject.read(text, name, Selector::parse);
    }
    return text;
  }

  private static @Nullable String tag(StoredObject stored, String name) {
    String tag = stored.nonEmptyText(name);
    return tag == null ? null : checkedName(tag, name);
  }

  static String checkedName(String text, String field) {
    if (!Names.isName(text)) {
      throw new InvalidStoredValueException(
          "%s = '%s', expected 1 to 128 letters, digits, _, . and -"
              .formatted(field.toLowerCase(Locale.ROOT), text));
    }
    return text;
  }

  private static List<PortRange> ports(StoredObject stored, String name) {
    return stored.elements(name).stream().map(node -> port(node, name)).toList();
  }

  private static PortRange port(JsonNode node, String name) {
    if (!node.isTextual() && !node.isIntegralNumber()) {
      throw StoredObject.wrongType(node, name, "a port or a range of ports");
    }
    PortRange range = StoredObject.read(node.asText(), name, PortRange::parse);
    if (range.first() == 0) {
      throw new InvalidStoredValueException(
          "%s = %s, expected ports from 1 to 65535".formatted(name, range));
    }
    return range;
  }
}
