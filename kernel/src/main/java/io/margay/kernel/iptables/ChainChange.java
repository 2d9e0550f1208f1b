package io.margay.kernel.iptables;

/// One chain that an apply changed.
///
/// @param table the table it belongs to
/// @param chain its name
/// @param kind what became of it
/// @param rulesWritten how many rules were appended, inserted or replaced
/// @param rulesDeleted how many rules were deleted
/// @param drift whether the chain was no longer as we had left it: someone else had changed it
public record ChainChange(
    Table table, String chain, Kind kind, int rulesWritten, int rulesDeleted, boolean drift) {

  public enum Kind {
    /// A chain of ours that was not there.
    CREATED,
    /// A chain of ours that had other rules.
    UPDATED,
    /// A chain of ours that is not wanted.
    DELETED,
    /// A chain of others, of which only our rules were touched.
    HOOKED
  }

  /// The change as a sentence for the log.
  @Override
  public String toString() {
    String what =
        switch (kind) {
          case CREATED -> "created with " + rules(rulesWritten);
          case UPDATED, HOOKED -> rules(rulesWritten) + " written, " + rulesDeleted + " deleted";
          case DELETED -> "deleted";
        };
    return "chain %s of %s%s: %s"
        .formatted(chain, table, drift ? " was changed by someone else" : "", what);
  }

  private static String rules(int count) {
    return count == 1 ? "1 rule" : count + " rules";
  }
}
