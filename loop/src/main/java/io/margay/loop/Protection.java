package io.margay.loop;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// What keeps strangers out of connections with one peer. Both ends have to be set alike; where
/// they are not, segments are dropped in silence and connections never come to be.
///
/// @param password signs every segment (RFC 2385); null: none
/// @param minTtl the least time to live, or hop limit, that a segment may arrive with (RFC 5082):
///   we send 255, so 255 lets in only direct neighbours; 0: any
public record Protection(@Nullable Password password, int minTtl) {

  /// Lets in whatever comes.
  public static final Protection NONE = new Protection(null, 0);

  private static final int MAX_TTL = 255;

  public Protection {
    if (minTtl < 0 || minTtl > MAX_TTL) {
      throw new IllegalArgumentException("least TTL " + minTtl + ", expected 0-255");
    }
  }

  /// A key for TCP's MD5 signatures. Its text does not show up in logs.
  public record Password(String text) {

    /// `TCP_MD5SIG_MAXKEYLEN` of tcp(7).
    private static final int MAX_OCTETS = 80;

    public Password {
      int octets = text.getBytes(StandardCharsets.UTF_8).length;
      if (octets == 0 || octets > MAX_OCTETS) {
        throw new IllegalArgumentException(
            "password of " + octets + " octets, expected 1-80 (TCP_MD5SIG of tcp(7))");
      }
    }

    @Override
    public String toString() {
      return "(hidden)";
    }
  }
}
