package io.margay.kernel.ipset;

import io.margay.kernel.ApplyOutcome;
import io.margay.net.IpFamily;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/// The sets of one family that are wanted, and the means to bring the kernel there.
///
/// Members may be given in any spelling. Those of the other family are left out, so that one list
/// can feed both families.
///
/// Belongs to one thread, which its calls to [IpSets] may block.
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable"})
public final class IpSetTable {

  /// @param ours which sets, by name, may be changed or destroyed; temporary ones included
  /// @param temporaryName from the name of a set, the name under which its replacement is built
  public IpSetTable(
      IpFamily family,
      IpSets ipSets,
      Predicate<String> ours,
      UnaryOperator<String> temporaryName) {}

  /// Wants the set with exactly these members, in the place of any other of its name.
  public void replace(IpSet set, Set<String> members) {
    throw new UnsupportedOperationException();
  }

  /// Wants more members in a set that is wanted already.
  public void addMembers(String name, Set<String> members) {
    throw new UnsupportedOperationException();
  }

  /// Wants fewer members in a set that is wanted already.
  public void removeMembers(String name, Set<String> members) {
    throw new UnsupportedOperationException();
  }

  /// Wants no set of the name any more.
  public void remove(String name) {
    throw new UnsupportedOperationException();
  }

  /// Has the next apply read the kernel's sets anew.
  public void invalidate() {
    throw new UnsupportedOperationException();
  }

  /// Whether an apply would read or write.
  public boolean needsApply() {
    throw new UnsupportedOperationException();
  }

  /// Creates and updates sets. Comes before rules that refer to them are written.
  public ApplyOutcome<SetChange> applyUpdates() {
    throw new UnsupportedOperationException();
  }

  /// Destroys sets of ours that are not wanted. Comes after the rules that referred to them are
  /// gone.
  public ApplyOutcome<SetChange> applyDeletions() {
    throw new UnsupportedOperationException();
  }
}
