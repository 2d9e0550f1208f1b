package io.margay.bgp.message;

import io.margay.bgp.message.BgpMessage.Keepalive;
import io.margay.bgp.message.BgpMessage.Notification;
import io.margay.bgp.message.BgpMessage.RouteRefresh;
import java.nio.ByteBuffer;

/// Reads the framed messages of a session, one by one. It says the same of a message whatever came
/// before it, but is faster where senders repeat themselves.
public final class MessageDecoder {

  private static final int ROUTE_REFRESH_BODY = 4;
  private static final int SUBTYPE_AT = 2;

  private final UpdateDecoder updates;

  /// A decoder for one session.
  ///
  /// @param codec matters only to UPDATE
  public MessageDecoder(SessionCodec codec) {
    updates = new UpdateDecoder(codec);
  }

  /// Reads a single message.
  ///
  /// @throws MalformedMessageException if the message ends the session
  public static Decoded decode(ByteBuffer frame, SessionCodec codec) {
    return new MessageDecoder(codec).read(frame);
  }

  /// Reads a message.
  ///
  /// @param frame a whole message as [MessageFramer] gives it
  /// @throws MalformedMessageException if the message ends the session
  public Decoded read(ByteBuffer frame) {
    MessageType type = MessageType.of(frame.get(MessageFramer.HEADER - 1) & 0xff);
    if (type == null) {
      throw new IllegalArgumentException("not a frame of MessageFramer");
    }
    ByteBuffer body = frame.slice(MessageFramer.HEADER, frame.limit() - MessageFramer.HEADER);
    return switch (type) {
      case OPEN -> Decoded.of(OpenDecoder.decode(body));
      case UPDATE -> updates.decode(body);
      case NOTIFICATION ->
          Decoded.of(new Notification(body.get() & 0xff, body.get() & 0xff, Octets.takeFrom(body)));
      case KEEPALIVE -> Decoded.of(new Keepalive());
      case ROUTE_REFRESH -> Decoded.of(routeRefresh(frame, body));
    };
  }

  /// A request may be longer than the four octets if it has a subtype that we do not know.
  private static RouteRefresh routeRefresh(ByteBuffer frame, ByteBuffer body) {
    int length = body.remaining();
    int subtype = length > SUBTYPE_AT ? body.get(SUBTYPE_AT) & 0xff : RouteRefresh.REQUEST;
    boolean mark = subtype == RouteRefresh.BEGIN || subtype == RouteRefresh.END;
    if (length != ROUTE_REFRESH_BODY && mark) {
      throw new MalformedMessageException(
          NotificationError.RouteRefresh.INVALID_MESSAGE_LENGTH,
          "ROUTE-REFRESH of subtype %d with %d octets, expected 4 (RFC 7313 §5)"
              .formatted(subtype, length),
          Octets.takeFrom(frame.duplicate().position(0)).toBytes());
    }
    if (length < ROUTE_REFRESH_BODY
        || (length > ROUTE_REFRESH_BODY && subtype == RouteRefresh.REQUEST)) {
      throw new MalformedMessageException(
          NotificationError.MessageHeader.BAD_MESSAGE_LENGTH,
          "ROUTE-REFRESH with %d octets, expected 4 (RFC 2918 §3)".formatted(length),
          (byte) (frame.limit() >>> 8),
          (byte) frame.limit());
    }
    int afi = body.getShort() & 0xffff;
    body.get();
    return new RouteRefresh(new AfiSafi(afi, body.get() & 0xff), subtype);
  }
}
