package io.margay.dataplane.golden;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/// What iptables-save printed, as a value: per table and chain the rules in their order.
///
/// Equal dumps hold the same rules in the same order; in which order chains were made does not
/// matter, and neither do counters.
///
/// @param tables by table, by chain, the rules without `-A CHAIN`
public record RuleDump(Map<String, Map<String, List<String>>> tables) {

  /// The computed rules of a host of the guide's test environment.
  ///
  /// @param host `slave1` or `slave2`
  public static RuleDump golden(String host) {
    String resource = "/golden/computed-" + host + ".rules";
    try (InputStream in = RuleDump.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalArgumentException("no golden rules in " + resource);
      }
      return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Reads what iptables-save prints, for one table or several, with or without counters.
  public static RuleDump parse(String iptablesSave) {
    Map<String, Map<String, List<String>>> tables = new TreeMap<>();
    Map<String, List<String>> chains = new TreeMap<>();
    for (String line : iptablesSave.lines().map(String::strip).toList()) {
      if (line.startsWith("*")) {
        chains = tables.computeIfAbsent(line.substring(1), key -> new TreeMap<>());
      } else if (line.startsWith(":")) {
        chains.computeIfAbsent(line.substring(1).split(" ", 2)[0], key -> new ArrayList<>());
      } else if (line.startsWith("-A ") || line.startsWith("[")) {
        String[] words = line.substring(line.indexOf("-A ")).split(" ", 3);
        chains.computeIfAbsent(words[1], key -> new ArrayList<>()).add(words[2]);
      }
    }
    return new RuleDump(tables);
  }

  /// Only what is ours: chains named `cali-...`, and rules of other chains that carry our hash.
  /// Other chains without any, and tables without either, are left out.
  public RuleDump ours() {
    Map<String, Map<String, List<String>>> ours = new TreeMap<>();
    tables.forEach((table, chains) -> {
      Map<String, List<String>> kept = new TreeMap<>();
      chains.forEach((chain, rules) -> {
        if (chain.startsWith("cali-")) {
          kept.put(chain, rules);
        } else if (rules.stream().anyMatch(hasHash())) {
          kept.put(chain, rules.stream().filter(hasHash()).toList());
        }
      });
      if (!kept.isEmpty()) {
        ours.put(table, kept);
      }
    });
    return new RuleDump(ours);
  }

  /// The rules of one chain; none if it does not exist.
  public List<String> rules(String table, String chain) {
    return tables.getOrDefault(table, Map.of()).getOrDefault(chain, List.of());
  }

  private static Predicate<String> hasHash() {
    return rule -> rule.contains("--comment \"cali:");
  }
}
