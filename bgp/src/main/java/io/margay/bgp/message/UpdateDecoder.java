package io.margay.bgp.message;

import io.margay.bgp.message.AttributeError.Reaction;
import io.margay.bgp.message.BgpMessage.Announcement;
import io.margay.bgp.message.BgpMessage.EndOfRib;
import io.margay.bgp.message.BgpMessage.Update;
import io.margay.net.IpFamily;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads an UPDATE (RFC 4271 §4.3, RFC 4760) and reacts to its errors as RFC 7606 asks: the
/// strongest reaction of all wins, and prefixes are read even where attributes are broken, since
/// they are what has to be withdrawn then.
///
/// ```
///   length(2) withdrawn prefixes | length(2) path attributes | prefixes (IPv4) until the end
/// ```
final class UpdateDecoder {

  private final SessionCodec codec;

  /// What flawless attributes came with the latest prefixes, as octets and as what they say. Most
  /// UPDATEs of a peer repeat them. Multiprotocol attributes hold prefixes and are never kept here.
  private ByteBuffer knownOctets = ByteBuffer.allocate(0);

  private @Nullable PathAttributes known;

  UpdateDecoder(SessionCodec codec) {
    this.codec = codec;
  }

  Decoded decode(ByteBuffer body) {
    ByteBuffer withdrawnField = field(body, "withdrawn routes");
    if (body.remaining() < 2) {
      throw malformed("no room for the length of the path attributes");
    }
    ByteBuffer attributesField = field(body, "path attributes");
    boolean empty =
        !withdrawnField.hasRemaining() && !attributesField.hasRemaining() && !body.hasRemaining();
    if (empty) {
      return Decoded.of(new EndOfRib(IpFamily.IPV4));
    }
    Nlri withdrawn = classic(withdrawnField);
    Nlri announced = classic(body);
    if (!attributesField.hasRemaining() && announced.isEmpty()) {
      return Decoded.of(new Update(withdrawn.prefixes(), withdrawn.pathIds(), List.of()));
    }
    PathAttributes repeated = known;
    if (repeated != null && !announced.isEmpty() && attributesField.equals(knownOctets)) {
      return Decoded.of(update(withdrawn, repeated, announced));
    }
    ByteBuffer octets = attributesField.duplicate();
    AttributeReader reader = new AttributeReader(codec);
    reader.read(attributesField);
    boolean reachable = !announced.isEmpty() || !reader.mpReach().isEmpty();
    if (reachable) {
      requireMandatory(reader, announced);
    }
    withdrawn = withdrawn.join(reader.mpUnreach());
    if (mustWithdraw(reader)) {
      return treatAsWithdraw(reader, withdrawn, announced, reachable);
    }
    IpFamily unreachFamily = reader.mpUnreachFamily();
    if (unreachFamily != null
        && withdrawn.isEmpty()
        && !reachable
        && !reader.hasMoreThanUnreach()) {
      return new Decoded(new EndOfRib(unreachFamily), reader.errors());
    }
    if (!announced.isEmpty() && reader.errors().isEmpty() && !reader.hasMultiprotocol()) {
      PathAttributes attributes = reader.attributes();
      knownOctets = ByteBuffer.allocate(octets.remaining()).put(octets).flip();
      known = attributes;
      return Decoded.of(update(withdrawn, attributes, announced));
    }
    return new Decoded(
        new Update(withdrawn.prefixes(), withdrawn.pathIds(), announcements(reader, announced)),
        reader.errors());
  }

  private static Update update(Nlri withdrawn, PathAttributes attributes, Nlri announced) {
    return new Update(
        withdrawn.prefixes(),
        withdrawn.pathIds(),
        List.of(new Announcement(attributes, announced.prefixes(), announced.pathIds())));
  }

  /// Prefixes in the fields that only IPv4 has.
  private Nlri classic(ByteBuffer field) {
    return Nlri.decode(field, IpFamily.IPV4, codec, NotificationError.Update.INVALID_NETWORK_FIELD);
  }

  private static ByteBuffer field(ByteBuffer body, String what) {
    int length = body.getShort() & 0xffff;
    if (length > body.remaining()) {
      throw malformed("%s of %d octets, but %d remain".formatted(what, length, body.remaining()));
    }
    ByteBuffer field = body.slice(body.position(), length);
    body.position(body.position() + length);
    return field;
  }

  private static void requireMandatory(AttributeReader reader, Nlri announced) {
    reader.require(AttributeType.ORIGIN);
    reader.require(AttributeType.AS_PATH);
    if (!announced.isEmpty()) {
      reader.require(AttributeType.NEXT_HOP);
    }
  }

  private static boolean mustWithdraw(AttributeReader reader) {
    return reader.errors().stream()
        .anyMatch(error -> error.reaction() == Reaction.TREAT_AS_WITHDRAW);
  }

  /// Without a reachable prefix there is nothing to withdraw in answer to the error, and the
  /// prefixes may have been in what was not understood: only a reset is safe (RFC 7606 §5.2).
  private static Decoded treatAsWithdraw(
      AttributeReader reader, Nlri withdrawn, Nlri announced, boolean reachable) {
    if (!reachable && reader.hasMoreThanUnreach()) {
      throw malformed(
          "no prefix to withdraw in answer to: "
              + String.join(", ", reader.errors().stream().map(AttributeError::message).toList()));
    }
    Nlri all = withdrawn.join(announced).join(reader.mpReach());
    return new Decoded(new Update(all.prefixes(), all.pathIds(), List.of()), reader.errors());
  }

  private static List<Announcement> announcements(AttributeReader reader, Nlri announced) {
    List<Announcement> announcements = new ArrayList<>(1);
    PathAttributes attributes = reader.attributes();
    if (!announced.isEmpty()) {
      announcements.add(new Announcement(attributes, announced.prefixes(), announced.pathIds()));
    }
    if (!reader.mpReach().isEmpty()) {
      announcements.add(
          new Announcement(
              attributes.toBuilder().nextHop(reader.mpNextHop()).build(),
              reader.mpReach().prefixes(),
              reader.mpReach().pathIds()));
    }
    return announcements;
  }

  private static MalformedMessageException malformed(String message) {
    return new MalformedMessageException(
        NotificationError.Update.MALFORMED_ATTRIBUTE_LIST, "UPDATE with " + message);
  }
}
