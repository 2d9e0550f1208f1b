package io.margay.kernel.iptables;

import java.util.List;

/// A chain of our own and all its rules, in order.
///
/// @param name at most 28 characters
public record Chain(String name, List<Rule> rules) {
  public Chain {
    rules = List.copyOf(rules);
  }
}
