package io.margay.agent.show;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What the kernel counted for each rule of one table (`iptables-save --counters`).
///
/// @param byChain the rules of each chain, in order; a chain without rules is there too
record RuleCounters(Map<String, List<Counted>> byChain) {

  private static final Pattern RULE = Pattern.compile("\\[(\\d+):(\\d+)\\] -A (\\S+) (.*)");

  /// @param rule without its chain and the comment with its hash
  record Counted(long packets, long bytes, String rule) {}

  static RuleCounters parse(String saved) {
    Map<String, List<Counted>> chains = new LinkedHashMap<>();
    saved
        .lines()
        .forEach(line -> {
          Matcher rule = RULE.matcher(line);
          if (line.startsWith(":")) {
            int end = line.indexOf(' ');
            chains.putIfAbsent(line.substring(1, end < 0 ? line.length() : end), new ArrayList<>());
          } else if (rule.matches()) {
            chains
                .computeIfAbsent(rule.group(3), _ -> new ArrayList<>())
                .add(
                    new Counted(
                        Long.parseLong(rule.group(1)),
                        Long.parseLong(rule.group(2)),
                        rule.group(4).replaceFirst("-m comment --comment \"cali:[^\"]*\" ?", "")));
          }
        });
    return new RuleCounters(chains);
  }

  List<Counted> of(String chain) {
    return byChain.getOrDefault(chain, List.of());
  }
}
