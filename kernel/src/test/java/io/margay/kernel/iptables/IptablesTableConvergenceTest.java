package io.margay.kernel.iptables;

import static io.margay.net.IpFamily.IPV4;
import static org.assertj.core.api.Assertions.assertThat;

import io.margay.kernel.fake.FakeKernel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

/// From whatever is in the kernel to whatever is wanted; the number of the repetition is the seed.
class IptablesTableConvergenceTest {

  private static final List<String> OWN = List.of("cali-a", "cali-b", "cali-c", "cali-d");
  private static final List<String> OTHERS = List.of("FORWARD", "INPUT", "DOCKER");

  private final FakeKernel kernel = new FakeKernel();
  private Random random = new Random();
  private int foreignRules;

  @RepeatedTest(300)
  void bringsAnyStateToAnyOther(RepetitionInfo info) {
    random = new Random(info.getCurrentRepetition());
    InsertMode mode = random.nextBoolean() ? InsertMode.INSERT : InsertMode.APPEND;
    restore("*filter\n:DOCKER - -\nCOMMIT\n");
    IptablesTable table = new IptablesTable(IPV4, Table.FILTER, kernel.iptables(), mode);

    for (int round = 0; round < 4; round++) {
      Wanted wanted = randomWanted(mode);
      wanted.askOf(table);
      if (random.nextInt(3) > 0) {
        meddle();
        table.invalidate();
      }
      count();
      Map<String, List<String>> foreignBefore = foreign();
      Map<String, List<String>> rulesBefore = rules(OWN);

      assertThat(table.apply().failures()).isEmpty();

      wanted.assertIn(this);
      assertThat(foreign()).isEqualTo(foreignBefore);
      assertUnchangedRulesKeepTheirCounters(rulesBefore);
      kernel.forgetWrites();
      table.invalidate();
      assertThat(table.apply().changes()).isEmpty();
      IptablesTable restarted = new IptablesTable(IPV4, Table.FILTER, kernel.iptables(), mode);
      wanted.askOf(restarted);
      assertThat(restarted.apply().changes()).isEmpty();
      assertThat(kernel.writes()).isEmpty();
    }
  }

  /// What is wanted, with rules as iptables-save spells them.
  private record Wanted(
      InsertMode mode, Map<String, List<String>> own, Map<String, List<String>> hooks) {

    void askOf(IptablesTable table) {
      for (String name : OWN) {
        if (own.containsKey(name)) {
          table.setChain(new Chain(name, asRules(own.get(name))));
        } else {
          table.removeChain(name);
        }
      }
      hooks.forEach((chain, rules) -> table.setHook(chain, asRules(rules)));
    }

    private static List<Rule> asRules(List<String> saved) {
      return saved.stream().map(text -> new Rule("", text.replace("-j ", "--jump "))).toList();
    }

    void assertIn(IptablesTableConvergenceTest test) {
      assertThat(test.kernel.iptables().chainNames(IPV4, Table.FILTER))
          .filteredOn(name -> !name.equals("DOCKER"))
          .isEqualTo(List.copyOf(own.keySet()));
      own.forEach((chain, rules) -> assertThat(test.withoutHashes(chain)).isEqualTo(rules));
      for (String chain : OTHERS) {
        List<String> ours = hooks.getOrDefault(chain, List.of());
        List<String> all = test.withoutHashes(chain);
        List<String> place =
            mode == InsertMode.INSERT
                ? all.subList(0, ours.size())
                : all.subList(all.size() - ours.size(), all.size());
        assertThat(place).isEqualTo(ours);
        assertThat(all.stream().filter(rule -> !rule.contains("foreign")).toList()).isEqualTo(ours);
      }
    }
  }

  private Wanted randomWanted(InsertMode mode) {
    Map<String, List<String>> own = new TreeMap<>();
    for (String name : OWN) {
      if (random.nextInt(4) > 0) {
        own.put(name, randomRules(5));
      }
    }
    List<String> names = List.copyOf(own.keySet());
    // Jumps go forwards only, as the kernel refuses loops.
    for (int i = 0; i + 1 < names.size(); i++) {
      if (random.nextBoolean()) {
        own.get(names.get(i)).add("-j " + names.get(i + 1));
      }
    }
    Map<String, List<String>> hooks = new HashMap<>();
    for (String chain : List.of("FORWARD", "INPUT")) {
      List<String> rules = randomRules(2);
      if (!names.isEmpty() && random.nextBoolean()) {
        rules.add("-j " + names.getFirst());
      }
      hooks.put(chain, rules);
    }
    return new Wanted(mode, own, hooks);
  }

  private List<String> randomRules(int atMost) {
    List<String> rules = new ArrayList<>();
    for (int i = random.nextInt(atMost + 1); i > 0; i--) {
      rules.add("-m mark --mark 0x%x/0xff -j ACCEPT".formatted(random.nextInt(1, 4)));
    }
    return rules;
  }

  /// Someone else's hand: rules of their own, rules of ours lost, doubled or moved, left-overs.
  private void meddle() {
    for (int i = random.nextInt(6); i > 0; i--) {
      String own = OWN.get(random.nextInt(OWN.size()));
      String other = OTHERS.get(random.nextInt(OTHERS.size()));
      switch (random.nextInt(7)) {
        case 0 -> restore("*filter\n-A " + other + " " + foreignRule() + "\nCOMMIT\n");
        case 1 -> restore("*filter\n-I " + other + " " + foreignRule() + "\nCOMMIT\n");
        case 2 -> deleteOne(own);
        case 3 -> deleteOurRuleFrom(other);
        case 4 -> restore("*filter\n:%s - -\n-I %s --jump DROP\nCOMMIT\n".formatted(own, own));
        case 5 ->
            restore(
                "*filter\n:felix-x - -\n-A felix-x --jump DROP\n-I %s --jump felix-x\nCOMMIT\n"
                    .formatted(other));
        default ->
            restore(
                "*filter\n-A %s -m comment --comment \"cali:stray\" --jump DROP\nCOMMIT\n"
                    .formatted(other));
      }
    }
  }

  private String foreignRule() {
    return "-m comment --comment \"foreign %d\" --jump ACCEPT".formatted(++foreignRules);
  }

  private void deleteOne(String chain) {
    int size = kernel.iptables().rules(IPV4, Table.FILTER, chain).size();
    if (size > 0) {
      int number = 1 + random.nextInt(size);
      restore("*filter\n-D %s %d\nCOMMIT\n".formatted(chain, number));
    }
  }

  private void deleteOurRuleFrom(String chain) {
    List<String> rules = kernel.iptables().rules(IPV4, Table.FILTER, chain);
    IntStream.range(0, rules.size())
        .filter(i -> rules.get(i).contains("cali:"))
        .findFirst()
        .ifPresent(i -> restore("*filter\n-D %s %d\nCOMMIT\n".formatted(chain, i + 1)));
  }

  private void restore(String input) {
    kernel.outside(() -> kernel.iptables().restore(IPV4, input));
  }

  private void count() {
    for (String chain : OWN) {
      int size = kernel.iptables().rules(IPV4, Table.FILTER, chain).size();
      for (int number = 1; number <= size; number++) {
        kernel.iptables().count(IPV4, Table.FILTER, chain, number, 1);
      }
    }
  }

  private void assertUnchangedRulesKeepTheirCounters(Map<String, List<String>> rulesBefore) {
    Map<String, List<String>> rulesAfter = rules(OWN);
    rulesBefore.forEach((chain, before) -> {
      List<String> after = rulesAfter.get(chain);
      List<Long> packets = kernel.iptables().packets(IPV4, Table.FILTER, chain);
      for (int i = 0; i < Math.min(before.size(), after.size()); i++) {
        if (before.get(i).equals(after.get(i))) {
          assertThat(packets.get(i)).as(chain + " " + i).isPositive();
        }
      }
    });
  }

  private Map<String, List<String>> foreign() {
    Map<String, List<String>> foreign = new TreeMap<>();
    rules(OTHERS)
        .forEach((chain, rules) ->
            foreign.put(chain, rules.stream().filter(rule -> rule.contains("foreign")).toList()));
    return foreign;
  }

  private Map<String, List<String>> rules(List<String> chains) {
    Map<String, List<String>> rules = new TreeMap<>();
    chains.forEach(chain -> rules.put(chain, kernel.iptables().rules(IPV4, Table.FILTER, chain)));
    return rules;
  }

  private List<String> withoutHashes(String chain) {
    return kernel.iptables().rules(IPV4, Table.FILTER, chain).stream()
        .map(rule -> rule.replaceFirst("-m comment --comment \"cali:[^\"]*\" ", ""))
        .toList();
  }
}
