package io.margay.kernel.iptables;

import java.util.List;

/// The rules we want in a chain, each with the mark that its hash leaves in the kernel.
///
/// @param chain the chain's name
/// @param rules our rules in it
/// @param marks how each of the rules shows when the kernel's rules are read
/// @param atOnce whether the chain is emptied and written anew where rules would be replaced
record TrackedRules(String chain, List<Rule> rules, List<SavedRule> marks, boolean atOnce) {

  TrackedRules {
    rules = List.copyOf(rules);
    marks = List.copyOf(marks);
  }

  static TrackedRules of(String chain, List<Rule> rules, boolean atOnce) {
    return new TrackedRules(
        chain, rules, RuleHashes.of(chain, rules).stream().map(SavedRule::hashed).toList(), atOnce);
  }

  /// Whether nothing but rules at the end is missing.
  boolean extend(List<SavedRule> actual) {
    return actual.size() <= marks.size() && marks.subList(0, actual.size()).equals(actual);
  }

  int size() {
    return rules.size();
  }

  /// The rule as iptables-restore takes it after chain and number. The comment with the hash comes
  /// first: that is where it is looked for.
  String text(int index) {
    return "-m comment --comment \"cali:"
        + marks.get(index).hash()
        + "\" "
        + rules.get(index).body();
  }
}
