package io.margay.kernel.iptables;

import java.util.ArrayList;
import java.util.List;

/// Writes one input for `iptables-restore --noflush`: the smallest that brings the given chains
/// from what is there to what is wanted, so that rules which stay keep their counters.
///
/// ```
///   *filter
///   :cali-new - -                    chains to be created, to be written anew, and to be deleted,
///                                    all of them empty now
///   -A cali-new ...                  our own chains, position by position
///   -R cali-old 3 ...
///   -D FORWARD 1                     our rules in chains of others
///   -I FORWARD ...
///   --delete-chain cali-unwanted
///   COMMIT
/// ```
///
/// The order matters: iptables-restore refuses a jump to a chain that it has not seen, and the
/// deletion of one that something still jumps to.
final class RestoreInput {

  private final Table table;
  private final StringBuilder declarations = new StringBuilder();
  private final StringBuilder ownRules = new StringBuilder();
  private final StringBuilder hooks = new StringBuilder();
  private final StringBuilder deletions = new StringBuilder();
  private final List<ChainChange> changes = new ArrayList<>();
  private boolean numbersForeignChains;

  RestoreInput(Table table) {
    this.table = table;
  }

  void create(TrackedRules wanted, boolean drift) {
    declare(wanted.chain());
    for (int i = 0; i < wanted.size(); i++) {
      append(ownRules, "-A ", wanted, i);
    }
    changed(wanted.chain(), ChainChange.Kind.CREATED, wanted.size(), 0, drift);
  }

  /// Empties the chain, which declaring it does, and writes all of it.
  void rewrite(TrackedRules wanted, List<SavedRule> actual, boolean drift) {
    declare(wanted.chain());
    for (int i = 0; i < wanted.size(); i++) {
      append(ownRules, "-A ", wanted, i);
    }
    int surplus = Math.max(0, actual.size() - wanted.size());
    changed(wanted.chain(), ChainChange.Kind.UPDATED, wanted.size(), surplus, drift);
  }

  void update(TrackedRules wanted, List<SavedRule> actual, boolean drift) {
    int written = 0;
    for (int i = 0; i < wanted.size(); i++) {
      if (i >= actual.size()) {
        append(ownRules, "-A ", wanted, i);
        written++;
      } else if (!actual.get(i).equals(wanted.marks().get(i))) {
        ownRules.append("-R ").append(wanted.chain()).append(' ').append(i + 1).append(' ');
        ownRules.append(wanted.text(i)).append('\n');
        written++;
      }
    }
    int surplus = Math.max(0, actual.size() - wanted.size());
    for (int i = 0; i < surplus; i++) {
      delete(ownRules, wanted.chain(), wanted.size() + 1);
    }
    changed(wanted.chain(), ChainChange.Kind.UPDATED, written, surplus, drift);
  }

  void delete(String chain, int rules, boolean drift) {
    declare(chain);
    deletions.append("--delete-chain ").append(chain).append('\n');
    changed(chain, ChainChange.Kind.DELETED, 0, rules, drift);
  }

  /// Takes our rules out of a chain of others and puts the wanted ones in.
  void hook(TrackedRules wanted, List<SavedRule> actual, InsertMode mode, boolean drift) {
    int deleted = 0;
    for (int i = actual.size() - 1; i >= 0; i--) {
      if (!actual.get(i).isForeign()) {
        delete(hooks, wanted.chain(), i + 1);
        deleted++;
      }
    }
    switch (mode) {
      case INSERT -> {
        for (int i = wanted.size() - 1; i >= 0; i--) {
          append(hooks, "-I ", wanted, i);
        }
      }
      case APPEND -> {
        for (int i = 0; i < wanted.size(); i++) {
          append(hooks, "-A ", wanted, i);
        }
      }
    }
    numbersForeignChains |= deleted > 0;
    changed(wanted.chain(), ChainChange.Kind.HOOKED, wanted.size(), deleted, drift);
  }

  private void declare(String chain) {
    declarations.append(':').append(chain).append(" - -\n");
  }

  private static void append(StringBuilder to, String command, TrackedRules wanted, int index) {
    to.append(command).append(wanted.chain()).append(' ').append(wanted.text(index)).append('\n');
  }

  private static void delete(StringBuilder to, String chain, int number) {
    to.append("-D ").append(chain).append(' ').append(number).append('\n');
  }

  private void changed(String chain, ChainChange.Kind kind, int written, int gone, boolean drift) {
    changes.add(new ChainChange(table, chain, kind, written, gone, drift));
  }

  boolean isEmpty() {
    return changes.isEmpty();
  }

  /// Whether rules are deleted by number from chains of others, in which any change we have not
  /// seen makes the number that of someone else's rule.
  boolean numbersForeignChains() {
    return numbersForeignChains;
  }

  List<ChainChange> changes() {
    return changes;
  }

  String text() {
    return "*" + table + "\n" + declarations + ownRules + hooks + deletions + "COMMIT\n";
  }
}
