package io.margay.kernel.fake;

import io.margay.net.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A rule as `iptables-save` prints it, from the words it was written with: addresses, interfaces
/// and protocol first, then the matches as they were given, then the target.
///
/// @param text the rule without command and chain
/// @param target the chain or extension it jumps or goes to, empty if there is none
record RuleSpelling(String text, String target) {

  private static final Pattern WORD = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"|(\\S+)");

  private static final Map<String, String> BASE =
      Map.ofEntries(
          Map.entry("-s", "-s"),
          Map.entry("--source", "-s"),
          Map.entry("-d", "-d"),
          Map.entry("--destination", "-d"),
          Map.entry("-i", "-i"),
          Map.entry("--in-interface", "-i"),
          Map.entry("-o", "-o"),
          Map.entry("--out-interface", "-o"),
          Map.entry("-p", "-p"),
          Map.entry("--protocol", "-p"));

  private static final List<String> BASE_ORDER = List.of("-s", "-d", "-i", "-o", "-p");

  private static final Map<String, String> OPTIONS =
      Map.of(
          "--source-ports", "--sports",
          "--destination-ports", "--dports",
          "--set-mark", "--set-xmark",
          "--jump", "-j",
          "--goto", "-g");

  private static final Map<String, String> PROTOCOLS =
      Map.of(
          "1",
          "icmp",
          "4",
          "ipencap",
          "6",
          "tcp",
          "17",
          "udp",
          "58",
          "ipv6-icmp",
          "icmpv6",
          "ipv6-icmp",
          "132",
          "sctp",
          "136",
          "udplite");

  /// Splits into words; those that were quoted come without their quotes.
  static List<String> words(String line) {
    List<String> words = new ArrayList<>();
    Matcher matcher = WORD.matcher(line);
    while (matcher.find()) {
      words.add(matcher.group(1) != null ? matcher.group(1) : matcher.group(2));
    }
    return words;
  }

  static RuleSpelling of(List<String> words) {
    Map<Integer, String> base = new TreeMap<>();
    List<String> rest = new ArrayList<>();
    String target = "";
    String negation = "";
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      String baseOption = BASE.get(word);
      if (word.equals("!")) {
        negation = "! ";
      } else if (baseOption != null) {
        String value = baseValue(baseOption, words.get(++i));
        base.put(BASE_ORDER.indexOf(baseOption), negation + baseOption + " " + value);
        negation = "";
      } else {
        String option = OPTIONS.getOrDefault(word, word);
        if (option.equals("-j") || option.equals("-g")) {
          target = words.get(i + 1);
        }
        String previous = i == 0 ? "" : words.get(i - 1);
        rest.add(negation + value(previous, option));
        negation = "";
      }
    }
    List<String> all = new ArrayList<>(base.values());
    all.addAll(rest);
    return new RuleSpelling(String.join(" ", all), target);
  }

  private static String baseValue(String option, String value) {
    return switch (option) {
      case "-s", "-d" -> IpPrefix.parse(value).masked().toString();
      case "-p" -> PROTOCOLS.getOrDefault(value, value);
      default -> value;
    };
  }

  private static String value(String option, String value) {
    return switch (option) {
      case "--mark", "--set-mark", "--set-xmark" -> value.startsWith("0/") ? "0x" + value : value;
      case "--comment", "--log-prefix" ->
          value.matches("[a-zA-Z0-9_-]+") ? value : "\"" + value + "\"";
      default -> value;
    };
  }
}
