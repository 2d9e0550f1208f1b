package io.margay.net;

/// A four-octet autonomous system number (RFC 6793).
///
/// @param value 0 to 4294967295
public record AsNumber(long value) implements Comparable<AsNumber> {

  private static final long MAX = 0xffff_ffffL;

  /// What stands for a four-octet number towards a speaker that knows only two (RFC 6793 §9).
  public static final AsNumber AS_TRANS = new AsNumber(23456);

  public AsNumber {
    if (value < 0 || value > MAX) {
      throw new IllegalArgumentException("AS number " + value + " is outside 0-4294967295");
    }
  }

  /// Reads `asplain` (`65546`) or `asdot` (`1.10`), RFC 5396.
  ///
  /// @throws IllegalArgumentException if the text is neither
  public static AsNumber parse(String text) {
    if (text.matches("[0-9]{1,10}")) {
      return new AsNumber(Long.parseLong(text));
    }
    if (text.matches("[0-9]{1,5}\\.[0-9]{1,5}")) {
      int dot = text.indexOf('.');
      return new AsNumber(half(text.substring(0, dot)) << 16 | half(text.substring(dot + 1)));
    }
    throw new IllegalArgumentException("not an AS number: '" + text + "'");
  }

  private static long half(String text) {
    long value = Long.parseLong(text);
    if (value > 0xffff) {
      throw new IllegalArgumentException("half of an AS number is outside 0-65535: '" + text + "'");
    }
    return value;
  }

  /// Whether the number fits the two octets of RFC 4271.
  public boolean isTwoOctet() {
    return value <= 0xffff;
  }

  @Override
  public int compareTo(AsNumber other) {
    return Long.compare(value, other.value);
  }

  /// `asplain`.
  @Override
  public String toString() {
    return Long.toString(value);
  }
}
