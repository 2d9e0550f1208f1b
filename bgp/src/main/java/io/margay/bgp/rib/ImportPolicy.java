package io.margay.bgp.rib;

/// The owner's say in what is believed of a peer.
public interface ImportPolicy {

  /// Believes everything.
  ImportPolicy ALL = _ -> true;

  /// Whether `route` takes part in the decision.
  boolean imports(Route route);
}
