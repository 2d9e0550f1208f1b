package io.margay.bgp.rib;

import java.util.ArrayList;
import java.util.List;

/// A source of paths as one export group sees it: how much of it the group's peers know, and in the
/// course of a flush, what there is to say about it. All that a peer must not hear, since it said
/// it itself, is together here.
final class Teller {

  private final RouteSource source;

  /// Paths of this source that the group's peers know.
  int advertised;

  /// Prefixes to withdraw, since this source's path was the one told.
  final Numbers withdrawn = new Numbers();

  /// The path identifiers of those.
  final Numbers withdrawnIds = new Numbers();

  /// Prefixes that this source now is best for. The peer that is this source does not hear that,
  /// but that the path of another, which it knows, is gone. Where several paths are told, none
  /// takes the place of another's.
  final Numbers retracted = new Numbers();

  /// What waits to be announced.
  final List<Told> announced = new ArrayList<>();

  /// Whether any of the above has content.
  boolean busy;

  /// Where its messages are in the batch under way.
  int from;

  int to;

  Teller(RouteSource source) {
    this.source = source;
  }

  RouteSource source() {
    return source;
  }

  /// Queues a prefix to be announced.
  void announce(Told told, int number) {
    if (told.pending().isEmpty()) {
      announced.add(told);
    }
    told.pending().add(number);
  }

  void withdraw(Told told, int number) {
    withdrawn.add(number);
    withdrawnIds.add(told.pathId());
  }

  void done() {
    busy = false;
    withdrawn.clear();
    withdrawnIds.clear();
    retracted.clear();
    announced.forEach(told -> told.pending().clear());
    announced.clear();
  }
}
