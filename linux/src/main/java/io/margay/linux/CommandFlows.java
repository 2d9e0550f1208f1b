package io.margay.linux;

import io.margay.kernel.Flow;
import io.margay.kernel.Flow.Icmp;
import io.margay.kernel.Flow.Ports;
import io.margay.kernel.Flows;
import io.margay.kernel.KernelException;
import io.margay.linux.Programs.Result;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Single entries by the program `conntrack`. Any thread may call.
public final class CommandFlows implements Flows {

  private final Programs programs;

  public CommandFlows(Programs programs) {
    this.programs = programs;
  }

  @Override
  public List<Flow> list(IpFamily family) {
    List<String> command = List.of("conntrack", "--family", "ipv" + family.version(), "--dump");
    Result result = programs.run(command, "");
    if (!result.succeeded()) {
      throw new KernelException(
          "'%s' failed with exit code %d: %s. Run it by hand as root to see why."
              .formatted(String.join(" ", command), result.exitCode(), result.stderr().strip()));
    }
    return result.stdout().lines().flatMap(line -> parse(line).stream()).toList();
  }

  /// `tcp 6 431999 ESTABLISHED src=... dst=... sport=... dport=... src=... dst=... [ASSURED] ...`:
  /// the first of each name is of the original direction, the second of the reply.
  static Optional<Flow> parse(String line) {
    String[] words = line.strip().split("\\s+", -1);
    Map<String, String> original = new HashMap<>();
    Map<String, String> reply = new HashMap<>();
    for (String word : words) {
      int equals = word.indexOf('=');
      if (equals > 0) {
        String name = word.substring(0, equals);
        String value = word.substring(equals + 1);
        if (original.putIfAbsent(name, value) != null) {
          reply.putIfAbsent(name, value);
        }
      }
    }
    if (words.length < 3 || !original.containsKey("src") || !reply.containsKey("src")) {
      return Optional.empty();
    }
    Icmp icmp =
        original.containsKey("type")
            ? new Icmp(number(original, "type"), number(original, "code"), number(original, "id"))
            : null;
    return Optional.of(
        new Flow(
            Integer.parseInt(words[1]),
            IpAddress.parse(original.getOrDefault("src", "")),
            IpAddress.parse(original.getOrDefault("dst", "")),
            new Ports(number(original, "sport"), number(original, "dport")),
            icmp,
            IpAddress.parse(reply.getOrDefault("src", "")),
            number(reply, "sport")));
  }

  private static int number(Map<String, String> values, String name) {
    return Integer.parseInt(values.getOrDefault(name, "0"));
  }

  @Override
  public void delete(Flow flow) {
    List<String> command = new ArrayList<>();
    command.addAll(
        List.of("conntrack", "--family", "ipv" + flow.family().version(), "--delete", "--proto"));
    command.add(Integer.toString(flow.protocol()));
    command.addAll(List.of("--orig-src", flow.source().toString()));
    command.addAll(List.of("--orig-dst", flow.destination().toString()));
    Icmp icmp = flow.icmp();
    if (icmp != null) {
      String prefix = flow.family() == IpFamily.IPV4 ? "--icmp-" : "--icmpv6-";
      command.addAll(List.of(prefix + "type", Integer.toString(icmp.type())));
      command.addAll(List.of(prefix + "code", Integer.toString(icmp.code())));
      command.addAll(List.of(prefix + "id", Integer.toString(icmp.id())));
    } else if (flow.ports().source() != 0 || flow.ports().destination() != 0) {
      command.addAll(List.of("--sport", Integer.toString(flow.ports().source())));
      command.addAll(List.of("--dport", Integer.toString(flow.ports().destination())));
    }
    Result result = programs.run(command, "");
    if (!result.succeeded() && !result.stderr().contains("0 flow entries")) {
      throw new KernelException(
          "'%s' failed with exit code %d: %s. The connection goes on although policy no longer allows it; run it by hand as root to see why."
              .formatted(String.join(" ", command), result.exitCode(), result.stderr().strip()));
    }
  }
}
