package io.margay.net;

import java.util.Comparator;

/// An address with a prefix length: a network, or one address and the network it lies in.
///
/// Bits after the prefix length are kept as they were given, since a policy prints a network as its
/// author wrote it; [#masked()] gives the network proper. Two prefixes are equal only if their host
/// bits are, so whoever uses one as a route or as a key takes the masked form.
///
/// @param address the address, host bits included
/// @param length the prefix length, 0 to 32 or 0 to 128
public record IpPrefix(IpAddress address, int length) implements Comparable<IpPrefix> {

  private static final Comparator<IpPrefix> ORDER =
      Comparator.comparing(IpPrefix::address).thenComparingInt(IpPrefix::length);

  public IpPrefix {
    if (length < 0 || length > address.family().bits()) {
      throw new IllegalArgumentException(
          "prefix length %d of %s is outside 0-%d"
              .formatted(length, address, address.family().bits()));
    }
  }

  /// Reads `address/length`, or a bare address as `/32` or `/128`.
  ///
  /// @throws IllegalArgumentException if the text is neither
  public static IpPrefix parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      return IpAddress.parse(text).toPrefix();
    }
    String length = text.substring(slash + 1);
    if (!length.matches("0|[1-9][0-9]{0,2}")) {
      throw new IllegalArgumentException("not a prefix length: '" + length + "' in '" + text + "'");
    }
    return new IpPrefix(IpAddress.parse(text.substring(0, slash)), Integer.parseInt(length));
  }

  /// The network of this prefix: host bits cleared.
  public IpPrefix masked() {
    return isMasked() ? this : new IpPrefix(address.masked(length), length);
  }

  /// Whether no host bit is set.
  public boolean isMasked() {
    return address.equals(address.masked(length));
  }

  /// Whether this holds exactly one address.
  public boolean isSingleAddress() {
    return length == family().bits();
  }

  public IpFamily family() {
    return address.family();
  }

  /// Whether `other` lies inside this network.
  public boolean contains(IpAddress other) {
    return other.family() == family() && other.masked(length).equals(address.masked(length));
  }

  /// Whether every address of `other` lies inside this network; true of a network and itself.
  public boolean contains(IpPrefix other) {
    return other.length >= length && contains(other.address);
  }

  @Override
  public int compareTo(IpPrefix other) {
    return ORDER.compare(this, other);
  }

  /// `address/length`, always with the length.
  @Override
  public String toString() {
    return address + "/" + length;
  }
}
