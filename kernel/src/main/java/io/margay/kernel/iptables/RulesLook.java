package io.margay.kernel.iptables;

import io.margay.net.IpFamily;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// A look at the rules of one table, read by another thread than the one that writes them: a table
/// may have tens of thousands, which take most of a second.
///
/// It begins with [IptablesTable#beginLook] and ends with [IptablesTable#endLook].
public final class RulesLook {

  private final IpFamily family;
  private final Table table;
  private final Iptables iptables;
  private final OptionalLong known;
  private final long writes;

  private OptionalLong foreignWrites = OptionalLong.empty();
  private @Nullable SavedTable found;

  /// @param known what [Iptables#foreignWrites()] said when the rules were last read; empty to have
  ///   them read in any case
  /// @param writes how often we had written the table when this began
  RulesLook(IpFamily family, Table table, Iptables iptables, OptionalLong known, long writes) {
    this.family = family;
    this.table = table;
    this.iptables = iptables;
    this.known = known;
    this.writes = writes;
  }

  /// Reads the rules if someone else wrote any since they were last read, or if that cannot be
  /// known.
  ///
  /// @throws io.margay.kernel.KernelException if they cannot be read
  public void read() {
    foreignWrites = iptables.foreignWrites();
    if (foreignWrites.isEmpty() || !foreignWrites.equals(known)) {
      found = SavedTable.parse(table, iptables.save(family, table));
    }
  }

  /// What [Iptables#foreignWrites()] said right before the rules were read.
  OptionalLong foreignWrites() {
    return foreignWrites;
  }

  long writes() {
    return writes;
  }

  /// The rules; null if nobody else wrote any.
  @Nullable SavedTable found() {
    return found;
  }
}
