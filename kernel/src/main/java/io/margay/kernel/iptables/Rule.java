package io.margay.kernel.iptables;

import org.jspecify.annotations.Nullable;

/// One rule, as text for iptables-restore(8).
///
/// @param match what the packet must be like: fragments joined by single blanks, empty for any
/// @param action the target with its options, beginning with `--jump` or `--goto`
/// @param comment a remark for people, null for none; holds no double quote
public record Rule(String match, String action, @Nullable String comment) {

  public Rule(String match, String action) {
    this(match, action, null);
  }

  /// The rule without chain name and hash: remark, match, action, joined by single blanks.
  public String body() {
    StringBuilder body = new StringBuilder();
    if (comment != null) {
      body.append("-m comment --comment \"").append(comment).append("\" ");
    }
    if (!match.isEmpty()) {
      body.append(match).append(' ');
    }
    return body.append(action).toString();
  }
}
