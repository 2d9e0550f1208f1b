package io.margay.kernel.ipset;

import io.margay.net.IpFamily;

/// A set without its members (ipset(8), `create`).
///
/// @param name at most 31 characters
/// @param maxElements how many members it may hold
public record IpSet(String name, Type type, IpFamily family, int maxElements) {

  public enum Type {
    HASH_IP("hash:ip"),
    HASH_NET("hash:net");

    private final String text;

    Type(String text) {
      this.text = text;
    }

    /// The type as ipset writes it.
    @Override
    public String toString() {
      return text;
    }
  }
}
