package io.margay.lab;

import io.margay.lab.Topology.Host;
import io.margay.lab.Topology.Workload;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Shows a lab: what is configured, how the endpoints are, who reaches whom, and the rules that
/// decide it.
final class LabShow {

  private static final List<List<String>> LISTINGS =
      List.of(
          List.of("get", "node"),
          List.of("config", "get", "nodeToNodeMesh"),
          List.of("config", "get", "asNumber"),
          List.of("get", "ipPool", "-o", "wide"),
          List.of("get", "workloadEndpoints", "-o", "wide"),
          List.of("get", "policy", "-o", "wide"));

  private static final Pattern SAVED_RULE =
      Pattern.compile("\\[(\\d+):\\d+] -A (cali-(?:tw|pi|pri)-\\S+) ?(.*)");
  private static final Pattern TRACKING_COMMENT =
      Pattern.compile("-m comment --comment \"cali:\\S+\" ?");

  private final Lab lab;
  private final PrintStream out;
  private final Style style;

  LabShow(Lab lab, PrintStream out, Style style) {
    this.lab = lab;
    this.out = out;
    this.style = style;
  }

  void everything() {
    heading("What is configured");
    out.println("  datastore: " + lab.describeDatastore());
    out.println();
    LISTINGS.forEach(this::listing);
    heading("How the endpoints are");
    statuses();
    heading("Routes");
    routes();
    decisions();
  }

  /// Who reaches whom, and which rules counted the packets of finding that out.
  void decisions() {
    heading("Who reaches whom");
    out.print(Reachability.probe(lab.topology(), lab.holder()).render(style));
    heading("The rules that decide it (packets counted so far, rule)");
    lab.topology().nodes().forEach(this::rules);
  }

  private void heading(String text) {
    out.println();
    out.println(style.heading(text));
  }

  private void listing(List<String> arguments) {
    out.println(style.faint("  $ calicoctl " + String.join(" ", arguments)));
    String output = lab.calicoctl(arguments).orThrow("calicoctl " + String.join(" ", arguments));
    output.stripTrailing().lines().forEach(line -> out.println("  " + line.stripTrailing()));
    out.println();
  }

  private void statuses() {
    List<String> command = new ArrayList<>(JavaProgram.words(EndpointStatuses.class));
    command.add(lab.directory().calicoctlConfig().toString());
    lab.topology().nodes().forEach(node -> command.add(node.name()));
    List<List<String>> rows =
        Command.run(lab.holder().enter(command), "")
            .orThrow("reading the statuses of endpoints")
            .lines()
            .map(line -> line.split(" ", 3))
            .map(words -> List.of(words[0], words[1], status(words[2])))
            .toList();
    out.print(TextTable.render(List.of("NODE", "ENDPOINT", "STATUS"), rows));
  }

  private String status(String status) {
    String text = status.toLowerCase(Locale.ROOT);
    return text.equals("up") ? style.good(text) : style.bad(text);
  }

  private void routes() {
    for (Host node : lab.topology().nodes()) {
      out.println(style.faint("  " + node.name() + " $ ip route"));
      Command.run(lab.holder().enter(node.name(), List.of("ip", "-4", "route")), "")
          .orThrow("listing routes")
          .lines()
          .forEach(line -> out.println("  " + line.stripTrailing()));
    }
  }

  /// The chains towards the workloads of a node, then the policies and profiles they ask, as the
  /// kernel has them, without the comments that only say which rule is which.
  private void rules(Host node) {
    String saved =
        Command.run(
                lab.holder().enter(node.name(), List.of("iptables-save", "-c", "-t", "filter")), "")
            .orThrow("reading the rules of " + node.name());
    Map<String, List<String>> chains = new TreeMap<>(Comparator.comparing(LabShow::rank));
    for (String line : saved.lines().toList()) {
      Matcher rule = SAVED_RULE.matcher(line);
      if (rule.matches()) {
        String text = TRACKING_COMMENT.matcher(rule.group(3)).replaceAll("");
        chains
            .computeIfAbsent(rule.group(2), _ -> new ArrayList<>())
            .add("  %8s  %s".formatted(rule.group(1), text));
      }
    }
    chains.forEach((chain, rules) -> {
      out.println("  " + node.name() + " " + style.heading(chain) + purpose(chain));
      rules.forEach(out::println);
    });
  }

  /// Orders chains as packets meet them.
  private static String rank(String chain) {
    return (chain.startsWith("cali-tw-") ? "1" : chain.startsWith("cali-pi-") ? "2" : "3") + chain;
  }

  private String purpose(String chain) {
    for (Workload workload : lab.topology().workloads()) {
      if (chain.equals("cali-tw-" + workload.interfaceName())) {
        return style.faint("  to workload " + workload.name());
      }
    }
    if (chain.startsWith("cali-pi-")) {
      return style.faint("  policy, inbound");
    }
    return style.faint("  profile, inbound");
  }
}
