package io.margay.agent;

/// Keeps what the agent holds of memory near to what it needs.
///
/// The serial collector lets the old generation grow up to its limit before it looks through it,
/// and what the heap has grown to stays resident. So a collection of all of it is asked for while
/// there is nothing to do, if the heap has grown for a burst of work; and in the midst of one, when
/// what is in use has grown by a quarter. A collection takes a tenth of a second or so for each
/// hundred megabytes that live; all those of a start together take as long as four or five of the
/// whole.
///
/// Belongs to one thread.
final class HeapRoom {

  /// Growth that is not worth a collection, octets.
  private static final long ROOM = 24L << 20;

  /// Octets that the heap had after the last collection.
  private long settled;

  /// Octets that were in use in it then.
  private long living;

  /// There is nothing to do at this moment.
  void onRest() {
    if (Runtime.getRuntime().totalMemory() > settled + settled / 4 + ROOM) {
      collect();
    }
  }

  /// Some work is done, and more may follow.
  void onWork() {
    if (used() > living + living / 4 + ROOM) {
      collect();
    }
  }

  private void collect() {
    System.gc();
    settled = Runtime.getRuntime().totalMemory();
    living = used();
  }

  private static long used() {
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
