package io.margay.bgp.message;

import io.margay.bgp.message.AttributeType.Flags;
import io.margay.net.IpAddress;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import io.margay.net.Ipv4Address;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Writes routes as UPDATEs, as many prefixes into each message as fit.
///
/// The buffers depend only on the arguments and the session's codec, so peers that get the same
/// routes can share them.
public final class UpdateEncoder {

  private static final int LENGTHS = 4;
  private static final int MP_UNREACH_HEADER = 4 + 3;
  private static final int PATH_ID = 4;

  private final SessionCodec codec;

  /// For attributes: as long as they can be.
  private final ByteBuffer scratch = ByteBuffer.allocate(1 << 16);

  /// What was written for the latest attributes: one who changes a route often does so with the
  /// same.
  private byte[] lastBlock = {};

  private @Nullable PathAttributes lastAttributes;
  private boolean lastWithNextHop;

  public UpdateEncoder(SessionCodec codec) {
    this.codec = codec;
  }

  /// Withdraws prefixes, which may be of both families.
  public void withdraw(List<IpPrefix> prefixes, Consumer<ByteBuffer> frames) {
    withdraw(prefixes, PathIds.NONE, frames);
  }

  /// Withdraws paths to prefixes, which may be of both families.
  public void withdraw(List<IpPrefix> prefixes, PathIds pathIds, Consumer<ByteBuffer> frames) {
    withdraw(PrefixSource.of(prefixes, pathIds), frames);
  }

  /// Withdraws paths to prefixes, which may be of both families.
  public void withdraw(PrefixSource prefixes, Consumer<ByteBuffer> frames) {
    for (IpFamily family : IpFamily.values()) {
      boolean classic = family == IpFamily.IPV4;
      int overhead = MessageFramer.HEADER + LENGTHS + (classic ? 0 : MP_UNREACH_HEADER);
      Run all = Run.ofFamily(prefixes, family, codec.pathIdsSent().contains(family));
      for (Run run : all.cut(codec.maxMessage() - overhead)) {
        ByteBuffer buffer = MessageEncoder.begin(MessageType.UPDATE, overhead + run.octets());
        if (classic) {
          buffer.putShort((short) run.octets());
          run.encode(buffer);
          buffer.putShort((short) 0);
        } else {
          mpUnreach(buffer, run);
        }
        frames.accept(MessageEncoder.finish(buffer));
      }
    }
  }

  private static void mpUnreach(ByteBuffer buffer, Run run) {
    int length = 3 + run.octets();
    buffer.putShort((short) 0).putShort((short) (4 + length));
    header(buffer, Flags.OPTIONAL | Flags.EXTENDED_LENGTH, AttributeType.MP_UNREACH_NLRI, length);
    buffer.putShort((short) AfiSafi.IPV6_UNICAST.afi());
    buffer.put((byte) AfiSafi.IPV6_UNICAST.safi());
    run.encode(buffer);
  }

  /// Announces prefixes of one family.
  ///
  /// @param attributes with a next hop of that family
  /// @return false if nothing was written, as the attributes leave no room for a prefix
  public boolean announce(
      PathAttributes attributes, List<IpPrefix> prefixes, Consumer<ByteBuffer> frames) {
    return announce(attributes, prefixes, PathIds.NONE, frames);
  }

  /// Announces paths to prefixes of one family.
  ///
  /// @param attributes with a next hop of that family
  /// @return false if nothing was written, as the attributes leave no room for a prefix
  public boolean announce(
      PathAttributes attributes,
      List<IpPrefix> prefixes,
      PathIds pathIds,
      Consumer<ByteBuffer> frames) {
    return announce(attributes, PrefixSource.of(prefixes, pathIds), frames);
  }

  /// Announces paths to prefixes of one family.
  ///
  /// @param attributes with a next hop of that family
  /// @return false if nothing was written, as the attributes leave no room for a prefix
  public boolean announce(
      PathAttributes attributes, PrefixSource prefixes, Consumer<ByteBuffer> frames) {
    NextHop nextHop = attributes.nextHop();
    if (prefixes.size() == 0) {
      return true;
    }
    IpFamily family = prefixes.family(0);
    if (nextHop == null || nextHop.address().family() != family) {
      throw new IllegalArgumentException(
          "next hop " + nextHop + " for prefixes of " + family + ", expected one of that family");
    }
    boolean classic = family == IpFamily.IPV4;
    byte[] block = attributeBlock(attributes, classic);
    int mpHeader = classic ? 0 : 4 + 5 + nextHopLength(nextHop);
    int overhead = MessageFramer.HEADER + LENGTHS + block.length + mpHeader;
    int room = codec.maxMessage() - overhead;
    if (room < PATH_ID + 1 + family.bits() / Byte.SIZE) {
      return false;
    }
    Run all = Run.ofFamily(prefixes, family, codec.pathIdsSent().contains(family));
    for (Run run : all.cut(room)) {
      ByteBuffer buffer = MessageEncoder.begin(MessageType.UPDATE, overhead + run.octets());
      buffer
          .putShort((short) 0)
          .putShort(
              (short) (overhead - MessageFramer.HEADER - LENGTHS + (classic ? 0 : run.octets())));
      if (classic) {
        run.encode(buffer.put(block));
      } else {
        // First of all, so that broken attributes after it cannot hide the prefixes (RFC 7606
        // §5.1).
        mpReach(buffer, nextHop, run);
        buffer.put(block);
      }
      frames.accept(MessageEncoder.finish(buffer));
    }
    return true;
  }

  private static void mpReach(ByteBuffer buffer, NextHop nextHop, Run run) {
    int nextHopLength = nextHopLength(nextHop);
    header(
        buffer,
        Flags.OPTIONAL | Flags.EXTENDED_LENGTH,
        AttributeType.MP_REACH_NLRI,
        5 + nextHopLength + run.octets());
    buffer.putShort((short) AfiSafi.IPV6_UNICAST.afi());
    buffer.put((byte) AfiSafi.IPV6_UNICAST.safi()).put((byte) nextHopLength);
    buffer.put(nextHop.address().toBytes());
    IpAddress linkLocal = nextHop.linkLocal();
    if (linkLocal != null) {
      buffer.put(linkLocal.toBytes());
    }
    buffer.put((byte) 0);
    run.encode(buffer);
  }

  private static int nextHopLength(NextHop nextHop) {
    return nextHop.linkLocal() == null ? 16 : 32;
  }

  /// Everything but the multiprotocol attributes, in order of type (RFC 4271 §5).
  // Of one path they are the same object, and comparing them costs more than writing them.
  @SuppressWarnings("ReferenceEquality")
  private byte[] attributeBlock(PathAttributes attributes, boolean withNextHop) {
    if (attributes != lastAttributes || withNextHop != lastWithNextHop) {
      lastBlock = encodeAttributes(attributes, withNextHop);
      lastAttributes = attributes;
      lastWithNextHop = withNextHop;
    }
    return lastBlock;
  }

  private byte[] encodeAttributes(PathAttributes attributes, boolean withNextHop) {
    ByteBuffer buffer = scratch.clear();
    AsPath path = attributes.asPath();
    header(buffer, Flags.TRANSITIVE, AttributeType.ORIGIN, 1);
    buffer.put((byte) attributes.origin().value());
    asPath(buffer, AttributeType.AS_PATH, path, codec.fourOctetAs());
    NextHop nextHop = attributes.nextHop();
    if (withNextHop && nextHop != null) {
      header(buffer, Flags.TRANSITIVE, AttributeType.NEXT_HOP, 4);
      buffer.put(nextHop.address().toBytes());
    }
    Long multiExitDisc = attributes.multiExitDisc();
    if (multiExitDisc != null) {
      header(buffer, Flags.OPTIONAL, AttributeType.MULTI_EXIT_DISC, 4);
      buffer.putInt(multiExitDisc.intValue());
    }
    Long localPref = attributes.localPref();
    if (localPref != null) {
      header(buffer, Flags.TRANSITIVE, AttributeType.LOCAL_PREF, 4);
      buffer.putInt(localPref.intValue());
    }
    if (attributes.atomicAggregate()) {
      header(buffer, Flags.TRANSITIVE, AttributeType.ATOMIC_AGGREGATE, 0);
    }
    Aggregator aggregator = attributes.aggregator();
    if (aggregator != null) {
      aggregator(buffer, AttributeType.AGGREGATOR, aggregator, codec.fourOctetAs());
    }
    communities(buffer, attributes.communities());
    Ipv4Address originatorId = attributes.originatorId();
    if (originatorId != null) {
      header(buffer, Flags.OPTIONAL, AttributeType.ORIGINATOR_ID, 4);
      buffer.putInt(originatorId.bits());
    }
    List<Ipv4Address> clusterList = attributes.clusterList();
    if (!clusterList.isEmpty()) {
      header(buffer, Flags.OPTIONAL, AttributeType.CLUSTER_LIST, 4 * clusterList.size());
      clusterList.forEach(id -> buffer.putInt(id.bits()));
    }
    if (!codec.fourOctetAs()) {
      forTwoOctetSpeaker(buffer, path, aggregator);
    }
    for (RawAttribute other : attributes.others()) {
      header(buffer, other.flags(), other.type(), other.value().length());
      other.value().putTo(buffer);
    }
    byte[] block = new byte[buffer.position()];
    buffer.get(0, block);
    return block;
  }

  /// What AS_TRANS stands for goes along in attributes that the peer only passes on (RFC 6793
  /// §4.2.2).
  private static void forTwoOctetSpeaker(
      ByteBuffer buffer, AsPath path, @Nullable Aggregator aggregator) {
    if (!AsPathCodec.fitsTwoOctets(path)) {
      asPath(buffer, AttributeType.AS4_PATH, AsPathCodec.withoutConfederation(path), true);
    }
    if (aggregator != null && !aggregator.as().isTwoOctet()) {
      aggregator(buffer, AttributeType.AS4_AGGREGATOR, aggregator, true);
    }
  }

  private static void asPath(
      ByteBuffer buffer, AttributeType type, AsPath path, boolean fourOctetAs) {
    header(buffer, type.flags(), type, AsPathCodec.encodedLength(path, fourOctetAs));
    AsPathCodec.encode(buffer, path, fourOctetAs);
  }

  private static void aggregator(
      ByteBuffer buffer, AttributeType type, Aggregator aggregator, boolean fourOctetAs) {
    header(buffer, type.flags(), type, fourOctetAs ? 8 : 6);
    if (fourOctetAs) {
      buffer.putInt((int) aggregator.as().value());
    } else {
      buffer.putShort((short) AsPathCodec.twoOctet(aggregator.as()).value());
    }
    buffer.putInt(aggregator.address().bits());
  }

  private static void communities(ByteBuffer buffer, List<Community> communities) {
    if (!communities.isEmpty()) {
      AttributeType type = AttributeType.COMMUNITIES;
      header(buffer, type.flags(), type, 4 * communities.size());
      communities.forEach(community -> buffer.putInt(community.value()));
    }
  }

  private static void header(ByteBuffer buffer, int flags, AttributeType type, int length) {
    header(buffer, flags, type.code(), length);
  }

  private static void header(ByteBuffer buffer, int flags, int type, int length) {
    boolean extended = length > 255 || (flags & Flags.EXTENDED_LENGTH) != 0;
    buffer.put((byte) (extended ? flags | Flags.EXTENDED_LENGTH : flags)).put((byte) type);
    if (extended) {
      buffer.putShort((short) length);
    } else {
      buffer.put((byte) length);
    }
  }

  /// The prefixes of one family between two indexes, with their path identifiers.
  ///
  /// @param octets what they take in a message
  private record Run(
      PrefixSource prefixes, IpFamily family, int from, int to, boolean withIds, int octets) {

    static Run ofFamily(PrefixSource prefixes, IpFamily family, boolean withIds) {
      int octets = 0;
      for (int i = 0; i < prefixes.size(); i++) {
        if (prefixes.family(i) == family) {
          octets += Nlri.encodedLength(prefixes.length(i), withIds);
        }
      }
      return new Run(prefixes, family, 0, prefixes.size(), withIds, octets);
    }

    /// Cuts into runs of at most `room` octets.
    List<Run> cut(int room) {
      if (octets <= room) {
        return octets == 0 ? List.of() : List.of(this);
      }
      List<Run> runs = new ArrayList<>();
      int begin = from;
      int taken = 0;
      for (int i = from; i < to; i++) {
        if (prefixes.family(i) == family) {
          int length = Nlri.encodedLength(prefixes.length(i), withIds);
          if (taken + length > room) {
            runs.add(new Run(prefixes, family, begin, i, withIds, taken));
            begin = i;
            taken = 0;
          }
          taken += length;
        }
      }
      runs.add(new Run(prefixes, family, begin, to, withIds, taken));
      return runs;
    }

    void encode(ByteBuffer buffer) {
      for (int i = from; i < to; i++) {
        if (prefixes.family(i) == family) {
          if (withIds) {
            buffer.putInt(prefixes.pathId(i));
          }
          prefixes.putAddress(i, buffer.put((byte) prefixes.length(i)));
        }
      }
    }
  }
}
