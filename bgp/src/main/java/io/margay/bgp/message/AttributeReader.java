package io.margay.bgp.message;

import io.margay.bgp.message.AttributeError.Reaction;
import io.margay.bgp.message.AttributeType.Flags;
import io.margay.net.AsNumber;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.Ipv4Address;
import io.margay.net.Ipv6Address;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads the path attributes of one UPDATE and notes what RFC 7606 says about each that is wrong.
///
/// ```
///   flags(1) type(1) length(1, or 2 with Extended Length) value
/// ```
final class AttributeReader {

  /// A value that its attribute's definition does not allow. Never leaves the codec.
  static final class Malformed extends RuntimeException {
    private static final long serialVersionUID = 1;

    Malformed(String message) {
      super(message, null, false, false);
    }
  }

  private final SessionCodec codec;
  private final PathAttributes.Builder attributes = PathAttributes.builder();
  private final List<RawAttribute> others = new ArrayList<>();
  private final List<AttributeError> errors = new ArrayList<>();
  private final BitSet seen = new BitSet(256);

  /// Whether the attributes ended in the middle of one, which may have held prefixes.
  private boolean truncated;

  private AsPath asPath = AsPath.EMPTY;
  private @Nullable AsPath as4Path;
  private @Nullable Aggregator aggregator;
  private @Nullable Aggregator as4Aggregator;
  private @Nullable NextHop mpNextHop;
  private @Nullable IpFamily mpUnreachFamily;
  private Nlri mpReach = Nlri.NONE;
  private Nlri mpUnreach = Nlri.NONE;

  AttributeReader(SessionCodec codec) {
    this.codec = codec;
  }

  /// Reads all attributes; they end where the buffer does.
  void read(ByteBuffer buffer) {
    while (buffer.hasRemaining()) {
      int left = buffer.remaining();
      int flags = buffer.get() & 0xff;
      boolean extended = (flags & Flags.EXTENDED_LENGTH) != 0;
      if (left < (extended ? 4 : 3)) {
        error(Reaction.TREAT_AS_WITHDRAW, 0, "%d octets left for a header".formatted(left));
        truncated = true;
        return;
      }
      int type = buffer.get() & 0xff;
      int length = extended ? buffer.getShort() & 0xffff : buffer.get() & 0xff;
      if (length > buffer.remaining()) {
        error(
            Reaction.TREAT_AS_WITHDRAW,
            type,
            "has length %d, but %d octets are left".formatted(length, buffer.remaining()));
        truncated = true;
        return;
      }
      ByteBuffer value = buffer.slice(buffer.position(), length);
      buffer.position(buffer.position() + length);
      attribute(flags, type, value);
    }
  }

  private void attribute(int flags, int code, ByteBuffer value) {
    AttributeType type = AttributeType.of(code);
    if (seen.get(code)) {
      duplicate(type, code);
      return;
    }
    seen.set(code);
    if (type == null) {
      unknown(flags, code, value);
      return;
    }
    int meaningful = Flags.OPTIONAL | Flags.TRANSITIVE;
    if ((flags & meaningful) != type.flags()) {
      wrongFlags(flags, type);
      return;
    }
    try {
      known(flags, type, value);
    } catch (Malformed e) {
      error(reactionTo(type), code, e.getMessage());
    }
  }

  /// RFC 7606 §3 g.
  private void duplicate(@Nullable AttributeType type, int code) {
    if (type == AttributeType.MP_REACH_NLRI || type == AttributeType.MP_UNREACH_NLRI) {
      throw new MalformedMessageException(
          NotificationError.Update.MALFORMED_ATTRIBUTE_LIST, type + " appears twice in an UPDATE");
    }
    error(Reaction.ATTRIBUTE_DISCARD, code, "appears again; the first one counts");
  }

  /// RFC 4271 §5 and §6.3.
  private void unknown(int flags, int code, ByteBuffer value) {
    if ((flags & Flags.OPTIONAL) == 0) {
      throw new MalformedMessageException(
          NotificationError.Update.UNRECOGNIZED_WELL_KNOWN_ATTRIBUTE,
          "attribute %d is well-known by its flags 0x%02x, but no such one is known"
              .formatted(code, flags));
    }
    if ((flags & Flags.TRANSITIVE) != 0) {
      others.add(
          new RawAttribute(
              (flags & ~Flags.EXTENDED_LENGTH) | Flags.PARTIAL, code, Octets.takeFrom(value)));
    }
  }

  /// RFC 7606 §3 c; the multiprotocol attributes hold what would have to be withdrawn, so without
  /// them the session cannot go on.
  private void wrongFlags(int flags, AttributeType type) {
    String message = "has flags 0x%02x, expected 0x%02x".formatted(flags, type.flags());
    switch (type) {
      case MP_REACH_NLRI, MP_UNREACH_NLRI ->
          throw new MalformedMessageException(
              NotificationError.Update.ATTRIBUTE_FLAGS_ERROR, type + " " + message);
      default -> error(Reaction.TREAT_AS_WITHDRAW, type.code(), message);
    }
  }

  /// RFC 7606 §7, RFC 6793 §6.
  private static Reaction reactionTo(AttributeType type) {
    return switch (type) {
      case ATOMIC_AGGREGATE, AGGREGATOR, AS4_PATH, AS4_AGGREGATOR -> Reaction.ATTRIBUTE_DISCARD;
      case ORIGIN,
          AS_PATH,
          NEXT_HOP,
          MULTI_EXIT_DISC,
          LOCAL_PREF,
          COMMUNITIES,
          ORIGINATOR_ID,
          CLUSTER_LIST,
          MP_REACH_NLRI,
          MP_UNREACH_NLRI,
          EXTENDED_COMMUNITIES,
          LARGE_COMMUNITY ->
          Reaction.TREAT_AS_WITHDRAW;
    };
  }

  private void known(int flags, AttributeType type, ByteBuffer value) {
    switch (type) {
      case ORIGIN -> {
        int origin = exactly(1, value).get() & 0xff;
        if (!Origin.isKnown(origin)) {
          throw new Malformed("has value " + origin + ", expected 0-2");
        }
        attributes.origin(Origin.of(origin));
      }
      case AS_PATH -> {
        AsPath path = AsPathCodec.decode(value, codec.fourOctetAs());
        if (codec.external() && path.hasConfederation()) {
          throw new Malformed("has confederation segments from another AS (RFC 5065 §5)");
        }
        asPath = path;
      }
      case NEXT_HOP -> attributes.nextHop(NextHop.of(new Ipv4Address(exactly(4, value).getInt())));
      case MULTI_EXIT_DISC ->
          attributes.multiExitDisc(Integer.toUnsignedLong(exactly(4, value).getInt()));
      case LOCAL_PREF -> {
        if (fromInternal(type)) {
          attributes.localPref(Integer.toUnsignedLong(exactly(4, value).getInt()));
        }
      }
      case ATOMIC_AGGREGATE -> {
        exactly(0, value);
        attributes.atomicAggregate(true);
      }
      case AGGREGATOR -> aggregator = aggregator(value, codec.fourOctetAs());
      case COMMUNITIES -> attributes.communities(communities(multipleOf(4, value)));
      case ORIGINATOR_ID -> {
        if (fromInternal(type)) {
          attributes.originatorId(new Ipv4Address(exactly(4, value).getInt()));
        }
      }
      case CLUSTER_LIST -> {
        if (fromInternal(type)) {
          attributes.clusterList(clusterList(multipleOf(4, value)));
        }
      }
      case MP_REACH_NLRI -> mpReach(value);
      case MP_UNREACH_NLRI -> mpUnreach(value);
      case EXTENDED_COMMUNITIES -> others.add(carried(flags, type, multipleOf(8, value)));
      case LARGE_COMMUNITY -> others.add(carried(flags, type, multipleOf(12, value)));
      case AS4_PATH -> {
        if (fromTwoOctetSpeaker(type)) {
          as4Path = AsPathCodec.withoutConfederation(AsPathCodec.decode(value, true));
        }
      }
      case AS4_AGGREGATOR -> {
        if (fromTwoOctetSpeaker(type)) {
          as4Aggregator = aggregator(value, true);
        }
      }
    }
  }

  /// What only has meaning inside an AS is dropped when it comes from outside (RFC 7606 §7.5, §7.9,
  /// §7.10).
  private boolean fromInternal(AttributeType type) {
    if (codec.external()) {
      error(Reaction.ATTRIBUTE_DISCARD, type.code(), "came from an external peer");
    }
    return !codec.external();
  }

  /// A speaker of 4 octets must not send these; if it does they are dropped (RFC 6793 §6).
  private boolean fromTwoOctetSpeaker(AttributeType type) {
    if (codec.fourOctetAs()) {
      error(Reaction.ATTRIBUTE_DISCARD, type.code(), "came from a speaker of 4-octet AS numbers");
    }
    return !codec.fourOctetAs();
  }

  private static Aggregator aggregator(ByteBuffer value, boolean fourOctetAs) {
    exactly(fourOctetAs ? 8 : 6, value);
    long as = fourOctetAs ? Integer.toUnsignedLong(value.getInt()) : value.getShort() & 0xffffL;
    if (as == 0) {
      throw new Malformed("names AS 0 (RFC 7607 §2)");
    }
    return new Aggregator(new AsNumber(as), new Ipv4Address(value.getInt()));
  }

  private static List<Community> communities(ByteBuffer value) {
    List<Community> communities = new ArrayList<>();
    while (value.hasRemaining()) {
      communities.add(new Community(value.getInt()));
    }
    return communities;
  }

  private static List<Ipv4Address> clusterList(ByteBuffer value) {
    List<Ipv4Address> clusterList = new ArrayList<>();
    while (value.hasRemaining()) {
      clusterList.add(new Ipv4Address(value.getInt()));
    }
    return clusterList;
  }

  private static RawAttribute carried(int flags, AttributeType type, ByteBuffer value) {
    return new RawAttribute(flags & ~Flags.EXTENDED_LENGTH, type.code(), Octets.takeFrom(value));
  }

  /// ```
  ///   AFI(2) SAFI(1) length(1) next hop  reserved(1)  NLRI
  /// ```
  private void mpReach(ByteBuffer value) {
    if (value.remaining() < 5) {
      throw mpError("MP_REACH_NLRI of %d octets, expected at least 5".formatted(value.remaining()));
    }
    AfiSafi afiSafi = new AfiSafi(value.getShort() & 0xffff, value.get() & 0xff);
    int nextHopLength = value.get() & 0xff;
    if (nextHopLength + 1 > value.remaining()) {
      throw mpError(
          "MP_REACH_NLRI with a next hop of %d octets, but %d remain"
              .formatted(nextHopLength, value.remaining()));
    }
    IpFamily family = afiSafi.family().orElse(null);
    if (family == null) {
      return;
    }
    mpNextHop = nextHop(family, nextHopLength, value);
    value.get();
    mpReach = Nlri.decode(value, family, codec, NotificationError.Update.OPTIONAL_ATTRIBUTE_ERROR);
  }

  /// RFC 4760 §3, RFC 2545 §3.
  private static NextHop nextHop(IpFamily family, int length, ByteBuffer value) {
    int octets = family.bits() / Byte.SIZE;
    boolean withLinkLocal = family == IpFamily.IPV6 && length == 2 * octets;
    if (length != octets && !withLinkLocal) {
      throw mpError("MP_REACH_NLRI for %s with a next hop of %d octets".formatted(family, length));
    }
    byte[] address = new byte[octets];
    value.get(address);
    IpAddress global = IpAddress.of(address);
    if (!withLinkLocal) {
      return NextHop.of(global);
    }
    value.get(address);
    return IpAddress.of(address) instanceof Ipv6Address second && second.isLinkLocal()
        ? new NextHop(global, second)
        : NextHop.of(global);
  }

  private void mpUnreach(ByteBuffer value) {
    if (value.remaining() < 3) {
      throw mpError(
          "MP_UNREACH_NLRI of %d octets, expected at least 3".formatted(value.remaining()));
    }
    AfiSafi afiSafi = new AfiSafi(value.getShort() & 0xffff, value.get() & 0xff);
    IpFamily family = afiSafi.family().orElse(null);
    if (family != null) {
      mpUnreachFamily = family;
      mpUnreach =
          Nlri.decode(value, family, codec, NotificationError.Update.OPTIONAL_ATTRIBUTE_ERROR);
    }
  }

  private static MalformedMessageException mpError(String message) {
    return new MalformedMessageException(
        NotificationError.Update.OPTIONAL_ATTRIBUTE_ERROR, message);
  }

  private static ByteBuffer exactly(int octets, ByteBuffer value) {
    if (value.remaining() != octets) {
      throw new Malformed("has %d octets, expected %d".formatted(value.remaining(), octets));
    }
    return value;
  }

  private static ByteBuffer multipleOf(int octets, ByteBuffer value) {
    if (!value.hasRemaining() || value.remaining() % octets != 0) {
      throw new Malformed(
          "has %d octets, expected a multiple of %d".formatted(value.remaining(), octets));
    }
    return value;
  }

  private void error(Reaction reaction, int type, @Nullable String message) {
    AttributeType known = AttributeType.of(type);
    String name = known == null ? "attribute " + type : known.toString();
    errors.add(new AttributeError(reaction, type, name + " " + message));
  }

  /// Notes a mandatory attribute that routes need and that is not there (RFC 7606 §3 d).
  void require(AttributeType type) {
    if (!seen.get(type.code())) {
      error(Reaction.TREAT_AS_WITHDRAW, type.code(), "is missing");
    }
  }

  /// The attributes, with the next hop of the classic fields.
  PathAttributes attributes() {
    // RFC 6793 §4.2.3: an AGGREGATOR that no 2-octet speaker had to fill in means that the AS4_
    // attributes are leftovers of an older route.
    boolean as4Void =
        as4Aggregator != null && aggregator != null && !aggregator.as().equals(AsNumber.AS_TRANS);
    AsPath path = as4Path == null || as4Void ? asPath : AsPathCodec.reconstruct(asPath, as4Path);
    return attributes
        .asPath(path)
        .aggregator(
            aggregator != null && as4Aggregator != null && !as4Void ? as4Aggregator : aggregator)
        .others(others)
        .build();
  }

  List<AttributeError> errors() {
    return errors;
  }

  /// Whether there is any attribute, or part of one, but MP_UNREACH_NLRI.
  boolean hasMoreThanUnreach() {
    return truncated
        || seen.cardinality() > (seen.get(AttributeType.MP_UNREACH_NLRI.code()) ? 1 : 0);
  }

  /// Whether there are prefixes among the attributes, or could be.
  boolean hasMultiprotocol() {
    return seen.get(AttributeType.MP_REACH_NLRI.code())
        || seen.get(AttributeType.MP_UNREACH_NLRI.code());
  }

  @Nullable NextHop mpNextHop() {
    return mpNextHop;
  }

  Nlri mpReach() {
    return mpReach;
  }

  /// The family of MP_UNREACH_NLRI, if there is one of a family that we speak.
  @Nullable IpFamily mpUnreachFamily() {
    return mpUnreachFamily;
  }

  Nlri mpUnreach() {
    return mpUnreach;
  }
}
