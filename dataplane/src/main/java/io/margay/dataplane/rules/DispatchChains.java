package io.margay.dataplane.rules;

import io.margay.kernel.iptables.Chain;
import io.margay.kernel.iptables.Rule;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/// Chains that send a packet to the chain of its endpoint by the name of the interface.
///
/// iptables walks rules one by one, so names are binned by the first character in which they
/// differ, and a bin of several gets a chain of its own:
///
/// ```
///   cali-from-wl-dispatch
///     -i cali12+  ─goto─> cali-from-wl-dispatch-2      names cali123, cali124, cali5
///                           -i cali123 ─goto─> cali-fw-cali123
///                           -i cali124 ─goto─> cali-fw-cali124
///     -i cali5    ─goto─> cali-fw-cali5
/// ```
public final class DispatchChains {

  private static final Rule DROP_UNKNOWN = Match.ANY.then(Target.DROP, "Unknown interface");

  private final String fromRoot;
  private final String toRoot;
  private final UnaryOperator<String> fromChain;
  private final UnaryOperator<String> toChain;
  private final List<Rule> atEnd;

  private DispatchChains(
      String fromRoot,
      String toRoot,
      UnaryOperator<String> fromChain,
      UnaryOperator<String> toChain,
      List<Rule> atEnd) {
    this.fromRoot = fromRoot;
    this.toRoot = toRoot;
    this.fromChain = fromChain;
    this.toChain = toChain;
    this.atEnd = atEnd;
  }

  /// Chains for workloads' interfaces (table `filter`): an interface that is not known passes
  /// nothing.
  public static List<Chain> forWorkloads(Collection<String> interfaceNames) {
    return new DispatchChains(
            ChainNames.FROM_WORKLOAD_DISPATCH,
            ChainNames.TO_WORKLOAD_DISPATCH,
            ChainNames::fromWorkload,
            ChainNames::toWorkload,
            List.of(DROP_UNKNOWN))
        .chains(interfaceNames);
  }

  /// Chains for interfaces that host endpoints govern (tables `raw` and `filter`): what none
  /// governs goes on as if we were not there.
  public static List<Chain> forHostEndpoints(Collection<String> interfaceNames) {
    return new DispatchChains(
            ChainNames.FROM_HOST_ENDPOINT,
            ChainNames.TO_HOST_ENDPOINT,
            ChainNames::fromHostEndpoint,
            ChainNames::toHostEndpoint,
            List.of())
        .chains(interfaceNames);
  }

  /// Children before roots. Names are of ASCII characters, which sort by their bytes.
  private List<Chain> chains(Collection<String> interfaceNames) {
    List<Chain> chains = new ArrayList<>();
    List<Rule> fromRules = new ArrayList<>();
    List<Rule> toRules = new ArrayList<>();
    SortedSet<String> names = new TreeSet<>(interfaceNames);
    int common = commonPrefixLength(names);
    for (var bin : binned(names, common + 1).entrySet()) {
      List<String> members = bin.getValue();
      if (members.size() == 1) {
        fromRules.add(from(members.getFirst()));
        toRules.add(to(members.getFirst()));
      } else {
        String suffix = "-" + bin.getKey().charAt(common);
        String pattern = bin.getKey() + "+";
        chains.add(child(fromRoot + suffix, members.stream().map(this::from).toList()));
        chains.add(child(toRoot + suffix, members.stream().map(this::to).toList()));
        fromRules.add(Match.ANY.inInterface(pattern).then(Target.goTo(fromRoot + suffix)));
        toRules.add(Match.ANY.outInterface(pattern).then(Target.goTo(toRoot + suffix)));
      }
    }
    chains.add(child(fromRoot, fromRules));
    chains.add(child(toRoot, toRules));
    return chains;
  }

  private Rule from(String name) {
    return Match.ANY.inInterface(name).then(Target.goTo(fromChain.apply(name)));
  }

  private Rule to(String name) {
    return Match.ANY.outInterface(name).then(Target.goTo(toChain.apply(name)));
  }

  private Chain child(String name, List<Rule> rules) {
    List<Rule> all = new ArrayList<>(rules);
    all.addAll(atEnd);
    return new Chain(name, all);
  }

  /// By the first `length` characters; a shorter name is a bin of its own.
  private static SortedMap<String, List<String>> binned(SortedSet<String> names, int length) {
    SortedMap<String, List<String>> bins = new TreeMap<>();
    for (String name : names) {
      if (name.isEmpty()) {
        throw new IllegalArgumentException("an endpoint has no interface name");
      }
      String bin = name.substring(0, Math.min(length, name.length()));
      bins.computeIfAbsent(bin, key -> new ArrayList<>()).add(name);
    }
    return bins;
  }

  private static int commonPrefixLength(SortedSet<String> sorted) {
    if (sorted.isEmpty()) {
      return 0;
    }
    // What the first and the last share, all between them share.
    String first = sorted.first();
    String last = sorted.last();
    int length = 0;
    while (length < Math.min(first.length(), last.length())
        && first.charAt(length) == last.charAt(length)) {
      length++;
    }
    return length;
  }
}
