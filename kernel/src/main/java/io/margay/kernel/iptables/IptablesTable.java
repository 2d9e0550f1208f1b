package io.margay.kernel.iptables;

import io.margay.kernel.ApplyOutcome;
import io.margay.net.IpFamily;
import java.util.List;

/// The chains and rules that are wanted in one table, and the means to bring the kernel there.
///
/// Belongs to one thread, which its calls to [Iptables] may block.
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable"})
public final class IptablesTable {

  public IptablesTable(IpFamily family, Table table, Iptables iptables, InsertMode mode) {}

  /// Wants the chain, in the place of any other of its name.
  ///
  /// @throws IllegalArgumentException if the name has no prefix by which we know our own chains
  public void setChain(Chain chain) {
    throw new UnsupportedOperationException();
  }

  /// Wants no chain of the name any more.
  public void removeChain(String name) {
    throw new UnsupportedOperationException();
  }

  /// Wants the rules, and no others of ours, in a chain that is not ours.
  ///
  /// @param kernelChain for example `FORWARD`
  public void setHook(String kernelChain, List<Rule> rules) {
    throw new UnsupportedOperationException();
  }

  /// Has the next apply read the kernel's rules anew.
  public void invalidate() {
    throw new UnsupportedOperationException();
  }

  /// Whether an apply would read or write.
  public boolean needsApply() {
    throw new UnsupportedOperationException();
  }

  public ApplyOutcome<ChainChange> apply() {
    throw new UnsupportedOperationException();
  }
}
