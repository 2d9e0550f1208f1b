package io.margay.bgp.rib;

/// A next hop and how far it is: one object for all paths that have it, so that news of it are one
/// assignment.
final class Hop {

  /// For paths without a next hop in need of a way: our own.
  static final Hop HERE = new Hop(0);

  private long cost;

  Hop(long cost) {
    this.cost = cost;
  }

  long cost() {
    return cost;
  }

  void setCost(long now) {
    cost = now;
  }

  boolean isReachable() {
    return cost != InteriorCost.UNREACHABLE;
  }
}
