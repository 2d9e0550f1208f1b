package io.margay.bgp;

import io.margay.bgp.rib.ExportPolicy;
import io.margay.bgp.rib.ImportPolicy;

/// The owner's rules for one peer. There is no default: who wants everything to pass says so (RFC
/// 8212).
public record PeerPolicy(ImportPolicy imports, ExportPolicy exports) {

  /// Everything passes, both ways.
  public static final PeerPolicy ACCEPT_ALL = new PeerPolicy(ImportPolicy.ALL, ExportPolicy.ALL);
}
