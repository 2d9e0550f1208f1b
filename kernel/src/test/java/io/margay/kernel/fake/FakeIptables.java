package io.margay.kernel.fake;

import io.margay.kernel.KernelException;
import io.margay.kernel.iptables.Iptables;
import io.margay.kernel.iptables.Table;
import io.margay.net.IpFamily;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/// A simulated iptables-restore(8) and iptables-save(8), with counters.
public final class FakeIptables implements Iptables {

  private static final int MAX_NAME_LENGTH = 28;

  private static final Map<Table, List<String>> BUILT_IN =
      Map.of(
          Table.RAW, List.of("PREROUTING", "OUTPUT"),
          Table.NAT, List.of("PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"),
          Table.FILTER, List.of("INPUT", "FORWARD", "OUTPUT"),
          Table.MANGLE, List.of("PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"));

  private static final Set<String> TARGETS =
      Set.of(
          "ACCEPT",
          "DROP",
          "RETURN",
          "QUEUE",
          "REJECT",
          "MARK",
          "LOG",
          "NOTRACK",
          "CT",
          "MASQUERADE",
          "DNAT",
          "SNAT",
          "REDIRECT",
          "TCPMSS");

  private final FakeKernel kernel;
  private final FakeIpSets ipSets;
  private long foreignWrites;
  private Map<IpFamily, Map<Table, Map<String, List<FakeRule>>>> tables =
      new EnumMap<>(IpFamily.class);

  private static final class FakeRule {
    final String text;
    final String target;
    long packets;

    FakeRule(RuleSpelling spelling) {
      text = spelling.text();
      target = spelling.target();
    }
  }

  FakeIptables(FakeKernel kernel, FakeIpSets ipSets) {
    this.kernel = kernel;
    this.ipSets = ipSets;
    for (IpFamily family : IpFamily.values()) {
      Map<Table, Map<String, List<FakeRule>>> ofFamily = new EnumMap<>(Table.class);
      BUILT_IN.forEach((table, chains) -> {
        Map<String, List<FakeRule>> rules = new LinkedHashMap<>();
        chains.forEach(chain -> rules.put(chain, new ArrayList<>()));
        ofFamily.put(table, rules);
      });
      tables.put(family, ofFamily);
    }
  }

  private static String program(IpFamily family, String verb) {
    return (family == IpFamily.IPV4 ? "iptables-" : "ip6tables-") + verb;
  }

  @Override
  public String save(IpFamily family, Table table) {
    synchronized (kernel) {
      kernel.enter(program(family, "save"), table.toString());
      StringBuilder text = new StringBuilder("# simulated\n*").append(table).append('\n');
      Map<String, List<FakeRule>> chains = inSavedOrder(table, chains(family, table));
      for (String chain : chains.keySet()) {
        String policy = BUILT_IN.get(table).contains(chain) ? "ACCEPT" : "-";
        text.append(':').append(chain).append(' ').append(policy).append(" [0:0]\n");
      }
      chains.forEach((chain, rules) ->
          rules.forEach(
              rule -> text.append("-A ").append(chain).append(' ').append(rule.text).append('\n')));
      return text.append("COMMIT\n").toString();
    }
  }

  /// The kernel's own chains first, the others by name.
  private static Map<String, List<FakeRule>> inSavedOrder(
      Table table, Map<String, List<FakeRule>> chains) {
    Map<String, List<FakeRule>> ordered = new LinkedHashMap<>();
    BUILT_IN.get(table).forEach(chain -> ordered.put(chain, chains.get(chain)));
    new TreeMap<>(chains).forEach(ordered::putIfAbsent);
    return ordered;
  }

  private Map<String, List<FakeRule>> chains(IpFamily family, Table table) {
    return Objects.requireNonNull(Objects.requireNonNull(tables.get(family)).get(table));
  }

  @Override
  public void restore(IpFamily family, String input) {
    synchronized (kernel) {
      kernel.enter(program(family, "restore"), input);
      new Restore(family).run(input);
      if (kernel.isOutside()) {
        foreignWrites++;
      }
      kernel.wrote(program(family, "restore"), input);
    }
  }

  @Override
  public OptionalLong foreignWrites() {
    synchronized (kernel) {
      return OptionalLong.of(foreignWrites);
    }
  }

  /// The rules of a chain as `iptables-save` prints them, without command and chain; empty if there
  /// is no such chain.
  public List<String> rules(IpFamily family, Table table, String chain) {
    synchronized (kernel) {
      return chains(family, table).getOrDefault(chain, List.of()).stream()
          .map(rule -> rule.text)
          .toList();
    }
  }

  /// The names of the chains that are not the kernel's own.
  public Set<String> chainNames(IpFamily family, Table table) {
    synchronized (kernel) {
      Set<String> names = new java.util.TreeSet<>(chains(family, table).keySet());
      names.removeAll(BUILT_IN.get(table));
      return names;
    }
  }

  /// Lets packets match a rule.
  ///
  /// @param number of the rule in its chain, from 1
  public void count(IpFamily family, Table table, String chain, int number, long packets) {
    synchronized (kernel) {
      chains(family, table).get(chain).get(number - 1).packets += packets;
    }
  }

  /// How many packets matched each rule of a chain.
  public List<Long> packets(IpFamily family, Table table, String chain) {
    synchronized (kernel) {
      return chains(family, table).getOrDefault(chain, List.of()).stream()
          .map(rule -> rule.packets)
          .toList();
    }
  }

  /// Whether a rule matches against the set.
  boolean refersTo(String set) {
    return tables.values().stream()
        .flatMap(ofFamily -> ofFamily.values().stream())
        .flatMap(chains -> chains.values().stream())
        .flatMap(List::stream)
        .anyMatch(rule -> (rule.text + " ").contains("--match-set " + set + " "));
  }

  /// One run of iptables-restore, on a copy that becomes the real thing only at its end.
  private final class Restore {

    private final IpFamily family;
    private final Map<Table, Map<String, List<FakeRule>>> copy = new EnumMap<>(Table.class);
    private Map<String, List<FakeRule>> chains = Map.of();
    private List<String> builtIn = List.of();
    private boolean inTable;
    private int number;
    private String line = "";

    Restore(IpFamily family) {
      this.family = family;
      for (Table table : Table.values()) {
        Map<String, List<FakeRule>> rules = new LinkedHashMap<>();
        chains(family, table).forEach((name, list) -> rules.put(name, new ArrayList<>(list)));
        copy.put(table, rules);
      }
    }

    void run(String input) {
      for (String next : input.split("\n")) {
        number++;
        line = next.strip();
        if (!line.isEmpty() && !line.startsWith("#")) {
          execute();
        }
      }
      if (inTable) {
        throw refused("COMMIT expected");
      }
      tables.put(family, copy);
    }

    private void execute() {
      if (line.startsWith("*")) {
        Table table =
            Arrays.stream(Table.values())
                .filter(candidate -> line.equals("*" + candidate))
                .findFirst()
                .orElseThrow(() -> refused("unknown table"));
        chains = Objects.requireNonNull(copy.get(table));
        builtIn = BUILT_IN.get(table);
        inTable = true;
      } else if (!inTable) {
        throw refused("no table given");
      } else if (line.equals("COMMIT")) {
        inTable = false;
      } else if (line.startsWith(":")) {
        declare(line.substring(1).split(" ")[0]);
      } else {
        command(RuleSpelling.words(line));
      }
    }

    private void declare(String chain) {
      if (chain.length() > MAX_NAME_LENGTH) {
        throw refused("chain name '" + chain + "' too long (must be under 29 chars)");
      }
      if (!builtIn.contains(chain)) {
        chains.put(chain, new ArrayList<>());
      }
    }

    private void command(List<String> words) {
      String chain = words.get(1);
      List<FakeRule> rules = chains.get(chain);
      if (rules == null) {
        throw refused("No chain/target/match by that name");
      }
      List<String> rest = words.subList(2, words.size());
      switch (words.getFirst()) {
        case "-A", "--append" -> rules.add(rule(rest));
        case "-I", "--insert" -> {
          boolean numbered = rest.getFirst().matches("\\d+");
          int at = numbered ? Integer.parseInt(rest.getFirst()) - 1 : 0;
          rules.add(at, rule(numbered ? rest.subList(1, rest.size()) : rest));
        }
        case "-R", "--replace" ->
            rules.set(index(rest, rules, "replacement"), rule(rest.subList(1, rest.size())));
        case "-D", "--delete" -> rules.remove(index(rest, rules, "deletion"));
        case "-F", "--flush" -> rules.clear();
        case "-X", "--delete-chain" -> deleteChain(chain, rules);
        default -> throw refused("unknown command");
      }
    }

    private int index(List<String> rest, List<FakeRule> rules, String of) {
      int index = Integer.parseInt(rest.getFirst()) - 1;
      if (index < 0 || index >= rules.size()) {
        throw refused("Index of " + of + " too big");
      }
      return index;
    }

    private FakeRule rule(List<String> words) {
      RuleSpelling spelling = RuleSpelling.of(words);
      String target = spelling.target();
      if (!target.isEmpty()
          && !TARGETS.contains(target)
          && (!chains.containsKey(target) || builtIn.contains(target))) {
        throw refused("Couldn't load target `" + target + "': No such file or directory");
      }
      for (int i = 0; i + 1 < words.size(); i++) {
        if (words.get(i).equals("--match-set") && !ipSets.exists(words.get(i + 1))) {
          throw refused("Set " + words.get(i + 1) + " doesn't exist");
        }
      }
      return new FakeRule(spelling);
    }

    private void deleteChain(String chain, List<FakeRule> rules) {
      if (builtIn.contains(chain)) {
        throw refused("a chain of the kernel's own");
      }
      if (!rules.isEmpty()) {
        throw refused("Directory not empty");
      }
      if (chains.values().stream().flatMap(List::stream).anyMatch(r -> r.target.equals(chain))) {
        throw refused("Too many links");
      }
      chains.remove(chain);
    }

    private KernelException refused(String reason) {
      return new KernelException(
          "%s: line %d failed: %s: '%s'"
              .formatted(program(family, "restore"), number, reason, line));
    }
  }
}
