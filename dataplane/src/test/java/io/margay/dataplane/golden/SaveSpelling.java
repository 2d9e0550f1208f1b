package io.margay.dataplane.golden;

import io.margay.kernel.iptables.Chain;
import io.margay.kernel.iptables.Rule;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Our rules as iptables-save would print them after a restore: options that iptables itself knows
/// come first, and some words are others.
public final class SaveSpelling {

  private static final Pattern FIRST =
      Pattern.compile("(! )?(--source|--destination|--in-interface|--out-interface|-p) (\\S+)");

  private static final List<String> ORDER = List.of("-s", "-d", "-i", "-o", "-p");

  private SaveSpelling() {}

  /// Every rule of the chain, with its hash, without `-A CHAIN`.
  public static List<String> of(Chain chain) {
    List<String> lines = new ArrayList<>();
    byte[] hash = sha224(chain.name().getBytes(StandardCharsets.UTF_8));
    for (Rule rule : chain.rules()) {
      hash =
          sha224(
              hash,
              ("-A " + chain.name() + " HASH " + rule.body()).getBytes(StandardCharsets.UTF_8));
      String shown = Base64.getUrlEncoder().withoutPadding().encodeToString(hash).substring(0, 16);
      lines.add(line(shown, rule));
    }
    return lines;
  }

  private static String line(String hash, Rule rule) {
    List<String> first = new ArrayList<>();
    Matcher matcher = FIRST.matcher(rule.match());
    while (matcher.find()) {
      String not = matcher.group(1) == null ? "" : "! ";
      first.add(not + shortOption(matcher.group(2)) + " " + matcher.group(3));
    }
    first.sort((one, other) -> Integer.compare(position(one), position(other)));
    String rest = FIRST.matcher(rule.match()).replaceAll("").replaceAll(" +", " ").strip();
    String remark = rule.comment() == null ? "" : "-m comment --comment \"" + rule.comment() + "\"";
    return Stream.of(
            first.stream().collect(Collectors.joining(" ")),
            "-m comment --comment \"cali:" + hash + "\"",
            remark,
            respelt(rest),
            respelt(rule.action()))
        .filter(part -> !part.isEmpty())
        .collect(Collectors.joining(" "));
  }

  private static int position(String option) {
    return ORDER.indexOf(option.replace("! ", "").split(" ")[0]);
  }

  private static String shortOption(String option) {
    return switch (option) {
      case "--source" -> "-s";
      case "--destination" -> "-d";
      case "--in-interface" -> "-i";
      case "--out-interface" -> "-o";
      default -> option;
    };
  }

  private static String respelt(String text) {
    return text.replace("--jump", "-j")
        .replace("--goto", "-g")
        .replace("--set-mark 0/", "--set-xmark 0x0/")
        .replace("--set-mark", "--set-xmark")
        .replace("--mark 0/", "--mark 0x0/")
        .replace("--source-ports", "--sports")
        .replace("--destination-ports", "--dports");
  }

  private static byte[] sha224(byte[]... parts) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-224");
      for (byte[] part : parts) {
        digest.update(part);
      }
      return digest.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-224", e);
    }
  }
}
