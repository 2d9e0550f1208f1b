package io.margay.agent;

/// Gives memory back that was taken for a burst of work, such as the start.
///
/// The serial collector lets the old generation grow up to its limit before it looks through it,
/// and what the heap has grown to stays resident. A collection of all of it takes a tenth of a
/// second or so for each hundred megabytes that live, so it comes when there is nothing to do, and
/// seldom.
///
/// Belongs to one thread.
final class HeapRoom {

  /// Growth that is not worth a collection, octets.
  private static final long ROOM = 32L << 20;

  private long settled;

  /// There is nothing to do at this moment.
  void onRest() {
    Runtime runtime = Runtime.getRuntime();
    if (runtime.totalMemory() > settled + settled / 4 + ROOM) {
      System.gc();
      settled = runtime.totalMemory();
    }
  }
}
