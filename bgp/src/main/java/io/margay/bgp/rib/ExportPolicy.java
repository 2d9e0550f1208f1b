package io.margay.bgp.rib;

/// The owner's say in what a peer is told, after the rules of the protocol have let a route
/// through. Asked again for every route when the owner says that its policy has changed.
public interface ExportPolicy {

  /// Tells everything.
  ExportPolicy ALL = _ -> true;

  /// Whether the peer is told about `route`, which is the best one of its prefix.
  boolean exports(Route route);
}
