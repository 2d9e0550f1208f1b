package io.margay.net;

import java.util.HexFormat;
import java.util.Locale;

/// A link-layer address of 6, 8 or 20 octets (EUI-48, EUI-64, IP over InfiniBand).
///
/// @param text the canonical form: lower-case hexadecimal octets joined by colons
public record MacAddress(String text) implements Comparable<MacAddress> {

  private static final HexFormat COLONS = HexFormat.ofDelimiter(":");
  private static final String OCTETS = "[0-9a-f]{2}(:[0-9a-f]{2})*";

  public MacAddress {
    int octets = (text.length() + 1) / 3;
    if (!text.matches(OCTETS) || (octets != 6 && octets != 8 && octets != 20)) {
      throw new IllegalArgumentException("not a MAC address: '" + text + "'");
    }
  }

  /// Reads octets joined by `:` or `-`, or pairs of octets joined by dots (`cafe.1d52.bbe1`).
  ///
  /// @throws IllegalArgumentException if the text is none of these
  public static MacAddress parse(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    if (lower.matches("[0-9a-f]{4}(\\.[0-9a-f]{4})+")) {
      return of(HexFormat.of().parseHex(lower.replace(".", "")));
    }
    return new MacAddress(lower.indexOf(':') < 0 ? lower.replace('-', ':') : lower);
  }

  /// An address from its octets.
  public static MacAddress of(byte[] octets) {
    return new MacAddress(COLONS.formatHex(octets));
  }

  /// The octets, a fresh array.
  public byte[] toBytes() {
    return COLONS.parseHex(text);
  }

  @Override
  public int compareTo(MacAddress other) {
    return text.compareTo(other.text);
  }

  @Override
  public String toString() {
    return text;
  }
}
