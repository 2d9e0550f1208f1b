package io.margay.bgp.message;

import io.margay.bgp.message.AsPath.Segment;
import io.margay.bgp.message.AsPath.SegmentType;
import io.margay.net.AsNumber;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// AS paths in octets, with numbers of 2 or 4 octets (RFC 4271 §4.3, RFC 6793).
final class AsPathCodec {

  private AsPathCodec() {}

  /// @throws AttributeReader.Malformed as RFC 7606 §7.2 and RFC 7607 §2 say
  static AsPath decode(ByteBuffer value, boolean fourOctetAs) {
    int octets = fourOctetAs ? 4 : 2;
    List<Segment> segments = new ArrayList<>();
    while (value.hasRemaining()) {
      if (value.remaining() < 2) {
        throw new AttributeReader.Malformed("ends inside a segment header");
      }
      int code = value.get() & 0xff;
      int count = value.get() & 0xff;
      SegmentType type =
          SegmentType.of(code)
              .orElseThrow(() ->
                  new AttributeReader.Malformed("has segment type " + code + ", expected 1-4"));
      if (count == 0 || count * octets > value.remaining()) {
        throw new AttributeReader.Malformed(
            "has a segment of %d AS numbers in %d octets".formatted(count, value.remaining()));
      }
      List<AsNumber> ases = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        long as = fourOctetAs ? Integer.toUnsignedLong(value.getInt()) : value.getShort() & 0xffffL;
        if (as == 0) {
          throw new AttributeReader.Malformed("contains AS 0");
        }
        ases.add(new AsNumber(as));
      }
      segments.add(new Segment(type, ases));
    }
    return segments.isEmpty() ? AsPath.EMPTY : new AsPath(segments);
  }

  static int encodedLength(AsPath path, boolean fourOctetAs) {
    int length = 0;
    for (Segment segment : path.segments()) {
      length += 2 + segment.ases().size() * (fourOctetAs ? 4 : 2);
    }
    return length;
  }

  static void encode(ByteBuffer buffer, AsPath path, boolean fourOctetAs) {
    for (Segment segment : path.segments()) {
      buffer.put((byte) segment.type().code()).put((byte) segment.ases().size());
      for (AsNumber as : segment.ases()) {
        if (fourOctetAs) {
          buffer.putInt((int) as.value());
        } else {
          buffer.putShort((short) twoOctet(as).value());
        }
      }
    }
  }

  /// What a speaker sees that knows only 2 octets.
  static AsNumber twoOctet(AsNumber as) {
    return as.isTwoOctet() ? as : AsNumber.AS_TRANS;
  }

  static boolean fitsTwoOctets(AsPath path) {
    return path.segments().stream()
        .allMatch(segment -> segment.ases().stream().allMatch(AsNumber::isTwoOctet));
  }

  /// The path as AS4_PATH may carry it: without confederation segments (RFC 6793 §3).
  static AsPath withoutConfederation(AsPath path) {
    return path.hasConfederation()
        ? new AsPath(path.segments().stream().filter(s -> !s.type().isConfederation()).toList())
        : path;
  }

  /// The true path of a route that went through speakers of 2 octets: what AS_PATH has before
  /// AS4_PATH sets in, then AS4_PATH (RFC 6793 §4.2.3). An AS4_PATH longer than AS_PATH is no use.
  static AsPath reconstruct(AsPath asPath, AsPath as4Path) {
    int missing = asPath.length() - as4Path.length();
    if (missing < 0) {
      return asPath;
    }
    List<Segment> segments = new ArrayList<>();
    for (Segment segment : asPath.segments()) {
      if (missing == 0 && !segment.type().isConfederation()) {
        break;
      }
      if (segment.length() <= missing) {
        segments.add(segment);
        missing -= segment.length();
      } else {
        segments.add(new Segment(segment.type(), segment.ases().subList(0, missing)));
        missing = 0;
      }
    }
    for (Segment segment : as4Path.segments()) {
      appendJoining(segments, segment);
    }
    return segments.isEmpty() ? AsPath.EMPTY : new AsPath(segments);
  }

  /// Joins two sequences into one where they fit, so that equal paths look equal.
  private static void appendJoining(List<Segment> segments, Segment next) {
    if (!segments.isEmpty()) {
      Segment last = segments.getLast();
      if (last.type() == SegmentType.SEQUENCE
          && next.type() == SegmentType.SEQUENCE
          && last.ases().size() + next.ases().size() <= Segment.MAX_ASES) {
        List<AsNumber> joined = new ArrayList<>(last.ases());
        joined.addAll(next.ases());
        segments.set(segments.size() - 1, new Segment(SegmentType.SEQUENCE, joined));
        return;
      }
    }
    segments.add(next);
  }
}
