package io.margay.bgp.message;

import io.margay.net.AsNumber;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// AS_PATH (RFC 4271 §5.1.2): the ASes a route went through, the nearest first.
public record AsPath(List<Segment> segments) {

  /// The path of a route that has not left its AS.
  public static final AsPath EMPTY = new AsPath(List.of());

  public AsPath {
    segments = List.copyOf(segments);
  }

  /// A path of one sequence.
  public static AsPath sequence(long... ases) {
    List<AsNumber> numbers = new ArrayList<>();
    for (long as : ases) {
      numbers.add(new AsNumber(as));
    }
    return numbers.isEmpty()
        ? EMPTY
        : new AsPath(List.of(new Segment(SegmentType.SEQUENCE, numbers)));
  }

  /// The length that the decision process compares (RFC 4271 §9.1.2.2 a, RFC 5065 §5.3).
  public int length() {
    int length = 0;
    for (Segment segment : segments) {
      length += segment.length();
    }
    return length;
  }

  public boolean contains(AsNumber as) {
    return segments.stream().anyMatch(segment -> segment.ases().contains(as));
  }

  /// The AS that sent the route, if the path begins with a sequence.
  public Optional<AsNumber> firstAs() {
    return segments.isEmpty() || segments.getFirst().type() != SegmentType.SEQUENCE
        ? Optional.empty()
        : Optional.of(segments.getFirst().ases().getFirst());
  }

  /// Whether a confederation's segments are left in the path.
  public boolean hasConfederation() {
    return segments.stream().anyMatch(segment -> segment.type().isConfederation());
  }

  /// The path once `as` has passed it on (RFC 4271 §5.1.2 b).
  public AsPath prepend(AsNumber as) {
    List<Segment> longer = new ArrayList<>(segments);
    List<AsNumber> first = new ArrayList<>(List.of(as));
    if (!longer.isEmpty()
        && longer.getFirst().type() == SegmentType.SEQUENCE
        && longer.getFirst().ases().size() < Segment.MAX_ASES) {
      first.addAll(longer.removeFirst().ases());
    }
    longer.addFirst(new Segment(SegmentType.SEQUENCE, first));
    return new AsPath(longer);
  }

  @Override
  public String toString() {
    List<String> words = new ArrayList<>();
    for (Segment segment : segments) {
      String ases = String.join(" ", segment.ases().stream().map(AsNumber::toString).toList());
      words.add(
          switch (segment.type()) {
            case SEQUENCE -> ases;
            case SET -> "{" + ases + "}";
            case CONFED_SEQUENCE -> "(" + ases + ")";
            case CONFED_SET -> "({" + ases + "})";
          });
    }
    return String.join(" ", words);
  }

  /// A run of AS numbers.
  ///
  /// @param ases 1 to 255 numbers, none of them 0 (RFC 7607)
  public record Segment(SegmentType type, List<AsNumber> ases) {
    static final int MAX_ASES = 255;

    public Segment {
      ases = List.copyOf(ases);
      if (ases.isEmpty() || ases.size() > MAX_ASES) {
        throw new IllegalArgumentException(
            "an AS_PATH segment has 1 to 255 AS numbers, not " + ases.size());
      }
    }

    int length() {
      return switch (type) {
        case SEQUENCE -> ases.size();
        case SET -> 1;
        case CONFED_SEQUENCE, CONFED_SET -> 0;
      };
    }
  }

  /// RFC 4271 §4.3, RFC 5065 §3.
  public enum SegmentType {
    SET(1),
    SEQUENCE(2),
    CONFED_SEQUENCE(3),
    CONFED_SET(4);

    private static final SegmentType[] VALUES = values();

    private final int code;

    SegmentType(int code) {
      this.code = code;
    }

    int code() {
      return code;
    }

    boolean isConfederation() {
      return this == CONFED_SEQUENCE || this == CONFED_SET;
    }

    static Optional<SegmentType> of(int code) {
      return code >= 1 && code <= VALUES.length ? Optional.of(VALUES[code - 1]) : Optional.empty();
    }
  }
}
