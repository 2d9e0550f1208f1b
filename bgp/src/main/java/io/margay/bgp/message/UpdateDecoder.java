package io.margay.bgp.message;

import io.margay.bgp.message.AttributeError.Reaction;
import io.margay.bgp.message.BgpMessage.Announcement;
import io.margay.bgp.message.BgpMessage.EndOfRib;
import io.margay.bgp.message.BgpMessage.Update;
import io.margay.net.IpFamily;
import io.margay.net.IpPrefix;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// Reads an UPDATE (RFC 4271 §4.3, RFC 4760) and reacts to its errors as RFC 7606 asks: the
/// strongest reaction of all wins, and prefixes are read even where attributes are broken, since
/// they are what has to be withdrawn then.
///
/// ```
///   length(2) withdrawn prefixes | length(2) path attributes | prefixes (IPv4) until the end
/// ```
final class UpdateDecoder {

  private final SessionCodec codec;

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
    List<IpPrefix> withdrawn =
        Prefixes.decode(
            withdrawnField, IpFamily.IPV4, NotificationError.Update.INVALID_NETWORK_FIELD);
    List<IpPrefix> announced =
        Prefixes.decode(body, IpFamily.IPV4, NotificationError.Update.INVALID_NETWORK_FIELD);
    AttributeReader reader = new AttributeReader(codec);
    reader.read(attributesField);
    boolean reachable = !announced.isEmpty() || !reader.mpReach().isEmpty();
    if (reachable) {
      requireMandatory(reader, announced);
    }
    withdrawn = join(withdrawn, reader.mpUnreach());
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
    return new Decoded(new Update(withdrawn, announcements(reader, announced)), reader.errors());
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

  private static void requireMandatory(AttributeReader reader, List<IpPrefix> announced) {
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
      AttributeReader reader,
      List<IpPrefix> withdrawn,
      List<IpPrefix> announced,
      boolean reachable) {
    if (!reachable && reader.hasMoreThanUnreach()) {
      throw malformed(
          "no prefix to withdraw in answer to: "
              + String.join(", ", reader.errors().stream().map(AttributeError::message).toList()));
    }
    List<IpPrefix> all = join(join(withdrawn, announced), reader.mpReach());
    return new Decoded(new Update(all, List.of()), reader.errors());
  }

  private static List<Announcement> announcements(
      AttributeReader reader, List<IpPrefix> announced) {
    List<Announcement> announcements = new ArrayList<>(1);
    PathAttributes attributes = reader.attributes();
    if (!announced.isEmpty()) {
      announcements.add(new Announcement(attributes, announced));
    }
    if (!reader.mpReach().isEmpty()) {
      announcements.add(
          new Announcement(
              attributes.toBuilder().nextHop(reader.mpNextHop()).build(), reader.mpReach()));
    }
    return announcements;
  }

  private static List<IpPrefix> join(List<IpPrefix> first, List<IpPrefix> second) {
    if (first.isEmpty() || second.isEmpty()) {
      return first.isEmpty() ? second : first;
    }
    List<IpPrefix> joined = new ArrayList<>(first);
    joined.addAll(second);
    return joined;
  }

  private static MalformedMessageException malformed(String message) {
    return new MalformedMessageException(
        NotificationError.Update.MALFORMED_ATTRIBUTE_LIST, "UPDATE with " + message);
  }
}
