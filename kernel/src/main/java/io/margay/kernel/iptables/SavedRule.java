package io.margay.kernel.iptables;

/// What we know of a rule in the kernel: whose it is and, if ours, which one.
///
/// @param kind whose it is
/// @param hash the hash in its comment, empty unless the kind is [Kind#HASHED]
record SavedRule(Kind kind, String hash) {

  static final SavedRule FOREIGN = new SavedRule(Kind.FOREIGN, "");
  static final SavedRule HISTORIC = new SavedRule(Kind.HISTORIC, "");

  enum Kind {
    /// Ours, or another Calico agent's of the same generation: the hash tells.
    HASHED,
    /// Written by an older generation, without a hash.
    HISTORIC,
    /// Nothing of ours.
    FOREIGN
  }

  static SavedRule hashed(String hash) {
    return new SavedRule(Kind.HASHED, hash);
  }

  boolean isForeign() {
    return kind == Kind.FOREIGN;
  }
}
