package io.margay.calicoctl;

import io.margay.model.Kind;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Kinds as people type them: in any letter case, singular, plural or short.
final class KindNames {

  private KindNames() {}

  /// The kind, or null if the word is none.
  static @Nullable Kind find(String word) {
    return switch (word.toLowerCase(Locale.ROOT)) {
      case "node", "nodes", "no", "nos" -> Kind.NODE;
      case "bgppeer", "bgppeers", "bgpp", "bgpps", "bp", "bps" -> Kind.BGP_PEER;
      case "hostendpoint", "hostendpoints", "hep", "heps" -> Kind.HOST_ENDPOINT;
      case "workloadendpoint", "workloadendpoints", "wep", "weps" -> Kind.WORKLOAD_ENDPOINT;
      case "ippool", "ippools", "ipp", "ipps", "pool", "pools" -> Kind.IP_POOL;
      case "policy", "policies", "pol", "pols" -> Kind.POLICY;
      case "profile", "profiles", "pro", "pros" -> Kind.PROFILE;
      default -> null;
    };
  }
}
