package io.margay.kernel.neighbour;

import io.margay.kernel.ApplyOutcome;
import io.margay.kernel.Link;
import io.margay.kernel.Neighbour;
import io.margay.kernel.Neighbours;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import java.util.List;
import java.util.function.Predicate;

/// The permanent neighbour entries of one family that are wanted, and the means to bring the kernel
/// there.
///
/// Belongs to one thread, which its calls to [Neighbours] may block.
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable"})
public final class NeighbourTable {

  /// @param ours which permanent entries this table may delete or overwrite
  public NeighbourTable(IpFamily family, Neighbours neighbours, Predicate<Neighbour> ours) {}

  /// Wants the entry, in the place of any other for its device and address.
  public void put(Neighbour neighbour) {
    throw new UnsupportedOperationException();
  }

  /// Wants no entry for the address on the device any more.
  public void remove(String device, IpAddress address) {
    throw new UnsupportedOperationException();
  }

  /// Has the next apply read the kernel's entries anew.
  public void invalidate() {
    throw new UnsupportedOperationException();
  }

  /// Notes from the monitor that a link appeared or changed. One that went down lost its entries.
  public void onLink(Link link) {
    throw new UnsupportedOperationException();
  }

  public void onLinkRemoved(Link link) {
    throw new UnsupportedOperationException();
  }

  /// Whether an apply would read or write.
  public boolean needsApply() {
    throw new UnsupportedOperationException();
  }

  public ApplyOutcome<NeighbourChange> apply() {
    throw new UnsupportedOperationException();
  }

  /// Wanted entries that are not there because their interface is not there, or down.
  public List<Neighbour> waiting() {
    throw new UnsupportedOperationException();
  }
}
