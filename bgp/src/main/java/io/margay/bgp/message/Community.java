package io.margay.bgp.message;

/// A community (RFC 1997).
///
/// @param value the 32 bits
public record Community(int value) {

  /// Not to leave the AS.
  public static final Community NO_EXPORT = new Community(0xffff_ff01);

  /// Not to be passed to any peer.
  public static final Community NO_ADVERTISE = new Community(0xffff_ff02);

  /// Not to leave the AS; the confederation is the AS for a speaker that is in none.
  public static final Community NO_EXPORT_SUBCONFED = new Community(0xffff_ff03);

  /// `high:low` as operators write it.
  @Override
  public String toString() {
    return (value >>> 16) + ":" + (value & 0xffff);
  }
}
