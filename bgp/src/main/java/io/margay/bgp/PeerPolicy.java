package io.margay.bgp;

import io.margay.bgp.rib.ExportPolicy;
import io.margay.bgp.rib.ImportPolicy;

/// The owner's rules for one peer. There is no default: who wants everything to pass says so (RFC
/// 8212).
///
/// @param client whether we reflect internal routes for this internal peer (RFC 4456 §6)
public record PeerPolicy(ImportPolicy imports, ExportPolicy exports, boolean client) {

  /// Everything passes, both ways.
  public static final PeerPolicy ACCEPT_ALL = new PeerPolicy(ImportPolicy.ALL, ExportPolicy.ALL);

  /// Everything passes, both ways, and is reflected.
  public static final PeerPolicy CLIENT = new PeerPolicy(ImportPolicy.ALL, ExportPolicy.ALL, true);

  /// Rules for a peer that is no reflection client.
  public PeerPolicy(ImportPolicy imports, ExportPolicy exports) {
    this(imports, exports, false);
  }
}
