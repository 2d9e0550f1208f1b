package io.margay.kernel.iptables;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What `iptables-save` printed of one table, as far as it matters: which chains there are, and of
/// each rule whose it is. The rules themselves are not understood, and need not be.
///
/// @param chains the rules of each chain by its name, in order
record SavedTable(Map<String, List<SavedRule>> chains) {

  /// How the names of Calico's chains begin, in this generation and those before it.
  private static final List<String> PREFIXES =
      List.of("cali-", "califw-", "calitw-", "califh-", "calith-", "calipi-", "calipo-", "felix-");

  private static final Pattern HASH = Pattern.compile("--comment \"?cali:([a-zA-Z0-9_-]+)\"?");

  /// The words of a rule: quoted strings with their quotes, in which a backslash hides the next
  /// character, and anything else without blanks.
  private static final Pattern WORD = Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"|\\S+");

  SavedTable {
    chains = Collections.unmodifiableMap(chains);
  }

  /// Whether a chain of this name is ours.
  static boolean isOurs(String chain) {
    return PREFIXES.stream().anyMatch(chain::startsWith);
  }

  /// Reads what `iptables-save` printed, other tables in it being left out.
  static SavedTable parse(Table table, String text) {
    Map<String, List<SavedRule>> chains = new LinkedHashMap<>();
    boolean inTable = true;
    for (String line : (Iterable<String>) text.lines()::iterator) {
      if (line.startsWith("*")) {
        inTable = line.substring(1).strip().equals(table.toString());
      } else if (inTable && line.startsWith(":")) {
        chains.computeIfAbsent(wordAt(line, 1), name -> new ArrayList<>());
      } else if (inTable && line.startsWith("-A ")) {
        String chain = wordAt(line, 3);
        chains
            .computeIfAbsent(chain, name -> new ArrayList<>())
            .add(ruleOf(table, chain, line.substring(3 + chain.length())));
      }
    }
    return new SavedTable(chains);
  }

  private static String wordAt(String line, int start) {
    int end = line.indexOf(' ', start);
    return end < 0 ? line.substring(start) : line.substring(start, end);
  }

  private static SavedRule ruleOf(Table table, String chain, String rest) {
    if (rest.contains("cali:")) {
      Matcher hash = HASH.matcher(rest);
      if (hash.find()) {
        return SavedRule.hashed(hash.group(1));
      }
    }
    boolean historic = jumpsToOurs(rest) || (table == Table.NAT && isHistoricNat(chain, rest));
    return historic ? SavedRule.HISTORIC : SavedRule.FOREIGN;
  }

  /// The target is looked for word by word, so that a comment that speaks of our chains does not
  /// make a rule ours.
  private static boolean jumpsToOurs(String rest) {
    if (!rest.contains("cali") && !rest.contains("felix-")) {
      return false;
    }
    Matcher words = WORD.matcher(rest);
    boolean target = false;
    while (words.find()) {
      String word = words.group();
      if (target) {
        return isOurs(word);
      }
      target =
          word.equals("-j") || word.equals("-g") || word.equals("--jump") || word.equals("--goto");
    }
    return false;
  }

  /// Rules that generations before chains of their own for nat put into POSTROUTING itself: the
  /// masquerading of pools, by the name of its set, and that of traffic into the IPIP tunnel.
  private static boolean isHistoricNat(String chain, String rest) {
    return chain.equals("POSTROUTING")
        && (rest.contains(" felix-masq-ipam-pools ")
            || rest.strip()
                .equals(
                    "-o tunl0 -m addrtype ! --src-type LOCAL --limit-iface-out"
                        + " -m addrtype --src-type LOCAL -j MASQUERADE"));
  }
}
