package io.margay.net;

/// The two versions of the Internet Protocol.
public enum IpFamily {
  IPV4(4, 32),
  IPV6(6, 128);

  private final int version;
  private final int bits;

  IpFamily(int version, int bits) {
    this.version = version;
    this.bits = bits;
  }

  /// The version digit: 4 or 6.
  public int version() {
    return version;
  }

  /// The length of an address in bits, which is the longest prefix length too.
  public int bits() {
    return bits;
  }
}
