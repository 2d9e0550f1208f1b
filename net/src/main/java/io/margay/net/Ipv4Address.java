package io.margay.net;

/// An IPv4 address.
///
/// @param bits the 32 bits of the address, the first octet being the most significant
public record Ipv4Address(int bits) implements IpAddress {

  /// `0.0.0.0`.
  public static final Ipv4Address ANY = new Ipv4Address(0);

  /// Reads a dotted quad of decimal numbers 0 to 255 without leading zeros.
  ///
  /// @throws IllegalArgumentException if the text is anything else
  public static Ipv4Address parse(String text) {
    int bits = 0;
    int at = 0;
    for (int octet = 0; octet < 4; octet++) {
      if (octet > 0 && (at >= text.length() || text.charAt(at++) != '.')) {
        throw notAnAddress(text);
      }
      int start = at;
      int value = 0;
      while (at < text.length() && at - start < 3 && isDigit(text.charAt(at))) {
        value = value * 10 + (text.charAt(at++) - '0');
      }
      boolean leadingZero = at - start > 1 && text.charAt(start) == '0';
      if (at == start || value > 255 || leadingZero) {
        throw notAnAddress(text);
      }
      bits = bits << 8 | value;
    }
    if (at != text.length()) {
      throw notAnAddress(text);
    }
    return new Ipv4Address(bits);
  }

  static Ipv4Address of(byte[] octets) {
    return new Ipv4Address(
        (octets[0] & 0xff) << 24
            | (octets[1] & 0xff) << 16
            | (octets[2] & 0xff) << 8
            | octets[3] & 0xff);
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static IllegalArgumentException notAnAddress(String text) {
    return new IllegalArgumentException("not an IPv4 address: '" + text + "'");
  }

  @Override
  public IpFamily family() {
    return IpFamily.IPV4;
  }

  @Override
  public byte[] toBytes() {
    return new byte[] {
      (byte) (bits >>> 24), (byte) (bits >>> 16), (byte) (bits >>> 8), (byte) bits
    };
  }

  @Override
  public boolean bit(int index) {
    return (bits >>> (31 - index) & 1) != 0;
  }

  @Override
  public Ipv4Address masked(int length) {
    return new Ipv4Address(length == 0 ? 0 : bits & -1 << (32 - length));
  }

  @Override
  public int compareTo(IpAddress other) {
    return other instanceof Ipv4Address(int otherBits)
        ? Integer.compareUnsigned(bits, otherBits)
        : -1;
  }

  @Override
  public String toString() {
    return (bits >>> 24)
        + "."
        + (bits >>> 16 & 0xff)
        + "."
        + (bits >>> 8 & 0xff)
        + "."
        + (bits & 0xff);
  }
}
