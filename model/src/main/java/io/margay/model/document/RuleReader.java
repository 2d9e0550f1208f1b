package io.margay.model.document;

import io.margay.model.PortRange;
import io.margay.model.Protocol;
import io.margay.model.Rule;
import io.margay.model.document.Value.Scalar;
import io.margay.model.document.Value.ScalarType;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Rules of policies and profiles.
final class RuleReader {

  private static final Map<String, Rule.Action> ACTIONS =
      Map.of(
          "allow", Rule.Action.ALLOW,
          "deny", Rule.Action.DENY,
          "log", Rule.Action.LOG,
          "pass", Rule.Action.PASS);

  /// What other firewalls, and the datastore, call these actions.
  private static final Map<String, String> OTHER_WORDS =
      Map.of("accept", "allow", "drop", "deny", "reject", "deny", "next-tier", "pass");

  private static final String ACTIONS_HINT = "An action is allow, deny, log or pass.";

  private RuleReader() {}

  static List<Rule> rules(Slot slot) {
    return slot.list("Rule", item -> rule(item.fields(Section.RULE)));
  }

  private static Rule rule(Fields fields) {
    Protocol protocol = protocol(fields.slot("protocol"));
    IpFamily ipVersion = ipVersion(fields.slot("ipVersion"));
    Rule rule =
        new Rule(
            action(fields.slot("action")),
            ipVersion,
            protocol,
            protocol(fields.slot("notProtocol")),
            icmp(fields, "icmp"),
            icmp(fields, "notICMP"),
            entity(fields.part("source", Section.ENTITY)),
            entity(fields.part("destination", Section.ENTITY)));
    checkPorts(fields, "source", protocol);
    checkPorts(fields, "destination", protocol);
    checkFamilies(fields, rule);
    return rule;
  }

  private static Rule.Action action(Slot slot) {
    String text = slot.text();
    Rule.Action action = text == null ? null : ACTIONS.get(text);
    if (action != null) {
      return action;
    }
    boolean readable = text != null || !slot.isGiven();
    if (readable && (text == null || text.isEmpty())) {
      slot.invalid("action", null, "Every rule needs an action: allow, deny, log or pass.");
    } else if (text != null) {
      slot.invalid("action", null, actionHint(text));
    }
    return Rule.Action.DENY;
  }

  private static String actionHint(String text) {
    int blank = text.indexOf(' ');
    if (blank > 0 && ACTIONS.containsKey(text.substring(0, blank))) {
      return "What follows the action on its line became a part of it. Mark notes with #: `%s # ...`"
          .formatted(text.substring(0, blank));
    }
    String closest =
        OTHER_WORDS.getOrDefault(
            text, UnknownField.closest(text, List.of("allow", "deny", "log", "pass")));
    return closest == null ? ACTIONS_HINT : ACTIONS_HINT + " Did you mean " + closest + "?";
  }

  private static @Nullable IpFamily ipVersion(Slot slot) {
    Integer version = slot.integer();
    return switch (version) {
      case null -> null;
      case 4 -> IpFamily.IPV4;
      case 6 -> IpFamily.IPV6;
      default -> slot.invalid("ipVersion", null, "An IP version is 4 or 6.");
    };
  }

  private static @Nullable Protocol protocol(Slot slot) {
    if (!slot.isGiven()) {
      return null;
    }
    String hint = "A protocol is tcp, udp, icmp, icmpv6, sctp, udplite or a number 1 to 255.";
    if (!(slot.value() instanceof Scalar scalar) || scalar.type() == ScalarType.BOOLEAN) {
      return slot.wrongType("Protocol", hint);
    }
    try {
      return Protocol.parse(scalar.text());
    } catch (IllegalArgumentException e) {
      return slot.invalid("Protocol", e.getMessage(), hint);
    }
  }

  private static Rule.@Nullable Icmp icmp(Fields rule, String name) {
    if (!rule.has(name)) {
      return null;
    }
    Fields fields = rule.part(name, Section.ICMP);
    Integer type = upTo(fields.slot("type"), 254);
    Integer code = upTo(fields.slot("code"), 255);
    if (code != null && !fields.has("type")) {
      fields.slot("code").invalid("Code", "ICMP code specified without an ICMP type", null);
    }
    // A section without fields says nothing, and is not stored either.
    return type == null && code == null ? null : new Rule.Icmp(type, code);
  }

  private static @Nullable Integer upTo(Slot slot, int highest) {
    Integer value = slot.integer();
    return value == null || value >= 0 && value <= highest
        ? value
        : slot.invalid(slot.field(), null, "It is a number 0 to %d.".formatted(highest));
  }

  private static Rule.Entity entity(Fields fields) {
    return new Rule.Entity(
        fields.slot("net").network(),
        fields.slot("notNet").network(),
        selector(fields.slot("selector")),
        selector(fields.slot("notSelector")),
        fields.slot("tag").name(),
        fields.slot("notTag").name(),
        fields.slot("ports").list("Port", RuleReader::port),
        fields.slot("notPorts").list("Port", RuleReader::port));
  }

  /// In a rule, an empty selector equals none.
  private static @Nullable String selector(Slot slot) {
    String text = slot.selector();
    return text == null || text.isEmpty() ? null : text;
  }

  private static @Nullable PortRange port(Slot slot) {
    String hint = "A port is a number 1 to 65535, a range is text such as \"8000:8080\".";
    if (!(slot.value() instanceof Scalar scalar) || scalar.type() == ScalarType.BOOLEAN) {
      return slot.wrongType("Port", hint);
    }
    try {
      PortRange range = PortRange.parse(scalar.text());
      return range.first() > 0
          ? range
          : slot.invalid(
              "Port", "port range invalid, port number must be between 0 and 65536", hint);
    } catch (IllegalArgumentException e) {
      return slot.problem(String.valueOf(e.getMessage()), hint);
    }
  }

  private static void checkPorts(Fields rule, String side, @Nullable Protocol protocol) {
    if (protocol != null && protocol.hasPorts() || !rule.has(side)) {
      return;
    }
    if (rule.given().get(side) instanceof Value.Mapping mapping) {
      Fields entity = Fields.of(new Problems(), Section.ENTITY, rule.slot(side).path(), mapping);
      for (String name : List.of("ports", "notPorts")) {
        Slot ports = entity.slot(name);
        if (ports.value() instanceof Value.Sequence sequence && !sequence.items().isEmpty()) {
          rule.problems()
              .add(
                  sequence.position(),
                  ports.path(),
                  sequence.toString(),
                  Slot.errorWithField(
                      capitalised(side) + "." + capitalised(name),
                      sequence.toString(),
                      "protocol does not support ports"),
                  "Give the rule `protocol: tcp` or `protocol: udp`.");
        }
      }
    }
  }

  private static String capitalised(String text) {
    return Character.toUpperCase(text.charAt(0)) + text.substring(1);
  }

  /// A rule for two families at once could match no packet (calicoctl 1.2 refused it first).
  private static void checkFamilies(Fields fields, Rule rule) {
    IpPrefix source = rule.source().net();
    IpPrefix destination = rule.destination().net();
    if (source != null && destination != null && source.family() != destination.family()) {
      fields.invalid(
          "Destination.Net",
          destination,
          "rule contains both IPv4 and IPv6 CIDRs",
          "Write one rule for each family.");
    } else if (rule.ipVersion() != null) {
      checkVersion(fields, "Source.Net", source, rule.ipVersion());
      checkVersion(fields, "Destination.Net", destination, rule.ipVersion());
    }
  }

  private static void checkVersion(
      Fields fields, String name, @Nullable IpPrefix net, IpFamily version) {
    if (net != null && net.family() != version) {
      fields.invalid(
          name,
          net,
          "rule contains an IP version that does not match CIDR version",
          "Leave ipVersion away, or make it %d.".formatted(net.family().version()));
    }
  }
}
