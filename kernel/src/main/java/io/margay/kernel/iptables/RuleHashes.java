package io.margay.kernel.iptables;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/// The hashes by which our rules are told from others and from older versions of themselves. They
/// are those of Felix 2.1, so that either program recognises what the other has written.
///
/// The hashes of a chain build on one another: each covers the rule and all rules before it, so
/// that two rules are equal only if their places are equal as well.
///
/// ```
///   h(0) = SHA-224(chain)
///   h(i) = SHA-224(h(i-1) || "-A chain HASH body(i)")     16 characters of base64url are shown
/// ```
///
/// The word `HASH` stands where the rule's comment will be, and `-A` even for a rule that is
/// inserted. Neither table nor IP version takes part.
public final class RuleHashes {

  private static final int SHOWN = 16;

  private RuleHashes() {}

  /// One hash per rule, in order.
  ///
  /// @param chain the chain's name; for our rules in a chain of others, the name of that chain, the
  ///   rules being ours alone
  public static List<String> of(String chain, List<Rule> rules) {
    MessageDigest sha224 = sha224();
    Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
    List<String> hashes = new ArrayList<>(rules.size());
    byte[] hash = sha224.digest(chain.getBytes(UTF_8));
    for (Rule rule : rules) {
      sha224.update(hash);
      hash = sha224.digest(("-A " + chain + " HASH " + rule.body()).getBytes(UTF_8));
      hashes.add(base64.encodeToString(hash).substring(0, SHOWN));
    }
    return hashes;
  }

  private static MessageDigest sha224() {
    try {
      return MessageDigest.getInstance("SHA-224");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("the JDK's own provider has SHA-224", e);
    }
  }
}
