package io.margay.bgp.rib;

import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/// One peer in an export group.
///
/// Either it knows all that the group has told, or some prefixes are owed to it: after it has
/// joined, or since it reads more slowly than the others. What is owed is a set, so a prefix that
/// changes often while the peer is slow is told once, as it is by then.
public final class ExportMember {

  /// The peer's connection.
  public interface Outlet {
    /// Takes whole messages; the buffer is shared with other peers.
    void send(ByteBuffer messages);

    State state();

    /// The peer knows all there is at the moment.
    void roundOver();
  }

  /// Whether an outlet takes messages.
  public enum State {
    READY,
    /// Too much waits for the peer to read. The outlet has the group flushed when it has.
    FULL,
    /// It is not time for the next round of UPDATEs. The outlet has the group flushed when it is.
    RESTING
  }

  private final Teller teller;
  private final Outlet outlet;
  private final BitSet owed = new BitSet();

  /// Where several paths to a prefix are told: for prefixes that are owed, the identifiers of paths
  /// that have gone and that the peer may know.
  private final Map<Integer, Numbers> gone = new HashMap<>();

  /// The group's latest flush that looked after this member.
  int flushed;

  ExportMember(Teller teller, Outlet outlet) {
    this.teller = teller;
    this.outlet = outlet;
  }

  Teller teller() {
    return teller;
  }

  Outlet outlet() {
    return outlet;
  }

  BitSet owed() {
    return owed;
  }

  /// The peer has to be told that these paths are gone.
  void owe(Numbers numbers, Numbers pathIds) {
    for (int i = 0; i < numbers.size(); i++) {
      owe(numbers.get(i), pathIds.get(i));
    }
  }

  void owe(int number, int pathId) {
    owed.set(number);
    gone.computeIfAbsent(number, _ -> new Numbers()).add(pathId);
  }

  /// Paths to a prefix that the peer has to be told are gone, unless they are back. It is taken to
  /// have been told.
  Numbers takeGone(int number) {
    Numbers ids = gone.isEmpty() ? null : gone.remove(number);
    return ids == null ? Numbers.NONE : ids;
  }

  /// Whether the peer knows all that its group has told.
  public boolean isUpToDate() {
    return owed.isEmpty();
  }

  /// Whether the peer can be told together with the others.
  boolean keepsUp() {
    return owed.isEmpty() && outlet.state() == State.READY;
  }
}
