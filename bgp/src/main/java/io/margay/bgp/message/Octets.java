package io.margay.bgp.message;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;

/// An immutable run of octets, compared by content: the parts of a message that are carried without
/// being understood.
public final class Octets {

  /// No octets.
  public static final Octets EMPTY = new Octets(new byte[0]);

  private final byte[] bytes;

  private Octets(byte[] bytes) {
    this.bytes = bytes;
  }

  /// A copy of `bytes`.
  public static Octets of(byte... bytes) {
    return new Octets(bytes.clone());
  }

  /// The octets that a hexadecimal text spells.
  public static Octets parse(String hex) {
    return new Octets(HexFormat.of().parseHex(hex));
  }

  /// A copy of what remains in `buffer`, which is consumed.
  public static Octets takeFrom(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return new Octets(bytes);
  }

  public int length() {
    return bytes.length;
  }

  /// The octet at `index` as a number from 0 to 255.
  public int get(int index) {
    return bytes[index] & 0xff;
  }

  /// Appends the octets at the position of `buffer`.
  public void putTo(ByteBuffer buffer) {
    buffer.put(bytes);
  }

  /// A fresh array.
  public byte[] toBytes() {
    return bytes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Octets octets && Arrays.equals(bytes, octets.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /// Lower-case hexadecimal.
  @Override
  public String toString() {
    return HexFormat.of().formatHex(bytes);
  }
}
